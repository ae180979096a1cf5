"""Packets of the loader: SLIP (RFC 1055), as esptool and the ROM of the ESP32 family use it. Pure."""

from __future__ import annotations

MAX_PACKET_BYTES = 64 << 10
"""The stub's blocks are 16 KiB; anything far longer is noise without an end."""


def encode(packet: bytes) -> bytes:
    return b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


class Decoder:
    """Bytes in, packets out. Every END ends what came before it and begins what follows, so noise between two
    packets comes out as a packet of noise."""

    def __init__(self) -> None:
        self._packet = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        packets = []
        *ended, rest = data.split(b"\xc0")
        for piece in ended:
            self._packet += piece
            if self._packet and self._begun:
                packets.append(
                    bytes(self._packet).replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                )
            self._packet.clear()
            self._begun = True
        self._packet += rest
        if len(self._packet) > MAX_PACKET_BYTES:
            self._packet.clear()
            self._begun = False
        return packets
