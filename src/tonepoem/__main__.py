"""The program ``tonepoem``, also as ``python -m tonepoem``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    # Pydantic would look through every installed package for plugins of its own; nobody here has any.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(500_000)  # what a start allocates stays: to look through it again and again finds nothing
    try:
        from tonepoem.cli import run  # noqa: PLC0415 - Ctrl-C may come while this loads

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # Python's end would look through everything once more, for a tenth of the time that a command takes


if __name__ == "__main__":
    main()
