"""`maker flash`: the runtime onto one board or a classroom of them, each proven by its own answer."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, print_note, with_json
from makerlab.cli.names import recognised
from makerlab.cli.several import Done, Failed, Interrupted, Task, chosen, on_boards, report, with_boards
from makerlab.errors import FileProblem, MakerError, UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.flash_jobs import Wanted
    from makerlab.cli.flash_report import ReportFile
    from makerlab.flash.drive import Drive
    from makerlab.flash.journal import Entry, Journal
    from makerlab.flash.model import Flashed, Job, Plan, Progress, Say, Stage

HELP = N_(
    "Flash MicroPython on boards, several at the same time. A board passes when it has started afterwards "
    "and said itself what it runs."
)
MORE = N_(
    "What is on a board already is not written again; the files on an ESP32 stay. Without --image each board "
    "gets the image of its kind (see: maker firmware list). Images are fetched once, with internet: maker "
    "firmware fetch esp32. Ctrl-C lets boards finish that are being written."
)
EXAMPLES = """\b
maker flash --port COM3
maker flash --all --files my_project --report boards.html
maker flash --all --image 1.27.0 --dry-run
maker flash --station
maker flash --retry-failed"""

FINISH_WAIT_S = 120.0
"""After Ctrl-C, for boards that are being written: 1.2 MB at 115200 baud take 100 s. A second Ctrl-C ends at
once."""
BAR_COLUMNS = 12


@click.command("flash", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@with_boards
@click.option("--image", "image", default="", metavar="FILE|VERSION",
              help=N_("A .bin (ESP32), a .hex (micro:bit), or a version of MicroPython."))  # fmt: skip
@click.option("--files", "words", multiple=True, metavar="PATH",
              help=N_("A file, or what is in a folder, for every board too; may be repeated."))  # fmt: skip
@click.option("--station", is_flag=True,
              help=N_("Flash boards as they are plugged in, one after the other, until Ctrl-C."))  # fmt: skip
@click.option("--dry-run", is_flag=True, help=N_("Show what would be done, and change nothing."))
@click.option("--retry-failed", is_flag=True,
              help=N_("Only the boards of the last run that did not pass."))  # fmt: skip
@click.option("--report", "report_file", type=click.Path(path_type=Path, dir_okay=False),
              metavar="F.csv|.html",
              help=N_("Write a table of all boards to this file; .html is to be printed."))  # fmt: skip
@with_json
def flash(
    ports: tuple[str, ...], all_boards: bool, image: str, words: tuple[str, ...], dry_run: bool,
    station: bool, retry_failed: bool, report_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.cli.flash_jobs import Wanted, every_board, jobs_for, lone_drives
    from makerlab.flash.journal import Journal

    if station and (ports or all_boards or dry_run or retry_failed or as_json):
        raise UsageProblem(
            problem=_("--station goes together with --image, --files and --report only."),
            advice=_("It takes every board that is plugged in: maker flash --station"),
        )

    try:
        journal = Journal.open()
    except FileProblem as error:
        if retry_failed:
            raise
        print_note(error.message, _("The boards are flashed all the same; --retry-failed will not work."))
        journal = Journal.forgetful()
    with contextlib.closing(journal):
        if station:
            from makerlab.cli.flash_station import Here, run_station

            wanted = Wanted.of(image, words)
            keep = _report_file(report_file, wanted)
            run = journal.begin(wanted.word, [], wanted.places)
            here = Here()
            run_station(lambda port: jobs_for([port], wanted, journal, here.lone)[port], run, here, keep)
            return
        lone: dict[str, Drive] = lone_drives() if retry_failed or (all_boards and not ports) else {}
        if retry_failed:
            names, image, words = _failed_ones(journal, ports, all_boards, image, words)
            if not names:
                click.echo(_("All boards of the last run passed. There is nothing to do."))
                return
        elif all_boards and not ports:
            names = every_board(lone)
        else:
            names = chosen(ports, all_boards)
        wanted = Wanted.of(image, words)
        jobs = jobs_for(names, wanted, journal, lone)
        if dry_run:
            _show_plans(jobs, as_json)
        else:
            _flash_all(jobs, wanted, journal, _report_file(report_file, wanted), as_json)


def _report_file(path: Path | None, wanted: Wanted) -> ReportFile | None:
    from makerlab.cli.flash_report import ReportFile

    return None if path is None else ReportFile(path, wanted.shown_image)


def _failed_ones(
    journal: Journal, ports: tuple[str, ...], all_boards: bool, image: str, words: tuple[str, ...]
) -> tuple[list[str], str, tuple[str, ...]]:
    """Where the boards are now that did not pass last time, and the image and files they should have got."""
    if ports or all_boards:
        raise UsageProblem(
            problem=_("--retry-failed does not go together with --port and --all."),
            advice=_("The last run names the boards: maker flash --retry-failed"),
        )
    record = journal.last()
    if record is None:
        raise UsageProblem(
            problem=_("There was no run yet that could have failed."),
            advice=_("Begin with: maker flash --all"),
        )
    names = [_now_at(entry) for entry in record.boards if not entry.passed]
    return names, image or record.image, words or record.files


def _now_at(entry: Entry) -> str:
    from makerlab.flash.esp32 import port_with_mac

    return port_with_mac(entry.unique_id, entry.port) or entry.port


def _show_plans(jobs: dict[str, Job], as_json: bool) -> None:
    from makerlab.flash.classroom import Classroom
    from makerlab.flash.journal import Journal

    classroom = Classroom(Journal.forgetful().begin("", ()))

    def job(task: Task) -> Plan:
        return classroom.plan(jobs[task.port], _shower(task, {}), task.cancelled)

    outcomes = on_boards(list(jobs), job, in_thread=True)
    report(outcomes, lambda plan: plan.shown, _plan_object if as_json else None)


def _plan_object(plan: Plan) -> dict[str, Any]:
    steps = [
        {"action": step.action, "what": step.what, "size": step.size, "offset": step.offset}
        for step in plan.steps
    ]
    return {
        "board": plan.board, "image": plan.image, "unique_id": plan.unique_id,
        "bytes_to_write": plan.bytes_to_write, "steps": steps,
    }  # fmt: skip


@dataclass(frozen=True)
class _Result:
    flashed: Flashed
    seconds: float


def _flash_all(
    jobs: dict[str, Job], wanted: Wanted, journal: Journal, report_file: ReportFile | None, as_json: bool
) -> None:
    from makerlab.cli.flash_report import Line
    from makerlab.flash.classroom import Classroom

    run = journal.begin(wanted.word, [(port, "") for port in jobs], wanted.places)
    classroom = Classroom(run)
    results: dict[str, _Result | MakerError] = {}
    ids: dict[str, str] = {}

    def job(task: Task) -> _Result:
        began = time.monotonic()
        try:
            flashed = classroom.flash(jobs[task.port], _shower(task, ids), task.cancelled)
        except MakerError as error:
            results[task.port] = error
            raise
        recognised(task.port, flashed.unique_id)
        result = results[task.port] = _Result(flashed, time.monotonic() - began)
        return result

    outcomes: list[Done[_Result] | Failed] = []
    try:
        outcomes = on_boards(list(jobs), job, end_wait_s=FINISH_WAIT_S, in_thread=True)
    except KeyboardInterrupt:
        outcomes = [_after_interrupt(port, results.get(port), port in classroom.changed) for port in jobs]
    if report_file is not None:
        report_file.write(
            [
                Line(one.port, one.result.flashed, one.result.seconds, one.result.flashed.unique_id)
                if isinstance(one, Done)
                else Line(one.port, one.error, unique_id=ids.get(one.port, ""))
                for one in outcomes
            ]
        )
    report(outcomes, _said, _result_object if as_json else None)


class MustBeFlashedAgain(MakerError):
    """Ctrl-C, twice or for too long."""

    what = N_("{port}: the writing was broken off, and the board may not start.")
    todo = N_("Flash it again: maker flash --retry-failed")


class NotBegun(Interrupted):
    todo = N_("Nothing was changed on it. Later: maker flash --retry-failed")


def _after_interrupt(port: str, result: _Result | MakerError | None, changed: bool) -> Done[_Result] | Failed:
    if isinstance(result, _Result):
        return Done(port, result)
    if isinstance(result, MakerError):
        return Failed(port, result)
    return Failed(port, MustBeFlashedAgain(port=port) if changed else NotBegun(port=port))


def _shower(task: Task, ids: dict[str, str]) -> Say:
    """Put a board's progress into its line; `ids` learns what boards say they are, by port."""
    stage: Stage | None = None

    def show(progress: Progress) -> None:
        nonlocal stage
        if progress.unique_id:
            ids[task.port] = progress.unique_id
            recognised(task.port, progress.unique_id)
        if progress.stage is not stage:
            stage = progress.stage
            task.stage(stage.shown)
        if progress.size:
            task.show(shown(progress))

    return show


