"""A genuine virtual board whose plug the test holds: in this port, in that one, in none.

plug = Plug("virtual:esp32/pulled", usb=CP2102)
plug.put("COM7")
monkeypatch.setattr(connect, "open_link", plug.open)
...
plug.pull()                  # the board is without power: its memory is gone, its files stay
"""

from __future__ import annotations

from makerlab.boards import Usb
from makerlab.errors import LinkError, PortLost, PortMissing
from makerlab.link.base import Link
from makerlab.link.open import open_link
from makerlab.link.ports import PortInfo

CP2102 = Usb(0x10C4, 0xEA60, "0001", "CP2102 USB to UART Bridge Controller")


class Plug:
    """A board that is plugged in at `port`, or nowhere (None)."""

    def __init__(self, address: str, usb: Usb = CP2102) -> None:
        self.address = address
        self.usb = usb
        self.port: str | None = None
        self.pulled = 0
        self._link: PluggedLink | None = None

    def put(self, port: str) -> None:
        self.port = port

    def pull(self) -> None:
        self.port = None
        self.pulled += 1
        if self._link is not None:
            self._link.genuine.close()

    def open(self, port: str) -> Link:
        if port != self.port:
            raise PortMissing(port=port)
        self._link = PluggedLink(port, open_link(self.address))
        return self._link

    def info(self) -> list[PortInfo]:
        return [PortInfo(self.port, self.usb.product, self.usb)] if self.port else []


class PluggedLink(Link):
    """The genuine link under the name of another port."""

    def __init__(self, port: str, genuine: Link) -> None:
        super().__init__(port)
        self.genuine = genuine
        self._start()

    def reset(self) -> bool:
        return self.genuine.reset()

    def _receive(self) -> bytes:
        try:
            return self.genuine.read(0.1).data
        except LinkError:
            raise PortLost(port=self.port) from None

    def _send(self, data: bytes, timeout_s: float) -> None:
        try:
            self.genuine.write(data, timeout_s)
        except LinkError:
            raise PortLost(port=self.port) from None

    def _shut(self) -> None:
        self._join()
        self.genuine.close()


class Room:
    """Several plugs as the computer sees them."""

    def __init__(self, *plugs: Plug) -> None:
        self.plugs = plugs
        self.opened: list[str] = []

    def open(self, port: str) -> Link:
        self.opened.append(port)
        for plug in self.plugs:
            if plug.port == port:
                return plug.open(port)
        raise PortMissing(port=port)

    def list_ports(self) -> list[PortInfo]:
        return [info for plug in self.plugs for info in plug.info()]

    def look_up(self, port: str) -> tuple[PortInfo | None, None]:
        return next((info for info in self.list_ports() if info.port == port), None), None
