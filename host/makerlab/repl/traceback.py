"""A board's traceback in words a pupil understands: which line of which program, what, and what to do.

MicroPython's messages are short and differ a little between its versions (1.9 on the micro:bit V1 to 1.27);
`MEANINGS` is a table, first match wins, and what it does not know is shown in the board's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from makerlab.errors import ProgramError
from makerlab.i18n import N_, _
from makerlab.repl import slips

TYPED = "<stdin>"
"""What MicroPython calls a program that came over the line, and what to call one that has no file name."""

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Frame:
    """One step of a traceback: `line` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Traceback:
    """What a board printed when a program failed: frames from the outermost inwards, then the error."""

    frames: tuple[Frame, ...]
    kind: str
    message: str


@dataclass(frozen=True)
class Meaning:
    """One line of the table: errors of `kind` whose message matches `pattern`, and what that means.

    `what` and `todo` may use the pattern's groups as {0}, {1}.
    """

    kind: str
    pattern: str
    what: str
    todo: str


_SPELLING = N_("Check the spelling, capital letters included, and that it is set before it is used.")
_WIRING = N_("Check the wiring: power, ground, and that each signal is on the pin the program names.")
_SPACES = N_("Lines that belong together begin with the same number of spaces (four, not a tab).")
_MEMORY = N_("Make the program shorter, or remove what it imports but does not use.")
_MODULE = N_(
    "Check the name; if it is your own file, put it beside the program or copy it to the board first."
)
_DELETE = N_("Delete files from the board that are not needed any more.")
_PIN = N_("Choose another pin; see what is printed beside the pins.")
_KINDS = N_("For example a number and a text: turn one into the other with str() or int().")
_LOOK = N_("Look at that line, and at the one before it.")

_TYPING = N_(
    "Look at that line and the one before it: a missing colon, bracket or quotation mark, or a Chinese one "
    "(：（）“”，) instead of an English one?"
)

MEANINGS = tuple(
    Meaning(*row)
    for row in (
        (
            "NameError",
            r"name '?(.+?)'? (?:isn't|is not) defined",
            N_("nothing is called {0} here"),
            _SPELLING,
        ),
        ("NameError", r"local variable.*", N_("a name is used before it is set"), _SPELLING),
        ("SyntaxError", r".*", N_("this is not written the way Python wants it"), _TYPING),
        ("IndentationError", r".*", N_("the spaces at the beginning of the line do not fit"), _SPACES),
        ("ImportError", r"no module named '?([\w.]+)'?", N_("this board has no module {0}"), _MODULE),
        ("ImportError", r".*", N_("the module does not have the name it should give"), _SPELLING),
        ("AttributeError", r"'?(.+?)'? object has no attribute '?(\w+)'?", N_("{0} has no {1}"), _SPELLING),
        ("MemoryError", r".*", N_("the board's memory is full"), _MEMORY),
        ("RuntimeError", r"maximum recursion.*", N_("a function calls itself again and again"), _LOOK),
        ("ZeroDivisionError", r".*", N_("something was divided by zero"), _LOOK),
        ("IndexError", r".*", N_("a list or text is shorter than the program expects"), _LOOK),
        ("KeyError", r"(.*)", N_("the dictionary has no entry {0}"), _SPELLING),
        ("OSError", r".*(?:ENODEV|\b19\b).*", N_("no device answers"), _WIRING),
        ("OSError", r".*(?:ETIMEDOUT|\b110\b|\b116\b).*", N_("a device did not answer in time"), _WIRING),
        ("OSError", r".*(?:ENOENT|\b2\b|file not found).*", N_("the board has no such file"), _SPELLING),
        ("OSError", r".*(?:ENOSPC|\b28\b|no more storage).*", N_("the board's file memory is full"), _DELETE),
        ("OSError", r".*(?:EIO|\b5\b).*", N_("a device answers wrongly"), _WIRING),
        ("ValueError", r".*[Pp]in.*", N_("this board cannot use that pin so"), _PIN),
        (
            "TypeError",
            r"function .*|.*positional arg.*",
            N_("a function gets too many or too few values"),
            _LOOK,
        ),
        ("TypeError", r"unsupported type.*", N_("these two kinds of values do not go together"), _KINDS),
    )
)


def parse(text: str) -> Traceback:
    """Read what a board printed. Anything goes: without frames or error line those fields are empty."""
    frames = tuple(Frame(m["file"], int(m["line"])) for m in _FRAME.finditer(text))
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "").strip()
    kind, _colon, message = last.partition(":")
    if not re.fullmatch(r"[A-Za-z_][\w.]*", kind):
        kind, message = "", last
    return Traceback(frames, kind, message.strip())


def program_error(text: str, name: str, source: str) -> ProgramError:
    """The error for traceback `text` of a program that was sent as `<stdin>`.

    `name` is what its user calls it, `source` its text with the same line numbers. Where the program
    itself appears in the traceback its innermost line is named, not that of a module it called.
    """
    trace = parse(text)
    own = [frame for frame in trace.frames if frame.file == TYPED]
    frame = own[-1] if own else (trace.frames[-1] if trace.frames else None)
    file = name if own or frame is None else frame.file
    line = frame.line if frame else 0
    lines = source.splitlines()
    return ProgramError(
        where=_where(file, line),
        problem=_problem(trace, text),
        advice=(own and slips.advice(source, trace.kind, trace.message, line)) or _advice(trace),
        traceback=text,
        file=file,
        line=line,
        code=lines[line - 1].strip() if own and 0 < line <= len(lines) else "",
    )


def _where(file: str, line: int) -> str:
    if file == TYPED:
        return _("Line {line}").format(line=line) if line else _("The board")
    return _("{file}, line {line}").format(file=file, line=line) if line else file


def _meaning(trace: Traceback) -> tuple[Meaning, tuple[str, ...]] | None:
    for meaning in MEANINGS:
        if meaning.kind == trace.kind and (match := re.fullmatch(meaning.pattern, trace.message, re.DOTALL)):
            return meaning, tuple(group or "" for group in match.groups())
    return None


def _problem(trace: Traceback, text: str) -> str:
    own_words = f"{trace.kind}: {trace.message}".strip(": ") or text.strip() or "?"
    if found := _meaning(trace):
        meaning, groups = found
        return _("{meaning} ({own_words})").format(
            meaning=_(meaning.what).format(*groups), own_words=own_words
        )
    return own_words


def _advice(trace: Traceback) -> str:
    found = _meaning(trace)
    return _(found[0].todo if found else _LOOK)
