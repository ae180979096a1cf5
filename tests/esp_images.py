"""Files that look like a MicroPython image for an ESP32, to the depth at which the cache looks at them."""

from __future__ import annotations

CHIP_IDS = {"esp32": 0, "esp32s2": 2, "esp32s3": 9, "esp32c3": 5, "esp32c6": 13}


def esp_image(board: str = "esp32", size: int = 100_000, fill: int = 0x55) -> bytes:
    """The head of a bootloader for this chip, a partition table where it belongs, and `fill`."""
    data = bytearray([fill]) * size
    data[0] = 0xE9
    data[12:14] = CHIP_IDS[board].to_bytes(2, "little")
    table = 0x7000 if board in ("esp32", "esp32s2") else 0x8000
    data[table : table + 2] = b"\xaa\x50"
    return bytes(data)
