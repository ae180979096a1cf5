"""DS18B20 temperature probes and the 1-Wire bus they hang on (Maxim 19-7487), byte by byte.

Searching for probes, which goes bit by bit on the wire, is answered as a whole (`Bus.roms`).
"""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.device import BAD_CHECKSUM, PRESENT, wired_and

FAMILY = 0x28
_SKIP_ROM, _MATCH_ROM, _READ_ROM = 0xCC, 0x55, 0x33
_CONVERT, _READ_SCRATCHPAD, _WRITE_SCRATCHPAD = 0x44, 0xBE, 0x4E
_SCRATCHPAD = b"\x50\x05\x4b\x46\x7f\xff\x0c\x10"
"""At power-on: 85 degrees, which is what a program sees that does not wait for a conversion."""
CONVERSION_S = 0.75
"""At 12 bits; half of it for each bit less."""


def crc8(data: bytes | bytearray) -> int:
    """The bus's own check: x^8 + x^5 + x^4 + 1, lowest bit first."""
    crc = 0
    for byte in data:
        for _bit in range(8):
            mix = (crc ^ byte) & 1
            crc = crc >> 1 ^ (0x8C if mix else 0)
            byte >>= 1
    return crc


class Probe:
    """One probe in the thing whose temperature is `quantity`."""

    def __init__(
        self,
        number: int,
        quantity: str,
        sense: Callable[[str], float | None],
        now: Callable[[], float],
        state: str = PRESENT,
    ) -> None:
        rom = bytes([FAMILY, *number.to_bytes(6, "little")])
        self.rom = rom + bytes([crc8(rom)])
        self.scratchpad = bytearray(_SCRATCHPAD)
        self.ready_at = 0.0
        """When its last conversion is done (board time, seconds)."""
        self._quantity = quantity
        self._sense = sense
        self._now = now
        self._state = state
        self._converted: float | None = None

    def answers(self) -> bool:
        if self._sense(self._quantity) is not None:
            return True
        self.scratchpad[:] = _SCRATCHPAD  # without power it forgets
        self._converted = None
        return False

    def convert(self) -> None:
        self._converted = self._sense(self._quantity)
        bits = self.scratchpad[4] >> 5 & 3
        self.ready_at = self._now() + CONVERSION_S / (1 << 3 - bits)

    def read(self) -> bytes:
        """The scratchpad with its check."""
        if self._converted is not None and self._now() >= self.ready_at:
            unused = 3 - (self.scratchpad[4] >> 5 & 3)  # lowest bits that a coarser reading leaves out
            value = round(self._converted * 16) >> unused << unused
            self.scratchpad[:2] = value.to_bytes(2, "little", signed=True)
        check = crc8(self.scratchpad) ^ (0xFF if self._state == BAD_CHECKSUM else 0)
        return bytes(self.scratchpad) + bytes([check])

    def busy(self) -> bool:
        return self._now() < self.ready_at


class Bus:
    """What a master sends and gets; everything begins with `reset`."""

    def __init__(self, probes: list[Probe]) -> None:
        self._probes = probes
        self._heard = bytearray()
        self._chosen: list[Probe] = []
        self._answer = b""

    def roms(self) -> list[bytes]:
        return [probe.rom for probe in self._probes if probe.answers()]

    def reset(self) -> bool:
        """True if anybody is there."""
        self._heard.clear()
        self._chosen = []
        self._answer = b""
        return bool(self.roms())

    def write(self, data: bytes) -> None:
        for byte in data:
            self._heard.append(byte)
            self._obey()

    def read(self, count: int) -> bytes:
        data, self._answer = self._answer[:count], self._answer[count:]
        idle = b"\x00" if any(probe.busy() for probe in self._chosen) else b"\xff"
        return data + idle * (count - len(data))

    def _obey(self) -> None:
        heard = bytes(self._heard)
        there = [probe for probe in self._probes if probe.answers()]
        if heard[0] == _SKIP_ROM:
            self._chosen, command = there, heard[1:]
        elif heard[0] == _MATCH_ROM and len(heard) >= 9:
            self._chosen, command = [probe for probe in there if probe.rom == heard[1:9]], heard[9:]
        elif heard[0] == _READ_ROM:
            self._answer = wired_and([probe.rom for probe in there])
            return
        else:
            return
        if command[:1] == bytes([_CONVERT]) and len(command) == 1:
            for probe in self._chosen:
                probe.convert()
        elif command[:1] == bytes([_READ_SCRATCHPAD]):
            self._answer = wired_and([probe.read() for probe in self._chosen])
        elif command[:1] == bytes([_WRITE_SCRATCHPAD]) and len(command) == 4:
            for probe in self._chosen:
                probe.scratchpad[2:5] = command[1:3] + bytes([command[3] & 0x60 | 0x1F])
