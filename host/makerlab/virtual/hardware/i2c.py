"""I2C buses: which chips answer, and the bytes to and from them."""

from __future__ import annotations

from makerlab.virtual.devices import every_device
from makerlab.virtual.devices.device import Device, Silent, wired_and
from makerlab.virtual.hardware.part import EINVAL, ENODEV, Machine, Part, no_answer, whole
from makerlab.virtual.hardware.senses import Senses

MAX_BYTES = 500
"""In one read: the answer to the guest holds no more (Wasi.RESULT_BYTES, two digits a byte)."""


class I2cBuses(Part):
    """One of each known chip, on whatever bus and pins a program opens."""

    def __init__(self, board: Machine, senses: Senses) -> None:
        self._board = board
        self._senses = senses
        self._devices = every_device(senses.value, board.uptime_s, senses.scene.chips)
        self.commands = {"scan": self._scan, "transfer": self._transfer}

    def _scan(self) -> str:
        if not self._senses.there("i2c"):
            return ""
        return " ".join(str(address) for address in sorted(self._devices) if self._answering(address))

    def _transfer(self, address: str, data: str, count: str) -> str:
        """Write `data` (hex; "-" for none), then read `count` bytes; the bytes in hex."""
        with self._senses.one_moment():
            return self._transferred(address, data, count)

    def _transferred(self, address: str, data: str, count: str) -> str:
        devices = self._answering(whole(address, 0, 127)) if self._senses.there("i2c") else []
        if not devices:
            raise no_answer(ENODEV)
        size = whole(count, 0, MAX_BYTES)
        try:
            if data != "-":
                for device in devices:
                    device.write(bytes.fromhex(data))
            answers = [device.read(size) for device in devices] if size else [b""]
        except Silent:
            raise no_answer(ENODEV) from None
        except ValueError:
            raise no_answer(EINVAL) from None
        return wired_and(answers).hex()

    def _answering(self, address: int) -> list[Device]:
        devices = self._devices.get(address, [])
        for index, device in enumerate(devices):
            if not device.answers():
                devices[index] = device.again()
        return [device for device in devices if device.answers()]
