"""`maker flash --station`: boards are plugged in one after the other, and flashed as they come.

Hands and eyes are with the boards: a verdict is a bell and a bar across the window, green or red, that is
seen from where the boards lie. What is being done now is one line below it all.
"""

from __future__ import annotations

import queue
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence

import click

from makerlab.cli.base import EXIT_FAILED, EXIT_SOME_FAILED
from makerlab.cli.columns import columns, cut
from makerlab.cli.flash import FINISH_WAIT_S, shown
from makerlab.cli.flash_report import Line, ReportFile
from makerlab.cli.names import recognised, title
from makerlab.cli.progress import StatusLine
from makerlab.errors import MakerError
from makerlab.flash.classroom import Classroom
from makerlab.flash.drive import Drive
from makerlab.flash.journal import Run
from makerlab.flash.lone_drive import Settled, lone
from makerlab.flash.microbit import drives_here
from makerlab.flash.model import Flashed, Job, Progress
from makerlab.flash.station import Arrivals
from makerlab.i18n import _, ngettext
from makerlab.link.ports import PortInfo, list_ports, with_board
from makerlab.unforeseen import Unforeseen

LOOK_S = 0.3
"""Between two looks at the ports; also how soon Ctrl-C is noticed on Windows."""
SHOW_S = 0.1
"""Between two drawings of the line that says what is being done."""


class Here:
    """What is plugged in now: ports with one of our boards behind them, and drives of micro:bits that have no
    port, which lie in `lone` by their folders."""

    def __init__(self) -> None:
        self.lone: dict[str, Drive] = {}
        self._settled = Settled()

    def __call__(self, busy: bool) -> list[PortInfo]:
        """While boards are `busy` no drives are looked for: a micro:bit that is flashed comes and goes."""
        found = list_ports()
        names = set(with_board(found))
        if not busy:
            alone = self._settled.look(lone(drives_here(), found), time.monotonic())
            self.lone = {str(drive.folder): drive for drive in alone}
        drives = [PortInfo(folder, "", None, folder) for folder in self.lone]
        return [info for info in found if info.port in names] + drives


class _Results:
    """Every board's last verdict: one that failed and passes at its second try has passed."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}

    def take(self, line: Line) -> None:
        key = line.unique_id or f"{line.port} {len(self.lines)}"
        self.lines.pop(key, None)
        self.lines[key] = line

    @property
    def passed(self) -> int:
        return sum(line.passed for line in self.lines.values())

    @property
    def text(self) -> str:
        count = len(self.lines)
        boards = ngettext("{n} board", "{n} boards", count).format(n=count)
        return _("{boards}, {passed} passed").format(boards=boards, passed=self.passed)


def run_station(
    job_for: Callable[[str], Job],
    run: Run,
    here: Callable[[bool], list[PortInfo]],
    keep: ReportFile | None = None,
) -> None:
    """Flash what comes until Ctrl-C, then count, and end with the exit code. `keep` has every verdict at
    once, so that a power cut costs none."""
    click.echo(_("Plug boards in, one after the other; each is flashed at once. Ctrl-C ends."), err=True)
    classroom, arrivals, cancelled = Classroom(run), Arrivals(), threading.Event()
    verdicts: queue.Queue[tuple[PortInfo, Line]] = queue.Queue()
    results = _Results()
    at_work: dict[str, str] = {}

    def work(info: PortInfo) -> None:
        began, unique_id = time.monotonic(), ""

        def show(progress: Progress) -> None:
            nonlocal unique_id
            if progress.unique_id:
                unique_id = progress.unique_id
                recognised(info.port, unique_id)
            at_work[info.port] = shown(progress)

        outcome: Flashed | MakerError
        try:
            outcome = classroom.flash(job_for(info.port), show, cancelled)
        except MakerError as error:
            outcome = error
        except KeyboardInterrupt:
            arrivals.finished(info)
            return
        except Exception as error:  # a bug of ours: the other boards still get their work done
            outcome = Unforeseen.of(error)
        finally:
            at_work.pop(info.port, None)
        verdicts.put((info, Line(info.port, outcome, time.monotonic() - began, unique_id)))

    def take(status: StatusLine, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            doing = _("; ").join(f"{title(port)} {doing}" for port, doing in list(at_work.items()))
            status.show(f"{results.text}   {doing}")
            try:
                info, line = verdicts.get(timeout=min(left, SHOW_S))
            except queue.Empty:
                continue
            arrivals.finished(info)
            results.take(line)
            status.clear()
            _show(line)
            if keep is not None:
                keep.write(list(results.lines.values()))

    with StatusLine() as status:
        try:
            while True:
                for info in arrivals.look(here(arrivals.busy)):
                    if not sys.stderr.isatty():
                        text = _("{port}: a board has come; it is being flashed.").format(port=info.port)
                        click.echo(text, err=True)
                    run.add(info.port)
                    at_work[info.port] = ""
                    threading.Thread(target=work, args=(info,), daemon=True).start()
                take(status, LOOK_S)
        except KeyboardInterrupt:
            cancelled.set()
            try:
                deadline = time.monotonic() + FINISH_WAIT_S
                while arrivals.busy and time.monotonic() < deadline:
                    take(status, LOOK_S)
            except KeyboardInterrupt:
                pass
    # Those that failed are told of by their verdicts.
    _count(results, sorted(classroom.changed & at_work.keys()))


def _show(line: Line) -> None:
    """The verdict, with the bell."""
    made, board = line.outcome, title(line.port)
    if isinstance(made, Flashed):
        text = _("PASS  {port}  {board}  {id}").format(port=board, board=made.board, id=made.unique_id)
        _bar(text, "green")
        more = made.note
    else:
        _bar(_("FAIL  {port}  {problem}").format(port=board, problem=""), "red")
        more = f"{made.message}\n{made.hint}"
    for one in filter(None, more.split("\n")):
        click.echo("      " + one)


def _bar(text: str, colour: str) -> None:
    """`text` in a bar of `colour` across the window, and the bell; plain where there is no window."""
    if not sys.stdout.isatty():
        click.echo(text + "\a")
        return
    room = shutil.get_terminal_size().columns - 1
    for inside in ("", cut("  " + text, room), ""):
        filled = inside + " " * (room - columns(inside))
        click.echo(click.style(filled, fg="bright_white", bg=colour, bold=True))
    click.echo("\a", nl=False)


def _count(results: _Results, half_done: Sequence[str]) -> None:
    lines = list(results.lines.values())
    well = results.passed
    click.echo(_("{well} of {count} boards passed.").format(well=well, count=len(lines)))
    for line in lines:
        if isinstance(line.outcome, MakerError):
            click.echo(
                "  "
                + _("FAIL  {port}  {problem}").format(port=title(line.port), problem=line.outcome.message)
            )
    if half_done:
        ports = _(", ").join(half_done)
        click.echo(_("These must be flashed again: {ports}").format(ports=ports), err=True)
    if half_done or well < len(lines):
        sys.exit(EXIT_SOME_FAILED if well else EXIT_FAILED)
