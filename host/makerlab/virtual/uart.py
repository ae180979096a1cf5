"""The serial line between a virtual board and its host, with the board's receive buffer at its end.

Without a baud rate it behaves like USB: as fast as it goes, nothing is lost, a full side waits. With one it
behaves like a UART: ten bits a byte in either direction, and what arrives while the board's receive buffer is
full is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from makerlab.virtual.clock import Clock

BITS_A_BYTE = 10
"""One start bit, eight data bits, one stop bit."""

TX_FIFO_BYTES = 128
"""An ESP32's UART takes so many bytes before a program that prints has to wait (technical reference)."""
USB_BUFFER_BYTES = 64 << 10
"""Without a baud rate: bytes either side may be ahead of the other."""
HOST_BUFFER_BYTES = 4096
"""With one: what the host's driver takes before a write has to wait (Linux' tty layer)."""
STEP_S = 0.002
"""How often a paced line is moved on: 23 bytes at 115200 baud, well under any board's buffer."""


class Wire:
    """One direction of a paced line: which of the bytes put in have come out by now. Pure."""

    def __init__(self, baud: float) -> None:
        self.byte_s = BITS_A_BYTE / baud
        self.waiting = bytearray()
        self._begun = 0.0  # when the first waiting byte began to cross

    def put(self, data: bytes, now: float) -> None:
        if not self.waiting:
            self._begun = max(self._begun, now)
        self.waiting += data

    def take(self, now: float) -> bytes:
        """Bytes that have crossed completely by `now`."""
        # The small allowance keeps rounding from holding back a byte that is due exactly now.
        count = min(len(self.waiting), int((now - self._begun) / self.byte_s + 1e-6))
        if count <= 0:
            return b""
        data = bytes(self.waiting[:count])
        del self.waiting[:count]
        self._begun += count * self.byte_s
        return data


class Uart:
    """Both directions and the receive buffer. For several threads: everything happens under `changed`.

    `interrupt_char` (-1: none) never enters the buffer: it calls `on_interrupt`, as in a board's receive
    interrupt, while the program is busy with something else.
    """

    def __init__(self, clock: Clock, baud: float | None, rx_bytes: int) -> None:
        self.changed = threading.Condition()
        self.interrupt_char = -1
        self.on_interrupt: Callable[[], None] = lambda: None
        self.on_output: Callable[[], None] = lambda: None
        """Called, without `changed`, when there are bytes for the host after there were none."""
        self.lost = 0
        """Bytes that found the receive buffer full."""
        self.heard = True
        """False while nobody is at the host's end (`listen`): then what the board sends goes nowhere."""
        self.closed = False
        self.redirected = False
        """The board uses other pins: nothing arrives, and what it sends goes nowhere."""
        self._clock = clock
        self._rx = bytearray()
        self._rx_bytes = rx_bytes if baud else USB_BUFFER_BYTES
        self._out = bytearray()
        self._to_board = Wire(baud) if baud else None
        self._to_host = Wire(baud) if baud else None
        self._moving = False

    # -- the host's end ---------------------------------------------------------------------------------

    def send(self, data: bytes, timeout_s: float) -> int:
        """Bytes of `data` taken before `timeout_s` was over (or the line closed)."""
        deadline = self._clock.now() + timeout_s
        sent = 0
        while True:
            with self.changed:
                room = self._room_for_host()
                piece = data[sent : sent + max(0, room)]
                if self._to_board is None:
                    calls = self._arrive(piece)
                else:
                    self._to_board.put(piece, self._clock.now())
                    self._move_later()
                    calls = 0
                sent += len(piece)
                self.changed.notify_all()
                left = deadline - self._clock.now()
                if sent < len(data) and left > 0 and not self.closed and not piece:
                    self._clock.wait(self.changed, left)
            for _call in range(calls):
                self.on_interrupt()
            if sent == len(data) or left <= 0 or self.closed:
                return sent

    def receive(self, timeout_s: float) -> bytes:
        """What the board has sent, waiting up to `timeout_s` for it."""
        with self.changed:
            if not self._out and not self.closed and timeout_s > 0:
                deadline = self._clock.now() + timeout_s
                while not self._out and not self.closed and (left := deadline - self._clock.now()) > 0:
                    self._clock.wait(self.changed, left)
            data = bytes(self._out)
            self._out.clear()
            if data:
                self.changed.notify_all()
            return data

    def listen(self, on: bool) -> None:
        """Whether somebody is at the host's end; when nobody is, what was on its way is gone."""
        with self.changed:
            self.heard = on
            self._out.clear()
            self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    # -- the board's end (the caller holds `changed`) ---------------------------------------------------

    def readable(self) -> bool:
        return bool(self._rx)

    def take(self, count: int, stops: bytes = b"") -> bytes:
        """At most `count` received bytes; no more than to the first of `stops`, which is the last then."""
        data = bytes(self._rx[:count])
        for stop in stops:
            data = data[: data.find(stop) + 1] or data
        del self._rx[: len(data)]
        if data:
            self.changed.notify_all()
        return data

    def forget(self) -> None:
        """Empty the receive buffer: the board was reset."""
        self._rx.clear()
        self.changed.notify_all()

    def writable(self) -> bool:
        if self._to_host is not None:
            return len(self._to_host.waiting) < TX_FIFO_BYTES
        return not self.heard or len(self._out) < USB_BUFFER_BYTES

    def put(self, data: bytes) -> int:
        """How many bytes of `data` the line took; then call `on_output` without `changed`."""
        if self.redirected:
            return len(data)
        if self._to_host is not None:
            data = data[: max(0, TX_FIFO_BYTES - len(self._to_host.waiting))]
            self._to_host.put(data, self._clock.now())
            self._move_later()
        elif self.heard:
            self._out += data
            self.changed.notify_all()
        return len(data)

    # -- inside -----------------------------------------------------------------------------------------

    def _room_for_host(self) -> int:
        if self._to_board is not None:
            return HOST_BUFFER_BYTES - len(self._to_board.waiting)
        return self._rx_bytes - len(self._rx)

    def _arrive(self, data: bytes) -> int:
        """Put `data` into the receive buffer; how many interrupt characters were in it."""
        interrupts = 0
        if self.redirected:
            return 0
        if self.interrupt_char >= 0:
            interrupts = data.count(self.interrupt_char)
            if interrupts:
                data = data.replace(bytes([self.interrupt_char]), b"")
        room = max(0, self._rx_bytes - len(self._rx))
        self._rx += data[:room]
        self.lost += len(data) - len(data[:room])
        return interrupts

    def _move_later(self) -> None:
        if not self._moving and not self.closed:
            self._moving = True
            self._clock.at(self._clock.now() + STEP_S, self._move)

    def _move(self) -> None:
        """Move a paced line on, for as long as anything is on it."""
        assert self._to_board is not None and self._to_host is not None
        with self.changed:
            self._moving = False
            now = self._clock.now()
            calls = self._arrive(self._to_board.take(now))
            sent = self._to_host.take(now)
            if self.heard:
                self._out += sent
            if self._to_board.waiting or self._to_host.waiting:
                self._move_later()
            self.changed.notify_all()
        for _call in range(calls):
            self.on_interrupt()
        if sent:
            self.on_output()
