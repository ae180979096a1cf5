"""Where boards.yaml, firmware/ and lessons/ are: in the checkout, or in makerlab.data when installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def root() -> Path:
    """The folder that holds boards.yaml, firmware/ and lessons/."""
    if (_CHECKOUT / "boards.yaml").is_file() and (_CHECKOUT / "setup.cfg").is_file():
        return _CHECKOUT
    return _PACKAGE / "data"


def boards_file() -> Path:
    return root() / "boards.yaml"


def firmware_dir() -> Path:
    return root() / "firmware"


def lessons_dir() -> Path:
    return root() / "lessons"
