"""What tells one chip of the ESP32 family from another to somebody who talks to its ROM loader. Data only.

From the chips' technical reference manuals (register addresses) and ROMs (greetings), as esptool's
targets/*.py name them.
"""

from __future__ import annotations

from typing import NamedTuple

from makerlab.flash.image import Chip


class RomFacts(NamedTuple):
    """One chip. Registers are addresses; `magic` is what 0x40001000 holds.

    security_info   bytes that its ROM answers to GET_SECURITY_INFO: 0 it does not know it, 12 without the
                chip's number, 20 with it
    spi         the flash controller: base, and the offsets of USR, USR2, W0, ADDR
    mac         two registers with the MAC: its last four bytes, its first two
    greeting    first line of every start; `start` and `download` name the cause after it
    """

    chip: Chip
    magic: int
    security_info: int
    spi: tuple[int, int, int, int, int]
    mac: tuple[int, int]
    greeting: bytes
    start: bytes
    download: bytes

    @property
    def key(self) -> str:
        return self.chip.key


_OLD_SPI, _NEW_SPI = (0x1C, 0x24, 0x80, 0x04), (0x18, 0x20, 0x58, 0x04)
"""Offsets of SPI_USR, SPI_USR2, SPI_W0, SPI_ADDR."""
_WAITING = b"\r\nwaiting for download\r\n"


def _newer(
    key: str, name: str, number: int, offset: int, magic: int, info: int, spi: int, mac: int, built: bytes
) -> RomFacts:
    rom = b"ESP-ROM:" + key.encode() + b"-" + built + b"\r\n"
    return RomFacts(
        Chip(key, name, number, offset), magic, info, (spi, *_NEW_SPI), (mac, mac + 4), rom,
        b"rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n",
        b"rst:0x1 (POWERON),boot:0x0 (DOWNLOAD(USB/UART0))" + _WAITING,
    )  # fmt: skip


ROMS = {
    rom.key: rom
    for rom in (
        RomFacts(
            Chip("esp32", "ESP32", 0, 0x1000), 0x00F01D83, 0, (0x3FF42000, *_OLD_SPI),
            (0x3FF5A004, 0x3FF5A008), b"ets Jul 29 2019 12:21:46\r\n\r\n",
            b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n",
            b"rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))" + _WAITING,
        ),
        _newer("esp32s2", "ESP32-S2", 2, 0x1000, 0x7C6, 12, 0x3F402000, 0x3F41A044, b"20191025"),
        _newer("esp32s3", "ESP32-S3", 9, 0x0, 0, 20, 0x60002000, 0x60007044, b"20210327"),
        _newer("esp32c3", "ESP32-C3", 5, 0x0, 0, 20, 0x60002000, 0x60008844, b"20210207"),
        _newer("esp32c6", "ESP32-C6", 13, 0x0, 0, 20, 0x60003000, 0x600B0844, b"20220919"),
    )
}  # fmt: skip
"""By key."""

MAGIC_REGISTER = 0x40001000
