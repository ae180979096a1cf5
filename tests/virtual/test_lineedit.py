"""The line editor and the question whether a statement goes on, without a board."""

from __future__ import annotations

import pytest

from makerlab.virtual.lineedit import LineEditor
from makerlab.virtual.pyexec import goes_on


class Screen:
    """One line of a terminal that obeys what the editor sends."""

    def __init__(self) -> None:
        self.cells = ""
        self.cursor = 0

    def show(self, data: bytes) -> None:
        text = data.decode()
        while text:
            if text.startswith("\x1b[K"):
                self.cells, text = self.cells[: self.cursor], text[3:]
            elif text.startswith("\x1b["):
                count, _, text = text[2:].partition("D")
                self.cursor -= int(count)
            elif text[0] == "\b":
                self.cursor, text = self.cursor - 1, text[1:]
            else:
                self.cells = self.cells[: self.cursor] + text[0] + self.cells[self.cursor + 1 :]
                self.cursor, text = self.cursor + 1, text[1:]


def typed(keys: bytes, editor: LineEditor | None = None, before: bytes = b"") -> tuple[str, int | None]:
    """The line after `keys`, and how it ended; what stands on the screen must always be the line."""
    editor = editor or LineEditor()
    screen = Screen()
    screen.show(editor.begin(b">>> ", before))
    for key in keys:
        echo, ended = editor.feed(key)
        if ended is not None:
            return editor.text.decode(), ended
        screen.show(echo)
        assert screen.cells == ">>> " + editor.text.decode(), (keys, key)
    return editor.text.decode(), None


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (b"abc", "abc"),
        (b"abc\x08\x7fd", "ad"),
        (b"abc\x1b[D\x1b[Dx", "axbc"),
        (b"abc\x01x\x05y", "xabcy"),
        (b"abc\x1b[Hx\x1b[Fy", "xabcy"),
        (b"abc\x1b[1~\x1b[3~", "bc"),
        (b"abcdefgh\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x0b", "ab"),
        (b"abcdef\x1b[D\x1b[D\x15", "ef"),
        (b"\x08\x08\x1b[D\x1b[C", ""),
        (b"ab\x1bxc\x1b[Zd", "abcd"),
        (b"\tx", "    x"),
        (b"\t\t\x08x", "    x"),
    ],
)
def test_keys(keys, line):
    assert typed(keys) == (line, None)


@pytest.mark.parametrize(
    ("keys", "ended"), [(b"a\r", 0), (b"a\n", 0), (b"a\x03", 3), (b"\x01", 1), (b"\x04", 4), (b"\x05", 5)]
)
def test_ends(keys, ended):
    assert typed(keys)[1] == ended


def test_cr_lf_is_one_line_end():
    editor = LineEditor()
    assert typed(b"a\r", editor) == ("a", 0)
    assert typed(b"\nb\r", editor) == ("b", 0)


def test_history():
    editor = LineEditor()
    for line in (b"first\r", b"second\r", b"second\r"):
        typed(line, editor)
    assert typed(b"\x1b[A\x1b[A\x1b[A", editor) == ("first", None)
    assert typed(b"\x1b[A\x1b[A\x1b[B!", editor) == ("second!", None)
    assert typed(b"ab\x10\x0e", editor) == ("", None)


@pytest.mark.parametrize(
    ("before", "indent"),
    [(b"", 0), (b"if x:", 4), (b"if x:\n    y", 4), (b"if x:\n    while y:", 8), (b"if x:\n    y\n\n", 0)],
)
def test_indentation(before, indent):
    editor = LineEditor()
    editor.begin(b"... ", before)
    assert editor.text == b" " * indent


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("", False),
        ("x = 1", False),
        ("if x:", True),
        ("if x:\n    y", True),
        ("if x:\n    y\n", False),
        ("iffy = 1", False),
        ("@decorator", True),
        ("async def f():", True),
        ("f(1,", True),
        ("f(1,\n2)", False),
        ("x = [", True),
        ("x = '['", False),
        ("x = '''", True),
        ("x = '''a\n'''", False),
        ("x = \"\"\"'''", True),
        ("x = 'it\\'s ('", False),
        ("x = 1 + \\", True),
        ("x = 'open", False),
    ],
)
def test_does_a_statement_go_on(text, goes):
    assert goes_on(text) is goes
