"""`maker flash`: the runtime onto one board or a classroom of them, each proven by its own answer."""

from __future__ import annotations

import contextlib
import csv
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, print_problem, with_json
from makerlab.cli.names import label, recognised
from makerlab.cli.several import Done, Failed, Interrupted, Task, chosen, on_boards, report, with_boards
from makerlab.errors import FileProblem, MakerError, UsageProblem, system_reason
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.flash.journal import Entry, Journal
    from makerlab.flash.model import Flashed, Job, Plan, Progress

HELP = N_(
    "Flash MicroPython on boards, several at the same time. A board passes when it has started afterwards "
    "and said itself what it runs."
)
MORE = N_(
    "What is on a board already is not written again; the files on an ESP32 stay. Without --image each board "
    "gets the image of its kind (see: maker firmware list). Ctrl-C lets boards finish that are being written."
)
EXAMPLES = """\b
maker flash --port COM3
maker flash --all --files my_project --report boards.csv
maker flash --all --image ESP32_GENERIC-20251209-v1.27.0.bin --dry-run
maker flash --station
maker flash --retry-failed"""

FINISH_WAIT_S = 120.0
"""After Ctrl-C, for boards that are being written: 1.2 MB at 115200 baud take 100 s. A second Ctrl-C ends at
once."""
BAR_COLUMNS = 12


