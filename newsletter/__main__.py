"""`newsletter` and `python -m newsletter`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    if sys.argv[1:] == ["--version"]:  # asked for by scripts, often: no reason to load anything
        from newsletter import __version__

        sys.stdout.write(f"newsletter {__version__}\n")
        return 0
    from newsletter.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
