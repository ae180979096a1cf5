"""Which board a file is a firmware image for, and which MicroPython is in it, told by what is in it. Pure.

Everything is looked at as it is before flashing (flash/), checksums included: first sight counts, so nothing
that was cut off or damaged may be what is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from makerlab.boards import boards
from makerlab.errors import BadImage, WrongImage
from makerlab.flash import hexfile
from makerlab.flash.image import Chip, read_image
from makerlab.flash.microbit_hex import read_runtime
from makerlab.flash.other_files import recognise
from makerlab.i18n import N_, _

MAX_BYTES = 16 << 20
"""The whole flash of the biggest common ESP32 module."""

ADVICE = N_(
    "Take the .bin file for the board from micropython.org/download, or a .hex file for a micro:bit; or use: "
    "maker firmware fetch"
)


class Kind(NamedTuple):
    """What an image is for, a boards.yaml key, and its runtime's version ("" if it says none)."""

    board: str
    version: str


def recognised(data: bytes, name: str, chips: Mapping[int, Chip]) -> Kind:
    """What the image `data` is; `chips` as for flash.image.read_image. Raises BadImage, calling it `name`."""
    if len(data) > MAX_BYTES:
        raise bad(name, _("it is too big"))
    other = recognise(data)
    if other is not None and other.kind == "hex":
        return _microbit(data, name)
    image = read_image(data, name, chips)
    fitting = [board.key for board in boards() if board.chip == image.chip.key]
    if not fitting:
        raise bad(
            name, _("it is for an {chip}, for which there are no programs here").format(chip=image.chip.name)
        )
    return Kind(fitting[0], image.runtime)


def _microbit(data: bytes, name: str) -> Kind:
    if hexfile.sections(hexfile.read(data, name), name):
        raise bad(
            name, _("it is a Universal Hex for several micro:bits; maker flash --image takes it as it is")
        )
    for board in boards():
        if board.family == "microbit":
            try:
                return Kind(board.key, read_runtime(data, name, board, "").release)
            except WrongImage:
                continue
    raise bad(name, _("it is for another board"))


def bad(name: str, problem: str) -> BadImage:
    """The error for an image that cannot be kept; raise it."""
    return BadImage(path=name, problem=problem, advice=_(ADVICE))


def version_in(name: str) -> str:
    """The version in an image's file name, "1.27.0" in "ESP32_GENERIC-20251209-v1.27.0.bin"; "" if none."""
    found = re.search(r"-v(\d+(?:\.\d+)+)", name)
    return found[1] if found else ""


def looks_like_a_page(data: bytes) -> bool:
    """Whether these first bytes are those of a web page."""
    other = recognise(data)
    return other is not None and other.kind == "page"
