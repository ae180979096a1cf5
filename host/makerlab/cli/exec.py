"""`maker exec`: run a line of Python, or what comes in from a pipe, on the board."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.errors import BoardRestarted, ProgramWontStop, UsageProblem
from makerlab.i18n import N_, _

HELP = N_(
    "Run CODE on a board and print what it prints, until it ends or you press Ctrl-C. "
    "CODE is Python; - takes a program from the standard input."
)
MORE = N_(
    "What runs on the board is stopped first. Variables of the last exec are still there, until the board is "
    "reset. For a program in a file there is: maker run"
)
EXAMPLES = """\b
maker exec "print('你好')"
maker exec "import machine; print(machine.freq())" --port COM3
maker exec - --all < blink.py"""

READ_S = 0.05
"""How long one look at the port waits: the longest time Ctrl-C goes unnoticed."""
KEPT_AFTER_STOP = 4 << 10
"""Characters shown of what came after Ctrl-C: enough for a last word, not for the rest of a flood."""


@click.command("exec", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("code", metavar="CODE")
@with_boards
def exec_(code: str, ports: tuple[str, ...], all_boards: bool) -> None:
    source = _from_stdin() if code == "-" else _from_line(code)
    try:
        report(on_boards(chosen(ports, all_boards), lambda task: _run(task, source)), lambda _none: "")
    except KeyboardInterrupt:
        return  # the wanted end of a program without one


def _from_line(code: str) -> str:
    if code.endswith(".py") and Path(code).is_file():
        raise UsageProblem(
            problem=_("{file} is a file, not a line of Python.").format(file=code),
            advice=_("Run it with: {command}").format(command=f"maker run {code}"),
        )
    return _checked(code)


def _from_stdin() -> str:
    from makerlab.experiment.find import decode_program

    source = decode_program(sys.stdin.buffer.read())
    if source is None:
        raise UsageProblem(
            problem=_("What came in is not a text."), advice=_("Send it a Python program, in UTF-8.")
        )
    return _checked(source)


def _checked(source: str) -> str:
    """`source`, if it can be sent: control characters would mean something else to the board."""
    if any((ord(char) < 32 and char not in "\t\n\r\f") or 0xD800 <= ord(char) < 0xE000 for char in source):
        raise UsageProblem(
            problem=_("The code has a character in it that cannot be sent to a board."),
            advice=_("Type the code again instead of copying it."),
        )
    return source


def _run(task: Task, source: str) -> None:
    from makerlab.cli.board_text import BoardText
    from makerlab.experiment.run import STARTING
    from makerlab.repl.traceback import TYPED

    with task.connect() as connection:
        task.say(_("running"))
        run = connection.session.start(source)
        text = BoardText()
        line = ""
        try:
            while not run.ended:
                piece = text.feed(run.read(READ_S).data)
                task.write(piece)
                *lines, line = (line + piece).split("\n")
                if any(STARTING.search(one) for one in lines):
                    raise BoardRestarted(port=task.port)
                task.look()
        except KeyboardInterrupt:
            last: list[bytes] = []
            if not run.stop(lambda chunk: last.append(chunk.data[-KEPT_AFTER_STOP:])):
                raise ProgramWontStop(port=task.port) from None
            task.write(text.feed(b"".join(last))[-KEPT_AFTER_STOP:])
        task.write(text.feed(b"", final=True))
        if (error := run.error(TYPED, source)) is not None:
            raise error
