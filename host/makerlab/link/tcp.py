"""`socket://host:port`: a board behind a TCP connection, bytes as they are (`maker virtual`, ser2net).

Not pyserial's own socket port: that one reads a single byte at a time and sleeps 0.3 s when it is closed.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from urllib.parse import urlsplit

from makerlab.errors import BadAddress, LinkError, LinkTimeout, PortLost, PortMissing
from makerlab.link.base import Link

CONNECT_WAIT_S = 3.0
"""For the connection to stand; on a local network it takes milliseconds."""
POLL_S = 0.1
MAX_READ_BYTES = 1 << 16


def open(port: str) -> TcpLink:
    """Connect to `socket://host:port`. Raises BadAddress, or PortMissing when nobody listens there."""
    try:
        parts = urlsplit(port)
        host, number = parts.hostname, parts.port
    except ValueError:
        raise BadAddress(port=port) from None
    if not host or not number or parts.path not in ("", "/") or parts.query or parts.username:
        raise BadAddress(port=port)
    try:
        connection = socket.create_connection((host, number), CONNECT_WAIT_S)
    except (OSError, UnicodeError):
        raise PortMissing(port=port) from None
    return TcpLink(port, connection)


class TcpLink(Link):
    """A link over a connected socket, which it owns from now on."""

    def __init__(self, port: str, connection: socket.socket) -> None:
        super().__init__(port)
        connection.setblocking(False)
        # Without this a reply of one byte (a raw paste credit) may wait 40 ms for company.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._start()

    def reset(self) -> bool:
        return False

    def _receive(self) -> bytes:
        try:
            if not select.select([self._socket], [], [], POLL_S)[0]:
                return b""
            data = self._socket.recv(MAX_READ_BYTES)
        except BlockingIOError:
            return b""
        except (OSError, ValueError):
            raise self._lost() from None
        if not data:
            raise self._lost()
        return data

    def _send(self, data: bytes, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        rest = memoryview(data)
        while rest:
            try:
                if not select.select([], [self._socket], [], max(0.0, deadline - time.monotonic()))[1]:
                    raise LinkTimeout(port=self.port)
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                continue
            except (OSError, ValueError):
                raise self._lost() from None

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the reader
        self._join()
        self._socket.close()

    def _lost(self) -> LinkError:
        return PortLost(port=self.port)
