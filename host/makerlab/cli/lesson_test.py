"""`maker lesson test`: a lesson's programs on virtual boards, its data judged by its own expectations."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import EXIT_FAILED, MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.errors import MissingTool
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from makerlab.lessons.expectations.verdict import Verdict
    from makerlab.lessons.trials.trial import Result, Shown

HELP = N_(
    "Run every program of the lesson NAME (a folder, a pack or a lesson's name; several are possible) on "
    "virtual boards, in the scenes it brings, and judge the data by its expectations. No board is needed, "
    "and nothing of a lesson runs on this computer itself."
)
MORE = N_(
    "A day of measuring takes seconds here, and every run gives the same data. In a scene with must_fail "
    "those expectations must not hold. Ends with exit code 1 when something fails."
)
EXAMPLES = """\b
maker lesson test lamp-distance
maker lesson test lessons/* --no-emulator"""


@click.command("test", cls=MakerCommand, help=HELP + "\n\n" + MORE + "\n\n" + EXAMPLES)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--target", default="", metavar="ID", help=N_("Only this target of the lesson."))
@click.option("--no-emulator", is_flag=True, help=N_("Do not judge the memory of a micro:bit V1 (QEMU)."))
@with_json
def test(names: tuple[str, ...], target: str, no_emulator: bool, as_json: bool) -> None:
    from makerlab.lessons.library import find
    from makerlab.lessons.trials.trial import try_lesson
    from makerlab.lessons.trials.workers import Workers

    records = []
    failed = False
    with Workers() as workers:
        for name in names:
            found = find(name)
            if not as_json:
                click.echo(click.style(one_line(found.lesson.shown_title), bold=True))
            began = time.perf_counter()
            tested = with_runtime(try_lesson(found.files, target, not no_emulator, workers))
            results = list(tested) if as_json else _shown_as_they_come(tested, name)
            took_s = time.perf_counter() - began
            failed = failed or not all(result.ok for result in results)
            if as_json:
                records.append(_record(found.id, str(found.path), results, took_s))
            else:
                _show_sum(results, took_s)
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    if failed:
        sys.exit(EXIT_FAILED)


def with_runtime(results: Iterator[Result]) -> Iterator[Result]:
    """The same; a runtime that is not there is a matter for a person."""
    from makerlab.virtual.link import INSTALL

    try:
        yield from results
    except (ImportError, RuntimeError) as error:
        raise MissingTool(port="virtual:esp32", tool=str(error), install=_(INSTALL)) from error


# -- for a person ------------------------------------------------------------------------------------------


def _shown_as_they_come(tested: Iterator[Result], name: str) -> list[Result]:
    from makerlab.cli.progress import StatusLine

    results = []
    with StatusLine() as status:
        status.show(_("Starting a virtual board ..."))
        for result in tested:
            status.clear()
            _show(result)
            status.show(_("Testing {name} ...").format(name=name))
            results.append(result)
    return results


def _show(result: Result) -> None:
    from makerlab.lessons.trials.trial import Room, Unseen

    if isinstance(result, Unseen):
        place = _(", ").join(filter(None, (result.target, _board(result.board))))
        if result.ok:
            _line("-", None, f"{place}{_(': ')}{result.why}")
        else:
            _failed(place, result)
        return
    place = _("{board}, {target}").format(board=_board(result.board), target=result.target)
    if isinstance(result, Room):
        place = _("{place}: memory").format(place=place)
    else:
        place = _("{place}: scene {scene}").format(place=place, scene=result.scene.id)
    if not result.ok:
        _failed(place, result)
        return
    if isinstance(result, Room) and result.memory.skipped:
        _line("-", None, f"{place}{_('; ')}{_words(result)}")
        return
    _line(_("ok"), "green", f"{place}{_('; ')}{_words(result)}")


def _words(result: Result) -> str:
    """What is good about it."""
    from makerlab.lessons.trials.trial import Room, Shown

    if isinstance(result, Room):
        memory = result.memory
        if memory.skipped:
            return _("not judged: {why}").format(why=memory.skipped)
        if memory.used is None:
            return _("it runs; how much it takes only programs with lab tell")
        return _("{used:,} of {total:,} bytes taken").format(used=memory.used, total=memory.total)
    assert isinstance(result, Shown)
    count = len(result.verdicts)
    if result.scene.must_fail:
        words = ngettext(
            "{n} expectation fails, as it must", "{n} expectations fail, as they must", count
        ).format(n=count)
    else:
        words = ngettext("{n} expectation holds", "{n} expectations hold", count).format(n=count)
    return _("{words} ({seconds:.0f} s in {took:.1f} s)").format(
        words=words, seconds=result.seconds, took=result.took_s
    )


def _failed(place: str, result: Result) -> None:
    _line(_("failed"), "red", place)
    for trouble in result.failures:
        click.echo(f"      {one_line(trouble.what)}")
        if trouble.todo:
            click.echo(f"        {one_line(trouble.todo)}")


def _line(word: str, colour: str | None, text: str) -> None:
    click.echo(f"  {click.style(word, fg=colour)}  {one_line(text)}")


def _show_sum(results: list[Result], took_s: float) -> None:
    wrong = sum(not result.ok for result in results)
    left_out = sum(map(_is_left_out, results))
    tested = len(results) - left_out
    if not results:
        click.echo(_("There is nothing to test: the lesson has no expectations."))
        return
    if wrong:
        words = ngettext("{n} of {all} tests failed", "{n} of {all} tests failed", wrong)
        words = words.format(n=wrong, all=tested)
    elif tested:
        words = _("Everything holds ({n} tests, {took:.1f} s).").format(n=tested, took=took_s)
    else:
        words = _("Nothing was tested.")
    click.echo(words)
    if left_out:
        text = ngettext("{n} more was left out.", "{n} more were left out.", left_out)
        click.echo(text.format(n=left_out))


def _is_left_out(result: Result) -> bool:
    """Whether nothing is known about it: neither passed nor failed."""
    from makerlab.lessons.trials.trial import Room, Unseen

    if isinstance(result, Room):
        return result.ok and bool(result.memory.skipped)
    return isinstance(result, Unseen) and result.ok


def _board(key: str) -> str:
    from makerlab.boards import catalogue

    boards = catalogue().boards
    return boards[key].shown_name if key in boards else key


# -- for scripts -------------------------------------------------------------------------------------------


def _record(id: str, path: str, results: list[Result], took_s: float) -> dict[str, Any]:
    return {
        "id": id,
        "path": path,
        "ok": all(result.ok for result in results),
        "seconds": round(took_s, 3),
        "results": [_result(result) for result in results],
    }


def _result(result: Result) -> dict[str, Any]:
    from makerlab.lessons.trials.trial import Room, Shown

    common = {
        "target": result.target,
        "board": result.board,
        "ok": result.ok,
        "failures": [trouble._asdict() for trouble in result.failures],
    }
    if isinstance(result, Shown):
        return {"kind": "scene", **common, **_shown(result)}
    if isinstance(result, Room):
        memory = result.memory
        heap = {"total": memory.total, "free_at_start": memory.at_start, "free_least": memory.least}
        return {"kind": "memory", **common, **heap, "heap_max": result.heap_max, "skipped": memory.skipped}
    return {"kind": "not_tested", **common, "why": result.why}


def _shown(result: Shown) -> dict[str, Any]:
    return {
        "scene": result.scene.id,
        "must_fail": list(result.scene.must_fail),
        "board_seconds": round(result.seconds, 3),
        "seconds": round(result.took_s, 3),
        "expectations": [verdict_record(verdict) for verdict in result.verdicts],
    }


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """One expectation and what came of it, as `maker lesson judge --json` has it too."""
    return {
        "id": verdict.expectation.id,
        "check": verdict.expectation.check,
        "met": verdict.met,
        "figure": verdict.figure.value if verdict.figure else None,
        "unit": verdict.figure.unit if verdict.figure else "",
        "reason": verdict.reason.text,
    }
