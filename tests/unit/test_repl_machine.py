"""The raw REPL machine against transcripts, split in every way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.repl.machine import (
    CAREFUL,
    COMMANDS,
    MAX_TRACEBACK,
    REPLIES,
    Event,
    Finished,
    Friendly,
    Noise,
    Output,
    Pace,
    Prompt,
    RawRepl,
    Started,
    State,
    WrongMoment,
)

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
GRANT_128 = b"R\x01\x80\x00\x01"


@dataclass(frozen=True)
class Case:
    """`script` alternates what the host does (str: a command, bytes: a program) with what the board says
    ((bytes,)); `events` is all the host must understand; `written` all it must have written."""

    script: tuple[str | bytes | tuple[bytes], ...]
    events: tuple[Event, ...]
    written: bytes
    state: State
    pace: Pace = CAREFUL


ENTER = ("enter", (BANNER,))
CASES = {
    "enter from a fresh prompt": Case(ENTER, (Prompt(),), b"\x01", State.RAW),
    "enter with the rest of a program before it": Case(
        ("interrupt", (b"12\r\nKeyboardInterrupt: \r\n>>> ",), "enter", (b"\r\n" + BANNER,)),
        (Noise(b"12\r\nKeyboardInterrupt: \r\n>>> \r\n"), Prompt()),
        b"\r\x03\x03\x01",
        State.RAW,
    ),
    "enter by way of the banner, past the answer to somebody before": Case(
        ("approach", (BANNER + b"\r\nMicroPython v1.27.0; x\r\n>>> \r\n" + BANNER,)),
        (Noise(BANNER + b"\r\nMicroPython v1.27.0; x\r\n\r\n"), Prompt()),
        b"\x02\x01",
        State.RAW,
    ),
    "soft reset, as an ESP32 says it": Case(
        (*ENTER, "restart", (b"OK\r\nMPY: soft reboot\r\n" + BANNER,)),
        (Prompt(), Noise(b"OK\r\nMPY: "), Prompt()),
        b"\x01\x03\x04",
        State.RAW,
    ),
    "soft reset, as a micro:bit V1 says it": Case(
        (*ENTER, "restart", (b"OK\r\nsoft reboot\r\n\r\n" + BANNER,)),
        (Prompt(), Noise(b"OK\r\n\r\n"), Prompt()),
        b"\x01\x03\x04",
        State.RAW,
    ),
    "raw paste within one window": Case(
        (*ENTER, b"print(1)", (GRANT_128,), (b"\x04",), (b"1\r\n",), (b"\x04\x04>",)),
        (Prompt(), Started(), Output(b"1\r\n"), Finished(b"")),
        b"\x01\x05A\x01print(1)\x04",
        State.RAW,
    ),
    "raw paste over several windows": Case(
        (*ENTER, b"x" * 600, (GRANT_128,), *[(b"\x01",)] * 4, (b"\x04",), (b"\x04\x04>",)),
        (Prompt(), Started(), Finished(b"")),
        b"\x01\x05A\x01" + b"x" * 600 + b"\x04",
        State.RAW,
        Pace(in_flight=256),
    ),
    "raw paste cut short by a syntax error": Case(
        (*ENTER, b"f(:" + b"x" * 600, (GRANT_128,), (b"\x04",), (b"\x04  File\r\nSyntaxError: \r\n\x04>",)),
        (Prompt(), Started(), Finished(b"  File\r\nSyntaxError: \r\n")),
        b"\x01\x05A\x01f(:" + b"x" * 125 + b"\x04",
        State.RAW,
        Pace(in_flight=128),
    ),
    "raw paste known but switched off": Case(
        (*ENTER, b"print(1)", (b"R\x00",), (b"OK1\r\n\x04\x04>",)),
        (Prompt(), Started(), Output(b"1\r\n"), Finished(b"")),
        b"\x01\x05A\x01print(1)\x04",
        State.RAW,
    ),
    "raw paste unknown (micro:bit V1)": Case(
        (*ENTER, b"print(1)", (BANNER,), (b"OK1\r\n\x04\x04>",), b"a", (b"OK\x04\x04>",)),
        (Prompt(), Started(), Output(b"1\r\n"), Finished(b""), Started(), Finished(b"")),
        b"\x01\x05A\x01print(1)\x04a\x04",
        State.RAW,
    ),
    "a plain program in pieces": Case(
        (*ENTER, b"y" * 70, (b"OK\x04\x04>",)),
        (Prompt(), Started(), Finished(b"")),
        b"\x01" + b"y" * 70 + b"\x04",
        State.RAW,
        Pace(raw_paste=False),
    ),
    "a traceback": Case(
        (*ENTER, b"1/0", (b"OK",), (b"before\r\n\x04Traceback:\r\nZeroDivisionError: \r\n\x04>",)),
        (Prompt(), Started(), Output(b"before\r\n"), Finished(b"Traceback:\r\nZeroDivisionError: \r\n")),
        b"\x011/0\x04",
        State.RAW,
        Pace(raw_paste=False),
    ),
    "a whole pair of 04s in garbage is no end": Case(
        (*ENTER, b"a", (b"OK",), (b"\x00\x04\xff\x12\xfe\x04>\x0012\r\n\x04ValueError: 5\r\n\x04>",)),
        (Prompt(), Started(), Output(b"\x00\x04\xff\x12\xfe\x04>\x0012\r\n"), Finished(b"ValueError: 5\r\n")),
        b"\x01a\x04",
        State.RAW,
        Pace(raw_paste=False),
    ),
    "04 in garbage is no end": Case(
        (*ENTER, b"a", (b"OK",), (b"\x00\x04\xff\x04\xfe12\r\n\x04\x04>",)),
        (Prompt(), Started(), Output(b"\x00\x04\xff\x04\xfe12\r\n"), Finished(b"")),
        b"\x01a\x04",
        State.RAW,
        Pace(raw_paste=False),
    ),
    "stop a running program": Case(
        (*ENTER, b"a", (b"OK1\r\n",), "stop", (b"2\r\n\x04KeyboardInterrupt: \r\n\x04>",)),
        (Prompt(), Started(), Output(b"1\r\n2\r\n"), Finished(b"KeyboardInterrupt: \r\n")),
        b"\x01a\x04\x03",
        State.RAW,
        Pace(raw_paste=False),
    ),
    "back to the friendly prompt": Case(
        (*ENTER, "leave", (b"\r\nMicroPython v1.27.0; x\r\n>>> ",)),
        (Prompt(), Noise(b"\r\nMicroPython v1.27.0; x\r\n"), Friendly()),
        b"\x01\x02",
        State.FRIENDLY,
    ),
}  # fmt: skip


def merged(events: list[Event]) -> tuple[Event, ...]:
    """Neighbouring pieces of output or noise as one: how a stream is cut means nothing."""
    result: list[Event] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, Output) and isinstance(last, Output):
            result[-1] = Output(last.data + event.data)
        elif isinstance(event, Noise) and isinstance(last, Noise):
            result[-1] = Noise(last.data + event.data)
        else:
            result.append(event)
    return tuple(result)


def play(case: Case, cut: list[int] | None = None, tail: bytes = b"") -> tuple[RawRepl, list[Event], bytes]:
    """Run a case; every board message is cut into pieces of the sizes in `cut`, repeated for ever."""
    repl = RawRepl(case.pace)
    events: list[Event] = []
    written = b""
    sizes = list(cut or [1 << 20])
    script = [*case.script[:-1], (case.script[-1][0] + tail,)]  # type: ignore[operator]
    for line in script:
        if isinstance(line, str):
            repl.command(line)
        elif isinstance(line, bytes):
            repl.program(line)
        pieces = []
        if isinstance(line, tuple):
            rest = line[0]
            while rest:
                size = sizes.pop(0)
                sizes.append(size)
                pieces.append(rest[:size])
                rest = rest[size:]
        for piece in pieces or [b""]:
            events += repl.receive(piece)
            while (send := repl.to_send()) is not None:
                written += send.data
    return repl, events, written


@pytest.mark.parametrize("name", CASES)
def test_whole(name: str) -> None:
    case = CASES[name]
    repl, events, written = play(case)
    assert merged(events) == case.events
    assert written == case.written
    assert repl.state is case.state


@pytest.mark.parametrize("name", CASES)
def test_byte_by_byte(name: str) -> None:
    case = CASES[name]
    repl, events, written = play(case, [1])
    assert (merged(events), written, repl.state) == (case.events, case.written, case.state)


@pytest.mark.parametrize("name", CASES)
def test_trailing_bytes_stay_apart(name: str) -> None:
    case = CASES[name]
    repl, events, written = play(case, tail=b"\r\nrest")
    *expected, last = case.events
    tail: list[Event] = [*expected, last, Noise(b"\r\nrest")]
    assert (merged(events), written, repl.state) == (merged(tail), case.written, case.state)


@given(st.sampled_from(sorted(CASES)), st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_any_split(name: str, cut: list[int]) -> None:
    case = CASES[name]
    repl, events, written = play(case, cut)
    assert (merged(events), written, repl.state) == (case.events, case.written, case.state)


@given(st.binary(max_size=200), st.sampled_from(list(State)))
def test_garbage_never_breaks_it(data: bytes, state: State) -> None:
    repl = RawRepl()
    repl.state = state
    repl.receive(data)
    while (send := repl.to_send()) is not None:
        assert send.data


@given(st.integers(1, 300), st.integers(1, 600), st.integers(0, 2000))
def test_raw_paste_never_sends_more_than_granted(window: int, in_flight: int, size: int) -> None:
    """A board model that reads whole windows only: what is on its way never exceeds what it granted, nor
    one window or `in_flight`, whichever is more."""
    repl = RawRepl(Pace(in_flight=in_flight))
    repl.command("enter")
    repl.receive(BANNER)
    repl.program(b"x" * size)
    while repl.to_send() is not None:
        pass
    repl.receive(b"R\x01" + window.to_bytes(2, "little") + b"\x01")
    sent = read = 0
    while True:
        while (send := repl.to_send()) is not None:
            sent += send.data.count(b"x")
            assert sent - read <= max(in_flight, window)
            assert sent - read <= 2 * window
            assert len(send.data) <= max(in_flight, 1)
        if repl.state is State.PASTED:
            break
        assert sent - read >= window, "stuck: the board has nothing to acknowledge"
        read += window
        repl.receive(b"\x01")
    assert sent == size


def test_a_program_can_go_the_plain_way_on_any_board() -> None:
    repl = RawRepl(Pace(in_flight=256))
    repl.command("enter")
    repl.receive(BANNER)
    repl.to_send()
    repl.program(b"print(1)", plainly=True)
    assert (repl.to_send(), repl.state) == ((b"print(1)\x04", 0.0), State.SENDING)


def test_plain_pieces_are_paced() -> None:
    repl = RawRepl(Pace(raw_paste=False))
    repl.command("enter")
    repl.receive(BANNER)
    repl.to_send()
    repl.program(b"z" * 64)
    sends = list(iter(repl.to_send, None))
    # The Ctrl-D that runs the program counts as one of its bytes; then it is the board's turn: no rest.
    assert sends == [(b"z" * 32, 0.010), (b"z" * 32, 0.010), (b"\x04", 0.0)]
    repl.receive(b"OK\x04\x04>")
    repl.program(b"z" * 40)
    assert list(iter(repl.to_send, None)) == [(b"z" * 32, 0.010), (b"z" * 8 + b"\x04", 0.0)]


def test_a_stray_04_in_an_endless_stream_loses_nothing() -> None:
    repl = RawRepl(Pace(raw_paste=False))
    repl.state = State.RUNNING
    data = b"\x04" + b"1 2 3 4\r\n" * (MAX_TRACEBACK // 9 + 2)
    assert merged(repl.receive(data)) == (Output(data),)
    assert repl.state is State.RUNNING


def test_commands_at_the_wrong_moment_are_a_bug_of_ours() -> None:
    repl = RawRepl()
    for act in (lambda: repl.command("restart"), lambda: repl.command("stop"), lambda: repl.program(b"a")):
        with pytest.raises(WrongMoment):
            act()


def test_the_tables_are_whole() -> None:
    """Every state that waits has replies; every action exists; every state can be left."""
    for state, replies in REPLIES.items():
        for reply in replies:
            assert not reply.action or hasattr(RawRepl, "_on_" + reply.action), (state, reply)
    reached = {reply.then for replies in REPLIES.values() for reply in replies}
    reached |= {state for moves in COMMANDS.values() for _data, state in moves.values()}
    assert reached | {State.PASTED, State.ASKING, State.UNKNOWN} == set(State)
    assert set(COMMANDS["interrupt"]) == set(COMMANDS["enter"]) == set(State)
