"""The ROM loader of the ESP32 family, and the stub that esptool uploads: packets in, packets out.

    loader = Loader(ROMS["esp32"], mac, flash)
    answers = loader.receive(packet)

Formats: Espressif, "Serial Protocol" (docs.espressif.com/projects/esptool, advanced topics), and esptool's
loader.py. After MEM_END with an entry address the model is the stub, which knows more and answers shorter.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from makerlab.virtual.rom.chips import MAGIC_REGISTER, RomFacts
from makerlab.virtual.rom.faults import Faults
from makerlab.virtual.rom.nor import JEDEC_ID, SECTOR_BYTES, NorFlash

(
    FLASH_BEGIN, FLASH_DATA, FLASH_END, MEM_BEGIN, MEM_END, MEM_DATA, SYNC, WRITE_REG, READ_REG,
    SPI_SET_PARAMS, SPI_ATTACH, READ_FLASH_SLOW, CHANGE_BAUDRATE, DEFL_BEGIN, DEFL_DATA, DEFL_END,
    SPI_FLASH_MD5, GET_SECURITY_INFO, ERASE_FLASH, ERASE_REGION, READ_FLASH,
) = (
    0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A,
    0x0B, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12,
    0x13, 0x14, 0xD0, 0xD1, 0xD2,
)  # fmt: skip

SYNC_PATTERN = b"\x07\x07\x12\x20" + 32 * b"\x55"
SYNC_ANSWERS = 8
ROM_SYNC_VALUE = 0x20120707
"""What the ROM's answer to SYNC carries; the stub's carries 0."""
CHECKSUM_START = 0xEF
HELLO = b"OHAI"
"""The stub's greeting."""
SPI_USR = 1 << 18
READ_SLOW_BYTES = 64
INVALID_MESSAGE, BAD_CHECKSUM, DEFLATE_FAILED, WRONG_RESULT = 0x05, 0x07, 0x0B, 0x06
STUB_ERRORS = {INVALID_MESSAGE: b"\xff\x00", BAD_CHECKSUM: b"\xc1\x00", DEFLATE_FAILED: b"\xc7\x00",
               WRONG_RESULT: b"\xc8\x00"}  # fmt: skip
"""The same in the stub's words."""


