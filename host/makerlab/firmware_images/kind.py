"""Which board a file is a firmware image for, told by what is in it. Pure.

This is the coarse look that keeps an error page, an archive or a stranger's file out of the cache. Before an
image is flashed, flash/ looks at it again, closer.
"""

from __future__ import annotations

import re

from makerlab.firmware_images.problems import NotAnImage
from makerlab.i18n import _

MIN_BYTES = 64 << 10
"""The smallest MicroPython for any of our boards has 230 KB."""
MAX_BYTES = 16 << 20
"""The whole flash of the biggest common ESP32 module."""

ESP_MAGIC = 0xE9
ESP_CHIP_ID_AT = 12
ESP_CHIPS = {0: "esp32", 2: "esp32s2", 9: "esp32s3", 5: "esp32c3", 13: "esp32c6"}
"""esp_image_header_t.chip_id -> boards.yaml key (esptool: CHIP_DEFS[...].IMAGE_CHIP_ID)."""
ESP_NO_CHIP_ID = 0xFFFF
PARTITION_MAGIC = b"\xaa\x50"
PARTITIONS_AT = (0x7000, 0x8000)
"""The partition table, at 0x8000 of the flash, in a whole image that begins at 0x1000 or at 0."""


def board_of(data: bytes, name: str) -> str:
    """The boards.yaml key of the board that this image is for. Raises NotAnImage, calling the file `name`."""
    if problem := _not_a_file_of_that_kind(data):
        raise NotAnImage(path=name, problem=problem)
    if data[0] == ESP_MAGIC:
        return _esp_board(data, name)
    if data.startswith(b":"):
        return _microbit(data, name)
    raise NotAnImage(path=name, problem=_("it begins neither like a .bin for an ESP32 nor like a .hex"))


def version_in(name: str) -> str:
    """The version in an image's file name, "1.27.0" in "ESP32_GENERIC-20251209-v1.27.0.bin"; "" if none."""
    found = re.search(r"-v(\d+(?:\.\d+)+)", name)
    return found[1] if found else ""


def looks_like_a_page(data: bytes) -> bool:
    """Whether these first bytes are those of a web page."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _not_a_file_of_that_kind(data: bytes) -> str:
    if not data:
        return _("it is empty")
    if looks_like_a_page(data):
        return _("it is a web page, probably with an error on it")
    if data.startswith(b"PK\x03\x04"):
        return _("it is a ZIP archive; unpack it first")
    if len(data) > MAX_BYTES:
        return _("it is too big")
    if data[0] == ESP_MAGIC and len(data) < MIN_BYTES:
        return _("it is too short; it was not copied to its end")
    return ""


def _esp_board(data: bytes, name: str) -> str:
    chip_id = int.from_bytes(data[ESP_CHIP_ID_AT : ESP_CHIP_ID_AT + 2], "little")
    if chip_id not in ESP_CHIPS:
        number = _("none") if chip_id == ESP_NO_CHIP_ID else chip_id
        raise NotAnImage(path=name, problem=_("it is for another chip (number {id})").format(id=number))
    if not any(data[at : at + 2] == PARTITION_MAGIC for at in PARTITIONS_AT):
        raise NotAnImage(
            path=name, problem=_("it is only a part: neither a bootloader nor a partition table is in it")
        )
    return ESP_CHIPS[chip_id]


def _microbit(data: bytes, name: str) -> str:
    import micropython_microbit_fs as microbit_fs

    try:
        info = microbit_fs.get_device_info(data.decode("ascii"))
    except UnicodeDecodeError:
        raise NotAnImage(path=name, problem=_("there are characters in it that no .hex file has")) from None
    except Exception:  # the package has errors outside its own tree: IndexError, ValueError for odd lines
        problem = _("there is no whole MicroPython for one kind of micro:bit in it")
        raise NotAnImage(path=name, problem=problem) from None
    return "microbit-v1" if info.device_version == microbit_fs.DeviceVersion.V1 else "microbit-v2"
