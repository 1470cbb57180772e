#!/bin/sh
# Pin what pyproject.toml asks for, with hashes and without the name of any index. Needs uv.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate "$@"; }
compile pyproject.toml --group build -o requirements/runtime.txt
compile pyproject.toml --group build --group dev -c requirements/runtime.txt -o requirements/dev.txt
