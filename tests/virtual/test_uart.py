"""The serial line: pacing as arithmetic, and what a full receive buffer costs."""

from __future__ import annotations

import threading

from makerlab.virtual.clock import Alarm, Clock
from makerlab.virtual.uart import TX_FIFO_BYTES, USB_BUFFER_BYTES, Uart, Wire


class TestClock(Clock):
    """Time that goes on when it is told to; alarms ring on the way."""

    __test__ = False

    def __init__(self) -> None:
        self.time = 0.0
        self.alarms: list[tuple[float, Alarm]] = []

    def now(self) -> float:
        return self.time

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        raise AssertionError("nothing should wait here")

    def at(self, when, what) -> Alarm:
        alarm = Alarm(what)
        self.alarms.append((when, alarm))
        return alarm

    def go(self, until: float) -> None:
        while due := [entry for entry in self.alarms if entry[0] <= until]:
            first = min(due, key=lambda entry: entry[0])
            self.alarms.remove(first)
            self.time = max(self.time, first[0])
            first[1].ring()
        self.time = until


def test_a_byte_takes_ten_bits():
    wire = Wire(10_000)  # a byte a millisecond
    wire.put(b"abcde", 1.0)
    assert wire.take(1.0009) == b""
    assert wire.take(1.001) == b"a"
    assert wire.take(1.0035) == b"bc"
    wire.put(b"f", 1.0036)  # waits for those before it
    assert wire.take(1.0055) == b"de"
    assert wire.take(1.0061) == b"f"


def test_a_line_that_was_idle_does_not_catch_up():
    wire = Wire(10_000)
    wire.put(b"a", 0)
    wire.take(10)
    wire.put(b"bc", 20)
    assert wire.take(20.0011) == b"b"


def test_a_paced_line_loses_what_the_board_does_not_take():
    clock = TestClock()
    uart = Uart(clock, 10_000, rx_bytes=100)
    assert uart.send(b"x" * 300, 0) == 300
    clock.go(0.09)
    assert 80 <= len(uart._rx) <= 90 and not uart.lost
    clock.go(1)
    assert len(uart._rx) == 100 and uart.lost == 200
    with uart.changed:
        assert uart.take(1000) == b"x" * 100


def test_a_fast_line_loses_nothing_and_makes_wait():
    uart = Uart(TestClock(), None, rx_bytes=100)
    assert uart.send(b"x" * (USB_BUFFER_BYTES + 1000), 0) == USB_BUFFER_BYTES
    assert not uart.lost


def test_what_a_board_prints_comes_at_the_line_speed():
    clock = TestClock()
    uart = Uart(clock, 10_000, rx_bytes=100)
    with uart.changed:
        assert uart.put(b"y" * 500) == TX_FIFO_BYTES
        assert not uart.writable()
    clock.go(0.1)
    assert 90 <= len(uart.receive(0)) <= 100


def test_an_interrupt_character_never_enters_the_buffer():
    uart = Uart(TestClock(), None, rx_bytes=100)
    rung = []
    uart.on_interrupt = lambda: rung.append(1)
    uart.interrupt_char = 3
    uart.send(b"a\x03b\x03", 0)
    assert len(rung) == 2 and bytes(uart._rx) == b"ab"
    uart.interrupt_char = -1
    uart.send(b"\x03", 0)
    assert bytes(uart._rx) == b"ab\x03"


def test_nobody_at_the_other_end():
    uart = Uart(TestClock(), None, rx_bytes=100)
    uart.heard = False
    with uart.changed:
        assert uart.put(b"z" * 10) == 10 and uart.writable()
    assert uart.receive(0) == b""
