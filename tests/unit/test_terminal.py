"""The terminal's core: keys in, bytes out, split anywhere."""

from __future__ import annotations

import pytest

from makerlab.repl.terminal import PASTE_BEGINS, PASTE_ENDS, Terminal

PROGRAM = "def f():\n    print('数')\n\nf()\n"
AS_PASTED = "def f():\r    print('数')\r\rf()\r".encode()
PASTE_MODE = b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== "


def sent(terminal: Terminal) -> bytes:
    """Everything that can be sent now."""
    data = b""
    while (send := terminal.to_send()) is not None:
        data += send.data
    return data


def at_prompt(line: bytes = b">>> ") -> Terminal:
    terminal = Terminal()
    terminal.heard(b"MicroPython v1.27\r\n" + line)
    return terminal


def echo(data: bytes) -> bytes:
    """What a board's paste mode answers (shared/runtime/pyexec.c)."""
    return data.replace(b"\r", b"\r\n=== ")


def splits(text: str) -> list[tuple[str, ...]]:
    return [(text,), tuple(text), *((text[:at], text[at:]) for at in range(1, len(text)))]


def test_it_begins_by_asking_for_the_prompt():
    terminal = Terminal()
    terminal.begin()
    assert sent(terminal) == b"\x02"


@pytest.mark.parametrize("pieces", splits("a\x1b[A\x1b[3~\t\x7fb\x04"))
def test_keys_go_out_as_they_come(pieces):
    terminal = at_prompt()
    for piece in pieces:
        terminal.typed(piece)
    terminal.quiet()
    assert sent(terminal) == b"a\x1b[A\x1b[3~\t\x7fb\x04"


def test_a_lone_escape_goes_out_when_nothing_follows():
    terminal = at_prompt()
    terminal.typed("\x1b")
    assert sent(terminal) == b""
    terminal.quiet()
    assert sent(terminal) == b"\x1b"


@pytest.mark.parametrize("key", ["\x1d", "\x18"])
@pytest.mark.parametrize("before", ["", "print(", PASTE_BEGINS + "unfinished"])
def test_leaving(key, before):
    terminal = at_prompt()
    terminal.typed(before)
    assert not terminal.left
    terminal.typed(key)
    assert terminal.left


@pytest.mark.parametrize("pieces", splits(PASTE_BEGINS + PROGRAM + PASTE_ENDS))
def test_a_marked_paste_goes_through_paste_mode(pieces):
    terminal = at_prompt()
    for piece in pieces:
        terminal.typed(piece)
    assert sent(terminal) == b"\x05"
    assert terminal.waits
    for at in range(len(PASTE_MODE)):
        assert sent(terminal) == b""
        terminal.heard(PASTE_MODE[at : at + 1])
    data = b""
    while piece := sent(terminal):
        data += piece
        terminal.heard(echo(piece))
    assert data == AS_PASTED + b"\x04"


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_an_unmarked_paste_is_known_by_its_coming_together(line_end):
    terminal = at_prompt()
    text = PROGRAM.replace("\n", line_end)
    terminal.typed(text[:10])
    terminal.typed(text[10:])
    assert sent(terminal) == b""
    terminal.quiet()
    assert sent(terminal) == b"\x05"
    terminal.heard(PASTE_MODE)
    assert AS_PASTED.startswith(sent(terminal))


def test_nothing_is_sent_before_its_echo_is_back():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "x = 1\n" * 100 + PASTE_ENDS)
    sent(terminal)
    terminal.heard(PASTE_MODE)
    piece = sent(terminal)
    assert len(piece) == 32
    for at in range(len(echo(piece)) - 1):
        terminal.heard(echo(piece)[at : at + 1])
        assert sent(terminal) == b""
    terminal.heard(echo(piece)[-1:])
    assert len(sent(terminal)) == 32


def test_an_echo_that_never_comes_is_given_up():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "x = 1\ny = 2\n" + PASTE_ENDS)
    sent(terminal)
    terminal.heard(PASTE_MODE)
    assert sent(terminal) == b"x = 1\ry = 2\r"
    terminal.heard(b"x =")
    assert terminal.waits
    terminal.give_up_waiting()
    assert sent(terminal) == b"\x04"


def test_without_paste_mode_lines_go_as_they_are():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "x = 1\ny = 2\n" + PASTE_ENDS)
    assert sent(terminal) == b"\x05"
    terminal.give_up_waiting()
    assert sent(terminal) == b"x = 1\ry = 2\r"


@pytest.mark.parametrize("line", [b">>> x", b"... ", b"=== ", b"Name: ", b""])
def test_elsewhere_a_paste_is_typed(line):
    terminal = at_prompt(line)
    terminal.typed(PASTE_BEGINS + "a\nb" + PASTE_ENDS)
    assert sent(terminal) == b"a\rb"


def test_one_pasted_line_can_still_be_edited():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "print(1)" + PASTE_ENDS)
    assert sent(terminal) == b"print(1)"


def test_control_characters_in_a_paste_are_left_out():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "a\x03\x04\x1b[A\tb" + PASTE_ENDS)
    assert sent(terminal) == b"a[A\tb"


def test_ctrl_c_overtakes_a_paste():
    terminal = at_prompt()
    terminal.typed(PASTE_BEGINS + "x = 1\n" * 1000 + PASTE_ENDS)
    sent(terminal)
    terminal.heard(PASTE_MODE)
    sent(terminal)
    terminal.typed("\x03")
    assert sent(terminal) == b"\x03"
    assert not terminal.waits


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b">>> print('", rb"\u4f60\u597d\U0001f600"),
        (b"...     '", rb"\u4f60\u597d\U0001f600"),
        (b"Name: ", "你好😀".encode()),
        (b"=== ", "你好😀".encode()),
    ],
)
def test_chinese_at_a_prompt_and_in_a_program(line, expected):
    terminal = at_prompt(line)
    for char in "你好😀":
        terminal.typed(char)
    assert sent(terminal) == expected


def test_output_is_decoded_however_it_is_split():
    terminal = Terminal()
    shown = "".join(terminal.heard(bytes([byte])) for byte in "温度 25 °C\r\n😀".encode() + b"\xff!")
    assert shown == "温度 25 °C\r\n😀\ufffd!"


def test_a_long_line_costs_no_memory():
    terminal = at_prompt(b"=" * 1_000_000)
    terminal.heard(b"\r\n>>> ")
    terminal.typed(PASTE_BEGINS + "a\nb" + PASTE_ENDS)
    assert sent(terminal) == b"\x05"
