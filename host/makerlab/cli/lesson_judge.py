"""`maker lesson judge`: what a lesson's expectations say of data that somebody measured. Never a mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, ngettext, pick

if TYPE_CHECKING:
    from makerlab.lessons.expectations.verdict import Verdict

HELP = N_(
    "Say whether measured data is as the lesson NAME (a folder, a pack or a lesson's name) expects, and why: "
    "a recording of the notebook, or a table in FILE."
)
MORE = N_(
    "It says what is there and what is missing, in the lesson's own words and in numbers; it gives no marks."
)
EXAMPLES = """\b
maker lesson judge lamp-distance --recording last
maker lesson judge lamp-distance group3.csv --board microbit-v2"""


@click.command("judge", cls=MakerCommand, help=HELP + "\n\n" + MORE + "\n\n" + EXAMPLES)
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--recording", metavar="ID", help=N_("A recording: its number, or “last”."))
@click.option(
    "--board", default="", metavar="BOARD", help=N_("The board that measured, where FILE does not say.")
)
@with_json
def judge(name: str, file: Path | None, recording: str | None, board: str, as_json: bool) -> None:
    from makerlab.lessons.expectations.judge import judge as verdicts_of
    from makerlab.lessons.library import find
    from makerlab.lessons.trials.judging import from_file, from_notebook, target_of

    lesson = find(name).lesson
    if recording is not None and file is None:
        measured = from_notebook(recording, lesson)
    elif file is not None and recording is None:
        measured = from_file(file, lesson)
    else:
        raise UsageProblem(
            problem=_("Say which data is to be judged: a recording or a file, one of the two."),
            advice=_("For example: {command}").format(command="maker lesson judge NAME --recording last"),
        )
    target = target_of(lesson, board or measured.board)
    verdicts = verdicts_of(lesson, target.id, board or measured.board, measured.columns)
    if measured.other:
        click.echo(
            _("This recording was not measured in this lesson: {title}.").format(
                title=one_line(measured.other)
            ),
            err=True,
        )
    if as_json:
        click.echo(json.dumps([_record(verdict) for verdict in verdicts], ensure_ascii=False, indent=2))
    else:
        _show(one_line(lesson.shown_title), verdicts)


def _show(title: str, verdicts: list[Verdict]) -> None:
    click.echo(click.style(title, bold=True))
    for verdict in verdicts:
        word = click.style(_("yes"), fg="green") if verdict.met else click.style(_("not yet"), fg="yellow")
        click.echo(f"  {word}{_(': ')}{one_line(pick(dict(verdict.say)))}")
        click.echo(f"      {one_line(verdict.reason.text)}")
    met = sum(verdict.met for verdict in verdicts)
    words = ngettext("{met} of {n} expectation holds.", "{met} of {n} expectations hold.", len(verdicts))
    click.echo(words.format(met=met, n=len(verdicts)))


def _record(verdict: Verdict) -> dict[str, Any]:
    from makerlab.cli.lesson_test import verdict_record

    return {**verdict_record(verdict), "say": dict(verdict.say)}
