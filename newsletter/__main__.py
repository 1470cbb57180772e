"""`newsletter` and `python -m newsletter`."""

from __future__ import annotations

import gc
import sys

FEWER_PASSES = (20_000, 10, 50)
"""When the garbage collector looks: at the usual (700, 10, 10) loading the libraries alone calls it
several times over everything, for 50 ms each, and it finds nothing."""


def main() -> int:
    """Run the command line; returns the exit code."""
    gc.set_threshold(*FEWER_PASSES)
    if sys.argv[1:] == ["--version"]:  # asked for by scripts, often: no reason to load anything
        from newsletter import __version__

        sys.stdout.write(f"newsletter {__version__}\n")
        return 0
    from newsletter.cli import run

    try:
        return run(sys.argv[1:])
    finally:
        # all of it is given back at once: the interpreter's last looks through everything took 20
        # ms
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
