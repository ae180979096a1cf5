"""The prompts of a board, byte for byte as a host sees them."""

from __future__ import annotations

import pytest

BANNER = b"MicroPython v1.27.0"


def test_banner_says_what_it_is(plug):
    seen = plug(wait=False).expect(">>> ")
    assert seen.startswith(BANNER)
    assert b'with ESP32\r\nType "help()" for more information.\r\n>>> ' in seen


def test_friendly_prompt_echoes_and_shows_values(plug):
    terminal = plug()
    terminal.send("1+2\r")
    assert terminal.expect(">>> ") == b"1+2\r\n3\r\n>>> "
    terminal.send("x = 'Grüße'\r\n'中文'\r")
    terminal.expect(">>> ")
    terminal.expect(">>> ")
    terminal.send("x\x08y\x08x; len('ab')\r")
    assert terminal.expect(">>> ").endswith(b"2\r\n>>> ")


def test_friendly_prompt_indents_and_waits_for_the_end(plug):
    terminal = plug()
    terminal.send("for i in range(2):\r")
    assert terminal.expect("...     ").endswith(b"...     ")
    terminal.send("print(i)\r\r\r\r")
    assert b"0\r\n1\r\n" in terminal.expect("\r\n>>> ")


def test_history_recalls_the_last_line(plug):
    terminal = plug()
    terminal.send("7*6\r")
    terminal.expect("42\r\n>>> ")
    terminal.send("\x1b[A\r")
    assert terminal.expect("42\r\n>>> ").startswith(b"7*6\r\n")


def test_ctrl_c_takes_a_line_back(plug):
    terminal = plug()
    terminal.send("print('never')\x03")
    assert b"never\r\n" not in terminal.expect("\r\n>>> ")
    terminal.send("1\r")
    terminal.expect("1\r\n1\r\n>>> ")


def test_paste_mode(plug):
    terminal = plug()
    terminal.send("\x05")
    terminal.expect("paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
    terminal.send("def f(x):\r    return x * 2\r\rprint(f(21))\r\x04")
    assert terminal.expect(">>> ").endswith(b"\r\n42\r\n>>> ")
    terminal.send("\x05print('never')\x03")
    terminal.expect("=== ")
    assert terminal.expect(">>> ") == b"print('never')\r\n>>> "


def test_raw_prompt_runs_and_separates_errors(raw):
    raw.begin("print('out')\n1/0")
    output, error = raw.end()
    assert output == "out\n"
    assert error.startswith('Traceback (most recent call last):\n  File "<stdin>", line 2, in <module>\n')
    assert error.endswith("ZeroDivisionError: divide by zero\n")


def test_a_syntax_error_names_its_line(raw):
    assert raw.fails("x = 1\ny = = 2\n") == "SyntaxError: invalid syntax"


def test_raw_prompt_and_back(raw):
    raw.send("\x02")
    assert BANNER in raw.expect(">>> ")


def paste(terminal, program: bytes) -> int:
    """Send `program` by raw paste, never more than was granted; the window's size."""
    terminal.send("\x05A\x01")
    terminal.expect("R\x01")
    window = int.from_bytes(take(terminal, 2), "little")
    granted, sent = window, 0
    while sent < len(program):
        while granted == 0 or terminal.unread:
            byte = take(terminal, 1)
            assert byte == b"\x01", byte
            granted += window
        piece = program[sent : sent + granted]
        terminal.send(piece)
        sent += len(piece)
        granted -= len(piece)
    return window


def take(terminal, count: int) -> bytes:
    while len(terminal.unread) < count:
        terminal.unread += terminal.board.read(1)
    data, terminal.unread = terminal.unread[:count], terminal.unread[count:]
    return data


def test_raw_paste_with_its_window(raw):
    program = b"total = 0\n" + b"total += 1  # a line\n" * 500 + b"print(total)\n"
    assert paste(raw, program) == 128
    raw.send("\x04")
    assert raw.expect("\x04>").endswith(b"\x04500\r\n\x04\x04>")


def test_raw_paste_given_up(raw):
    paste(raw, b"print('never')\n")
    raw.send("\x03")
    seen = raw.expect("\x04>")
    assert b"never" not in seen
    assert b"KeyboardInterrupt" in seen
    assert raw.run("print('still here')") == "still here\n"


def test_raw_paste_with_a_syntax_error_ends_early(raw):
    paste(raw, b"this is no Python\n")
    raw.send("\x04")
    assert b"SyntaxError" in raw.expect("\x04>")
    assert raw.run("print(1)") == "1\n"


def test_an_unknown_raw_command_is_refused(raw):
    raw.send("\x05B\x01")
    raw.expect("R\x00")
    assert raw.run("print(1)") == "1\n"


def test_help_speaks_of_this_board(raw):
    assert "ESP32" in raw.run("help()")
    modules = raw.run("help('modules')").split()
    assert {"machine", "esp32", "dht", "asyncio", "time", "os"} <= set(modules)
    assert not {"host", "argparse", "ssl", "mip", "bluetooth"} & set(modules)
    for name in ("host", "argparse", "ssl", "mip", "bluetooth"):
        assert raw.fails(f"import {name}") == f"ImportError: no module named '{name}'"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sys.platform", "'esp32'"),
        ("sys.implementation.name", "'micropython'"),
        ("os.uname().sysname", "'esp32'"),
        ("os.uname().machine", "'Virtual ESP32 module (makerlab) with ESP32'"),
        ("(errno.ENOENT, errno.ENODEV, errno.ETIMEDOUT)", "(2, 19, 116)"),
        ("len(os.urandom(5))", "5"),
        ("time.gmtime(0)", "(2000, 1, 1, 0, 0, 0, 5, 1)"),
        ("time.mktime((2026, 9, 1, 8, 0, 0, 0, 0))", "841564800"),
        ("len(machine.unique_id())", "6"),
        ("machine.freq()", "160000000"),
    ],
)
def test_says_what_an_esp32_says(raw, expression, value):
    assert raw.run(f"import sys, os, errno, time, machine\nprint(repr({expression}))") == value + "\n"


def test_standard_output_ends_lines_as_a_board_does(raw):
    raw.begin("""
        import sys
        print('a')
        n = sys.stdout.write('b\\n')
        n = sys.stdout.buffer.write(b'c\\n')
        """)
    assert raw.expect("\x04") == b"a\r\nb\r\nc\n\x04"


def test_standard_input_of_a_program(raw):
    raw.begin("import sys\nprint(repr(sys.stdin.buffer.read(3)), repr(sys.stdin.read(2)))")
    raw.send("a\rbc\r")
    assert raw.end()[0] == "b'a\\rb' 'c\\n'\n"


def test_input_with_its_line_editor(raw):
    raw.begin("name = input('Who? ')\nprint('Hi', name)")
    raw.expect("Who? ")
    raw.send("Mia\x08\x08\x08Tom\r")
    assert raw.end()[0].endswith("Hi Tom\n")