class Refused(Exception):
    """The answer to a command is an error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class _Writing:
    """A write in progress. Sectors are erased as it comes to them, so a pulled cable leaves what follows."""

    offset: int
    size: int
    inflate: zlib._Decompress | None
    written: int = 0
    erased_to: int = field(init=False)

    def __post_init__(self) -> None:
        self.erased_to = self.offset // SECTOR_BYTES * SECTOR_BYTES


@dataclass
class _Reading:
    """READ_FLASH in progress: frames of `block` bytes, `ahead` of them more than were acknowledged."""

    offset: int
    size: int
    block: int
    ahead: int
    sent: int = 0
    acknowledged: int = 0


class Loader:
    """One life of the loader, from a reset into download mode to the next reset."""

    def __init__(self, rom: RomFacts, mac: bytes, flash: NorFlash, faults: Faults | None = None) -> None:
        self.rom = rom
        self.stub = False
        self.new_baud = 0
        """Set by a command: the rate from the next byte on."""
        self.leaves = False
        """It was told to end and to start the application."""
        self.flash = flash
        self.blocks = self.written = 0
        """Of images, and their bytes, that were written so far."""
        self._faults = faults or Faults()
        self._registers = self._at_start(mac)
        self._writing: _Writing | None = None
        self._reading: _Reading | None = None

    def receive(self, packet: bytes) -> list[bytes]:
        """The answers to one packet."""
        if self._reading is not None and len(packet) == 4:
            return self._read_on(struct.unpack("<I", packet)[0])
        if len(packet) < 8 or packet[0] != 0:
            return []
        _direction, op, size, check = struct.unpack("<BBHI", packet[:8])
        data = packet[8:]
        if len(data) != size:
            return [self._answer(op, INVALID_MESSAGE)]
        command = self._commands().get(op)
        if command is None:
            # The ROM names no command then, and says it as often as it answers SYNC.
            if self.stub:
                return [self._answer(op, INVALID_MESSAGE)]
            return [self._answer(0, INVALID_MESSAGE)] * SYNC_ANSWERS
        try:
            if op in (FLASH_DATA, MEM_DATA, DEFL_DATA) and _checksum(data[16:]) != check & 0xFF:
                raise Refused(BAD_CHECKSUM)
            return command(data)
        except Refused as refused:
            return [self._answer(op, refused.code)]
        except struct.error:
            return [self._answer(op, INVALID_MESSAGE)]

    # -- commands ---------------------------------------------------------------------------------------

    def _commands(self) -> dict[int, Callable[[bytes], list[bytes]]]:
        known: dict[int, Callable[[bytes], list[bytes]]] = {
            SYNC: self._sync, READ_REG: self._read_register, WRITE_REG: self._write_registers,
            MEM_BEGIN: self._nothing(MEM_BEGIN), MEM_DATA: self._nothing(MEM_DATA), MEM_END: self._mem_end,
            SPI_SET_PARAMS: self._nothing(SPI_SET_PARAMS), SPI_ATTACH: self._nothing(SPI_ATTACH),
            CHANGE_BAUDRATE: self._change_baud, SPI_FLASH_MD5: self._md5,
            FLASH_BEGIN: self._begin(FLASH_BEGIN), DEFL_BEGIN: self._begin(DEFL_BEGIN),
            FLASH_DATA: self._write(FLASH_DATA), DEFL_DATA: self._write(DEFL_DATA),
            FLASH_END: self._end(FLASH_END), DEFL_END: self._end(DEFL_END),
        }  # fmt: skip
        if self.rom.security_info:
            known[GET_SECURITY_INFO] = self._security_info
        if self.stub:
            known |= {READ_FLASH: self._read_flash, ERASE_FLASH: self._erase_flash,
                      ERASE_REGION: self._erase_region}  # fmt: skip
        else:
            known[READ_FLASH_SLOW] = self._read_slow
        return known

    def _sync(self, _data: bytes) -> list[bytes]:
        return [self._answer(SYNC, value=0 if self.stub else ROM_SYNC_VALUE)] * SYNC_ANSWERS

    def _nothing(self, op: int) -> Callable[[bytes], list[bytes]]:
        """A command that changes nothing anybody can see from outside."""
        return lambda _data: [self._answer(op)]

    def _mem_end(self, data: bytes) -> list[bytes]:
        stay, entry = struct.unpack("<II", data)
        answer = self._answer(MEM_END)
        if stay or not entry:
            return [answer]
        self.stub = True
        return [answer, HELLO]

    def _change_baud(self, data: bytes) -> list[bytes]:
        baud, _old = struct.unpack("<II", data)
        self.new_baud = baud
        return [self._answer(CHANGE_BAUDRATE)]

    def _md5(self, data: bytes) -> list[bytes]:
        offset, size, _zero, _zero2 = struct.unpack("<IIII", data)
        digest = self.flash.md5(offset, size)
        return [self._answer(SPI_FLASH_MD5, data=digest if self.stub else digest.hex().encode())]

    def _security_info(self, _data: bytes) -> list[bytes]:
        info = struct.pack("<IB7sII", 0, 0, bytes(7), self.rom.chip.image_id, 0)
        return [self._answer(GET_SECURITY_INFO, data=info[: self.rom.security_info])]

    def _begin(self, op: int) -> Callable[[bytes], list[bytes]]:
        def begin(data: bytes) -> list[bytes]:
            size, _blocks, _block, offset = struct.unpack_from("<IIII", data)
            inflate = zlib.decompressobj() if op == DEFL_BEGIN else None
            self._writing = _Writing(offset, size, inflate)
            return [self._answer(op)]

        return begin

    def _write(self, op: int) -> Callable[[bytes], list[bytes]]:
        def write(data: bytes) -> list[bytes]:
            writing = self._writing
            (size,) = struct.unpack_from("<I", data)
            if writing is None or len(data) != 16 + size:
                raise Refused(INVALID_MESSAGE)
            content = data[16:]
            if writing.inflate is not None:
                try:
                    content = writing.inflate.decompress(content)
                except zlib.error:
                    raise Refused(DEFLATE_FAILED) from None
            self._program(writing, content[: max(0, writing.size - writing.written)])
            return [self._answer(op)]

        return write

    def _program(self, writing: _Writing, content: bytes) -> None:
        at = writing.offset + writing.written
        end = at + len(content)
        if end > writing.erased_to:
            self.flash.erase(writing.erased_to, end - writing.erased_to)
            writing.erased_to = -(-end // SECTOR_BYTES) * SECTOR_BYTES
        if content and (self._faults.worn_out or self._faults.corrupt_block == self.blocks):
            content = bytes([content[0] ^ 1]) + content[1:]
            self._faults.corrupt_block = None
        self.flash.program(at, content)
        writing.written += len(content)
        self.written += len(content)
        self.blocks += 1

    def _end(self, op: int) -> Callable[[bytes], list[bytes]]:
        def end(data: bytes) -> list[bytes]:
            (stay,) = struct.unpack("<I", data)
            writing, self._writing = self._writing, None
            if writing is not None and writing.written < writing.size:
                raise Refused(WRONG_RESULT)
            self.leaves = not stay
            return [self._answer(op)]

        return end

    def _erase_flash(self, _data: bytes) -> list[bytes]:
        self.flash.erase(0, self.flash.size)
        return [self._answer(ERASE_FLASH)]

    def _erase_region(self, data: bytes) -> list[bytes]:
        self.flash.erase(*struct.unpack("<II", data))
        return [self._answer(ERASE_REGION)]

    def _read_slow(self, data: bytes) -> list[bytes]:
        offset, size = struct.unpack("<II", data)
        content = self.flash.read(offset, min(size, READ_SLOW_BYTES))
        return [self._answer(READ_FLASH_SLOW, data=content.ljust(READ_SLOW_BYTES, b"\0"))]

    def _read_flash(self, data: bytes) -> list[bytes]:
        self._reading = _Reading(*struct.unpack("<IIII", data))
        return [self._answer(READ_FLASH), *self._read_on(0)]

    def _read_on(self, acknowledged: int) -> list[bytes]:
        reading = self._reading
        assert reading is not None
        reading.acknowledged = acknowledged
        frames = []
        while reading.sent < min(reading.size, reading.acknowledged + reading.ahead * reading.block):
            size = min(reading.block, reading.size - reading.sent)
            frames.append(self.flash.read(reading.offset + reading.sent, size))
            reading.sent += size
        if reading.acknowledged >= reading.size:
            frames.append(self.flash.md5(reading.offset, reading.size))
            self._reading = None
        return frames

    # -- registers --------------------------------------------------------------------------------------

    def _at_start(self, mac: bytes) -> dict[int, int]:
        low, high = self.rom.mac
        return {
            MAGIC_REGISTER: self.rom.magic,
            low: int.from_bytes(mac[2:], "big"),
            high: int.from_bytes(mac[:2], "big"),
        }

    def _read_register(self, data: bytes) -> list[bytes]:
        (address,) = struct.unpack("<I", data)
        return [self._answer(READ_REG, value=self._registers.get(address, 0))]

    def _write_registers(self, data: bytes) -> list[bytes]:
        for address, value, mask, _delay_us in struct.iter_unpack("<IIII", data):
            old = self._registers.get(address, 0)
            self._registers[address] = old & ~mask | value & mask
            if address == self.rom.spi[0] and value & SPI_USR:
                self._ask_flash_chip()
        return [self._answer(WRITE_REG)]

    def _ask_flash_chip(self) -> None:
        """The flash controller was told to send a command to the flash chip: RDID or a word of SFDP."""
        base, _usr, usr2, w0, address = self.rom.spi
        command = self._registers.get(base + usr2, 0) & 0xFF
        answer = 0
        if command == 0x9F:
            answer = JEDEC_ID
        elif command == 0x5A:
            at = self._registers.get(base + address, 0)
            answer = int.from_bytes(b"SFDP", "little") if at == 0 else JEDEC_ID & 0xFF
        self._registers[base + w0] = answer
        self._registers[base] = 0

    # -- answers ----------------------------------------------------------------------------------------

    def _answer(self, op: int, error: int = 0, *, value: int = 0, data: bytes = b"") -> bytes:
        if self.stub:
            status = STUB_ERRORS[error] if error else b"\0\0"
        else:
            status = bytes([bool(error), error, 0, 0])
        return struct.pack("<BBHI", 1, op, len(data) + len(status), value) + data + status


def _checksum(data: bytes) -> int:
    """All bytes xored, by halves of one large number (a loop over 16 KiB takes 1 ms)."""
    number, size = int.from_bytes(data, "little"), len(data)
    while size > 1:
        half = (size + 1) // 2
        number, size = (number >> 8 * half) ^ (number & ((1 << 8 * half) - 1)), half
    return CHECKSUM_START ^ number
