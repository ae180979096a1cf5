"""Board + image + what the chip reports -> the steps. Pure; everything that cannot be is refused here, before
a byte of the board is changed.

plan = plan_esp(image, reported)      # raises WrongImage, ImageTooBig
write_parts = changed(image, reported)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from makerlab.errors import BadImage, ImageTooBig, WrongImage
from makerlab.flash.image import DATA, ROMFS, EspImage, Part, Partition, read_table
from makerlab.flash.model import Plan, Step
from makerlab.i18n import _

FILES_SUBTYPES = frozenset({0x81, 0x83})
"""Data partitions with a board's files: fat (MicroPython's "vfs" has this subtype) and littlefs."""


@dataclass(frozen=True)
class Reported:
    """What a chip in its bootloader says of itself.

    chip          as esptool calls it: "ESP32-S3"
    flash_bytes   its memory; None where it cannot be told
    mac           "34:85:18:0a:bb:cc", which is its name for us
    digests       MD5 of its flash at each part's place and length, by the part's name
    table         the bytes of its partition table; empty where it could not be read
    """

    port: str
    chip: str
    flash_bytes: int | None = None
    mac: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    table: bytes = b""


def check_fits(image: EspImage, reported: Reported) -> None:
    """Raise WrongImage or ImageTooBig when the image cannot be for this chip."""
    if image.chip.name != reported.chip:
        raise WrongImage(image=image.name, meant=image.chip.name, port=reported.port, found=reported.chip)
    places = {partition.name: partition for partition in image.partitions}
    for part in image.parts:
        if part.name in places and len(part.data) > places[part.name].size:
            raise _too_big(image, part, _("its partition"), places[part.name].size)
    if reported.flash_bytes is not None and image.flash_bytes > reported.flash_bytes:
        raise ImageTooBig(
            image=image.name, part=_("all of it"), size=image.flash_bytes,
            place=_("the board on {port}").format(port=reported.port), room=reported.flash_bytes,
        )  # fmt: skip


def changed(image: EspImage, reported: Reported) -> list[Part]:
    """The parts that are not on the board as they are in the image."""
    return [part for part in image.parts if reported.digests.get(part.name) != part.md5]


def plan_esp(image: EspImage, reported: Reported) -> Plan:
    """What to do. Raises what `check_fits` raises."""
    check_fits(image, reported)
    to_write = changed(image, reported)
    steps = [
        Step("write" if part in to_write else "unchanged", part.shown_name, len(part.data), part.offset)
        for part in image.parts
    ]
    kept = files_kept(image, reported)
    steps.append(Step("keep" if kept else "lose", _("the files on it and its settings")))
    steps.append(Step("check", _start_and_ask(image)))
    memory = _("{mb} MB").format(mb=reported.flash_bytes >> 20) if reported.flash_bytes else ""
    board = ", ".join(filter(None, (reported.chip, memory, reported.mac)))
    return Plan(reported.port, board, image.name, tuple(steps), reported.mac)


def files_kept(image: EspImage, reported: Reported) -> bool:
    """Whether the board's files stay where the new firmware looks for them. True for a board without any."""
    try:
        before = read_table(reported.table, reported.port)
    except BadImage:
        return True  # it has no partitions yet, so it has no files
    return _of_the_board(before) == _of_the_board(image.partitions)


def _of_the_board(partitions: tuple[Partition, ...]) -> list[tuple[int, int]]:
    return [
        (one.offset, one.size)
        for one in partitions
        if one.type == DATA and one.subtype in FILES_SUBTYPES and one.subtype != ROMFS
    ]


def _start_and_ask(image: EspImage) -> str:
    if image.runtime:
        return _("start it; it must answer as MicroPython {version}").format(version=image.runtime)
    return _("start it; it must answer as MicroPython")


def _too_big(image: EspImage, part: Part, place: str, room: int) -> ImageTooBig:
    return ImageTooBig(image=image.name, part=part.shown_name, size=len(part.data), place=place, room=room)
