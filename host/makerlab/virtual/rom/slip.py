"""Packets of the loader: SLIP (RFC 1055), as esptool and the ROM of the ESP32 family use it. Pure."""

from __future__ import annotations

END, ESCAPE = 0xC0, 0xDB
MAX_PACKET_BYTES = 64 << 10
"""The stub's blocks are 16 KiB; anything far longer is noise without an end."""


def encode(packet: bytes) -> bytes:
    return b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


class Decoder:
    """Bytes in, whole packets out; what stands between packets is dropped."""

    def __init__(self) -> None:
        self._packet: bytearray | None = None

    def feed(self, data: bytes) -> list[bytes]:
        packets = []
        first, *rest = data.split(b"\xc0")
        if self._packet is not None:
            self._packet += first
        for piece in rest:
            if self._packet:
                packets.append(
                    bytes(self._packet).replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                )
                self._packet = None if not piece else bytearray(piece)
            else:
                self._packet = bytearray(piece)
        if self._packet is not None and len(self._packet) > MAX_PACKET_BYTES:
            self._packet = None
        return packets
