"""The command `maker`, also as `python -m makerlab`."""

import sys


def main() -> None:
    """Entry point of the console command; Ctrl-C ends it quietly even while it is still being loaded."""
    try:
        from makerlab.cli.main import maker
    except KeyboardInterrupt:
        sys.exit(1)
    maker.main(prog_name="maker")


if __name__ == "__main__":
    main()
