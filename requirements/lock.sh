#!/bin/sh
# Pin what pyproject.toml asks for, with hashes and without the name of any index:
#   requirements/lock.sh              keep the pins that still fit
#   requirements/lock.sh --upgrade    take the newest release of everything
# One file for the program, one for each of its extras with what that extra adds, one for working on it.
set -eu
cd "$(dirname "$0")/.."
uv=uv
if [ -x .venv/bin/uv ]; then uv=.venv/bin/uv; fi
command -v "$uv" >/dev/null || { echo "uv is missing. It comes with: .ci/install dev" >&2; exit 1; }
extras="keyring postgresql"

compile() { # FILE ARGUMENT...
    file=requirements/$1.txt
    shift
    "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --no-annotate --group build -o "$file" "$@" pyproject.toml
}
pinned() { sed -n 's/^\([A-Za-z0-9._-]*\)==.*/\1/p' "requirements/$1.txt"; }

compile runtime "$@"
constraints="-c requirements/runtime.txt"
left_out=$(pinned runtime | sed 's/^/--no-emit-package=/')
for extra in $extras; do
    # shellcheck disable=SC2086 # lists of words
    compile "$extra" --extra "$extra" $constraints $left_out "$@"
    constraints="$constraints -c requirements/$extra.txt"
done
# shellcheck disable=SC2086
compile dev --group dev $constraints "$@"
