"""`maker flash --station`: boards are plugged in one after the other, and flashed as they come."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence

import click

from makerlab.cli.base import EXIT_FAILED, EXIT_SOME_FAILED, Unforeseen, keep_traceback
from makerlab.errors import MakerError
from makerlab.flash.classroom import Classroom
from makerlab.flash.journal import Run
from makerlab.flash.model import Flashed, Job, Progress
from makerlab.flash.station import Arrivals
from makerlab.i18n import _
from makerlab.link.ports import PortInfo, list_ports, with_board

LOOK_S = 0.3
"""Between two looks at the ports; also how soon Ctrl-C is noticed on Windows."""
FINISH_WAIT_S = 120.0
"""After Ctrl-C, for boards that are being written."""

Verdict = tuple[PortInfo, Flashed | MakerError]


def boards_here() -> list[PortInfo]:
    """The ports that can have one of our boards behind them."""
    found = list_ports()
    names = set(with_board(found))
    return [info for info in found if info.port in names]


def run_station(job_for: Callable[[str], Job], run: Run, here: Callable[[], list[PortInfo]]) -> None:
    """Flash what comes until Ctrl-C, then count, and end with the exit code."""
    click.echo(_("Plug boards in, one after the other; each is flashed at once. Ctrl-C ends."), err=True)
    classroom, arrivals, cancelled = Classroom(run), Arrivals(), threading.Event()
    verdicts: queue.Queue[Verdict] = queue.Queue()
    passed: list[bool] = []

    def work(info: PortInfo) -> None:
        outcome: Flashed | MakerError
        try:
            outcome = classroom.flash(job_for(info.port), _quiet, cancelled)
        except MakerError as error:
            outcome = error
        except KeyboardInterrupt:
            arrivals.finished(info)
            return
        except Exception as error:  # a bug of ours: the other boards still get their work done
            detail = f"{type(error).__name__}: {error}"
            outcome = Unforeseen(detail=detail, path=keep_traceback(error))
        verdicts.put((info, outcome))

    def take(timeout_s: float) -> None:
        try:
            info, outcome = verdicts.get(timeout=timeout_s)
        except queue.Empty:
            return
        arrivals.finished(info)
        passed.append(isinstance(outcome, Flashed))
        _show(info.port, outcome)

    try:
        while True:
            for info in arrivals.look(here()):
                click.echo(
                    _("{port}: a board has come; it is being flashed.").format(port=info.port), err=True
                )
                run.add(info.port)
                threading.Thread(target=work, args=(info,), daemon=True).start()
            take(LOOK_S)
    except KeyboardInterrupt:
        cancelled.set()
        try:
            deadline = time.monotonic() + FINISH_WAIT_S
            while arrivals.busy and time.monotonic() < deadline:
                take(LOOK_S)
        except KeyboardInterrupt:
            pass
    _count(passed, sorted(classroom.changed))


def _quiet(progress: Progress) -> None:
    """Between the two lines of a board nothing is said: hands and eyes are with the boards."""


def _show(port: str, outcome: Flashed | MakerError) -> None:
    """The verdict, with the bell."""
    if isinstance(outcome, Flashed):
        line = _("PASS  {port}  {board}  {id}").format(port=port, board=outcome.board, id=outcome.unique_id)
        click.echo(click.style(line, fg="green", bold=True) + "\a")
    else:
        line = _("FAIL  {port}  {problem}").format(port=port, problem=outcome.message)
        click.echo(click.style(line, fg="red", bold=True) + "\a")
        click.echo("      " + outcome.hint)


def _count(passed: Sequence[bool], half_done: Sequence[str]) -> None:
    well = sum(passed)
    click.echo(_("{well} of {count} boards passed.").format(well=well, count=len(passed)))
    if half_done:
        ports = _(", ").join(half_done)
        click.echo(_("These must be flashed again: {ports}").format(ports=ports), err=True)
    if half_done or well < len(passed):
        sys.exit(EXIT_SOME_FAILED if well else EXIT_FAILED)