@click.command("flash", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@with_boards
@click.option("--image", type=click.Path(path_type=Path), metavar="FILE",
              help=N_("A firmware image: .bin for an ESP32, .hex for a micro:bit."))  # fmt: skip
@click.option("--files", "words", multiple=True, metavar="PATH",
              help=N_("A file, or what is in a folder, for every board too; may be repeated."))  # fmt: skip
@click.option("--station", is_flag=True,
              help=N_("Flash boards as they are plugged in, one after the other, until Ctrl-C."))  # fmt: skip
@click.option("--dry-run", is_flag=True, help=N_("Show what would be done, and change nothing."))
@click.option("--retry-failed", is_flag=True,
              help=N_("Only the boards of the last run that did not pass."))  # fmt: skip
@click.option("--report", "report_file", type=click.Path(path_type=Path, dir_okay=False), metavar="F.csv",
              help=N_("Write a table of all boards to this file."))  # fmt: skip
@with_json
def flash(
    ports: tuple[str, ...], all_boards: bool, image: Path | None, words: tuple[str, ...], dry_run: bool,
    station: bool, retry_failed: bool, report_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.flash.journal import Journal

    if station and (ports or all_boards or dry_run or retry_failed or report_file or as_json):
        raise UsageProblem(
            problem=_("--station goes together with --image and --files only."),
            advice=_("It takes every board that is plugged in: maker flash --station"),
        )

    try:
        journal = Journal.open()
    except FileProblem as error:
        if retry_failed:
            raise
        print_problem(error.message, _("The boards are flashed all the same; --retry-failed will not work."))
        journal = Journal.forgetful()
    with contextlib.closing(journal):
        if station:
            from makerlab.cli.flash_station import boards_here, run_station

            files = _files(words)
            places = [str(Path(word).resolve()) for word in words]
            run = journal.begin(str(image.resolve()) if image else "", [], places)
            run_station(lambda port: _jobs([port], image, files, journal)[port], run, boards_here)
            return
        if retry_failed:
            names, image, words = _failed_ones(journal, ports, all_boards, image, words)
            if not names:
                click.echo(_("All boards of the last run passed. There is nothing to do."))
                return
        else:
            names = chosen(ports, all_boards)
        files = _files(words)
        jobs = _jobs(names, image, files, journal)
        if dry_run:
            _show_plans(jobs, as_json)
        else:
            _flash_all(jobs, image, words, journal, report_file, as_json)


def _failed_ones(
    journal: Journal, ports: tuple[str, ...], all_boards: bool, image: Path | None, words: tuple[str, ...]
) -> tuple[list[str], Path | None, tuple[str, ...]]:
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
    return names, image or (Path(record.image) if record.image else None), words or record.files


def _now_at(entry: Entry) -> str:
    from makerlab.flash.esp32 import port_with_mac

    return port_with_mac(entry.unique_id, entry.port) or entry.port


def _files(words: tuple[str, ...]) -> dict[str, bytes]:
    """The files that every board gets: name on it -> content. Raises FileProblem, UsageProblem."""
    from makerlab.cli.local_files import read_sources

    found: dict[str, bytes] = {}
    for source in read_sources(words):
        for name, data in source.files.items():
            at = name or source.name
            if at in found:
                raise UsageProblem(
                    problem=_("Two of the files would be {name} on the board.").format(name=at),
                    advice=_("Leave one of them out of --files."),
                )
            found[at] = data
    return found


def _jobs(
    names: Sequence[str], image: Path | None, files: Mapping[str, bytes], journal: Journal
) -> dict[str, Job]:
    """A job for each port, by the kind of board that can be there. Raises what is wrong with the image, and
    with files that no such board can have."""
    from makerlab.cli.sending import programs
    from makerlab.connect import is_small
    from makerlab.flash.esp32 import EspJob
    from makerlab.flash.esp_firmware import EspFirmware
    from makerlab.flash.microbit import MicrobitJob
    from makerlab.flash.microbit_cache import Firmware
    from makerlab.flash.with_files import WithFiles
    from makerlab.link.ports import PortInfo, look_up

    esp = EspFirmware(image)
    microbit = Firmware(files, image, lambda board, files: programs(files, is_small(board)))
    jobs: dict[str, Job] = {}
    for name in names:
        info = None if ":" in name and not name.startswith("/") else look_up(name)[0]
        info = info or PortInfo(name, "", None)
        if _has_drive(info):
            jobs[name] = MicrobitJob(info, microbit)
        else:
            job = EspJob(name, esp, journal, info.location)
            jobs[name] = WithFiles(job, programs(files, strips=False)) if files else job
    if not all(isinstance(job, MicrobitJob) for job in jobs.values()):
        esp.check()
    return jobs


def _has_drive(info: Any) -> bool:
    """Whether this can only be a board that is flashed through its drive."""
    from makerlab.boards import Board, candidates

    if info.usb is None:
        return bool(info.port.lower().startswith(("virtual:microbit", "emulated:microbit")))
    can_be = [one for one in candidates(info.usb) if isinstance(one, Board)]
    return bool(can_be) and all(one.flash.method == "drive" for one in can_be)


def _show_plans(jobs: dict[str, Job], as_json: bool) -> None:
    from makerlab.flash.classroom import Classroom
    from makerlab.flash.journal import Journal

    classroom = Classroom(Journal.forgetful().begin("", ()))

    def job(task: Task) -> Plan:
        return classroom.plan(jobs[task.port], _shower(task), task.cancelled)

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
    jobs: dict[str, Job], image: Path | None, words: tuple[str, ...], journal: Journal,
    report_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.flash.classroom import Classroom

    if report_file is not None:
        _write_table(report_file, [])  # a file that cannot be written is known before, not after
    places = [str(Path(word).resolve()) for word in words]
    run = journal.begin(str(image.resolve()) if image else "", [(port, "") for port in jobs], places)
    classroom = Classroom(run)
    results: dict[str, _Result | MakerError] = {}

    def job(task: Task) -> _Result:
        began = time.monotonic()
        try:
            flashed = classroom.flash(jobs[task.port], _shower(task), task.cancelled)
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
        _write_table(report_file, outcomes)
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


def _shower(task: Task) -> Any:
    """Put a board's progress into its line."""

    def show(progress: Progress) -> None:
        text = progress.stage.shown
        if progress.size:
            done = min(progress.done, progress.size)
            filled = BAR_COLUMNS * done // progress.size
            bar = "█" * filled + "░" * (BAR_COLUMNS - filled)
            text = f"{text} {bar} {100 * done // progress.size:3d} %"
        task.show(text)

    return show


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


def _write_table(path: Path, outcomes: Sequence[Done[_Result] | Failed]) -> None:
    """The table for the cupboard: UTF-8 with a mark at its beginning, which Excel in China needs."""
    from makerlab.labels import board_id

    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(
                [_("label"), _("port"), _("verdict"), _("board"), _("number"), _("runtime"),
                 _("bytes written"), _("seconds"), _("what to do")]
            )  # fmt: skip
            for one in outcomes:
                if isinstance(one, Done):
                    made, seconds = one.result.flashed, round(one.result.seconds, 1)
                    table.writerow(
                        [label(one.port), made.port, "PASS", made.board,
                         board_id.shown(board_id.read(made.unique_id)), made.runtime, made.written_bytes,
                         seconds, made.note]
                    )  # fmt: skip
                else:
                    table.writerow(
                        [label(one.port), one.port, "FAIL", "", "", one.error.message, "", "", one.error.hint]
                    )
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