def shown(progress: Progress) -> str:
    """A stage, and how far it is."""
    if not progress.size:
        return progress.stage.shown
    done = min(progress.done, progress.size)
    filled = BAR_COLUMNS * done // progress.size
    bar = "█" * filled + "░" * (BAR_COLUMNS - filled)
    return f"{progress.stage.shown} {bar} {100 * done // progress.size:3d} %"


def _said(result: _Result) -> str:
    flashed = result.flashed
    if flashed.written_bytes:
        wrote = _("{bytes:,} bytes written").format(bytes=flashed.written_bytes)
    else:
        wrote = _("all of it was there already")
    line = _("PASS  {board}  {id}  {runtime} ({wrote}, {seconds:.0f} s)").format(
        board=flashed.board,
        id=flashed.unique_id,
        runtime=flashed.runtime,
        wrote=wrote,
        seconds=result.seconds,
    )
    return f"{line}\n{flashed.note}" if flashed.note else line


def _result_object(result: _Result) -> dict[str, Any]:
    flashed = result.flashed
    return {
        "now_at": flashed.port, "board": flashed.board, "unique_id": flashed.unique_id,
        "image": flashed.image, "runtime": flashed.runtime, "written_bytes": flashed.written_bytes,
        "unchanged": list(flashed.unchanged), "seconds": round(result.seconds, 1), "note": flashed.note,
    }  # fmt: skip
