"""`maker lesson show`: what a lesson is about, what it takes, who made it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.i18n import N_, _, pick

if TYPE_CHECKING:
    from makerlab.lessons.library import Found
    from makerlab.lessons.model import Lesson

HELP = N_(
    "Show the lesson NAME: its question, its steps, what it takes, its licence and who made it. NAME is as "
    "maker lesson list shows it, a title, a folder or a pack."
)
EXAMPLES = """\b
maker lesson show lamp-distance
maker lesson show light-1.0.0.mkl"""


@click.command("show", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("name", metavar="NAME")
@with_json
def show(name: str, as_json: bool) -> None:
    from makerlab.lessons import library

    found = library.find(name)
    if as_json:
        click.echo(json.dumps(_record(found), ensure_ascii=False, indent=2))
    else:
        _show(found)


def _show(found: Found) -> None:
    from makerlab.cli.lesson_text import author_names, board_names, one_line, signer_lines, state_words
    from makerlab.cli.tables import print_heading, print_points
    from makerlab.lessons.packs import signature
    from makerlab.lessons.packs.keyring import Keyring

    lesson = found.lesson
    click.echo(click.style(one_line(lesson.shown_title), bold=True))
    click.echo(f"{lesson.id} {lesson.version}")
    click.echo(pick(dict(lesson.summary)))
    print_heading(_("Driving question"))
    click.echo(pick(dict(lesson.project.driving_question)))
    print_heading(_("In short"))
    boards = board_names(dict.fromkeys(board for target in lesson.targets for board in target.boards))
    print_points(
        [
            _("Grades: {grades}").format(grades=_(", ").join(map(str, lesson.grades))),
            _("Minutes: {minutes} (periods: {periods})").format(
                minutes=lesson.minutes, periods=lesson.periods
            ),
            _("Boards: {boards}").format(boards=boards or _("none")),
            _("Licence: {license}; programs: {code}").format(
                license=lesson.license, code=lesson.code_license
            ),
            _("By: {names}").format(names=author_names(lesson.authors)),
        ]
    )
    print_heading(_("Steps"))
    print_points([_step(lesson, at) for at in range(len(lesson.steps))])
    if lesson.materials:
        print_heading(_("What it takes"))
        print_points([f"{pick(dict(one.name))} x {one.qty}" for one in lesson.materials])
    if lesson.derived_from:
        print_heading(_("Made from"))
        print_points(
            [
                _("{id} {version}, {license}, by {names}").format(
                    id=one.id, version=one.version, license=one.license, names=author_names(one.authors)
                )
                for one in lesson.derived_from
            ]
        )
    if found.pack is not None:
        trusted = Keyring().trusted()
        print_heading(
            _("Signatures: {state}").format(state=state_words(signature.state(found.pack, trusted)))
        )
        print_points(signer_lines(found.pack, trusted))
    click.echo()
    click.echo(_("Where it is: {path}").format(path=found.path))
    click.echo(_("Digest: {digest}").format(digest=found.digest or _("cannot be packed as it is")))


def _step(lesson: Lesson, at: int) -> str:
    step = lesson.steps[at]
    return _("{title} ({minutes} min)").format(title=pick(dict(step.title)), minutes=step.minutes)


def _record(found: Found) -> dict[str, Any]:
    """For scripts: as in a list, and what the list leaves out."""
    from makerlab.cli.lesson_list import record, rows_of

    (row,) = rows_of([found])
    lesson = found.lesson
    return {
        **record(row),
        "path": str(found.path),
        "question": dict(lesson.project.driving_question),
        "periods": lesson.periods,
        "languages": list(lesson.languages),
        "authors": [{"name": dict(one.name), "role": one.role} for one in lesson.authors],
        "steps": [{"id": one.id, "title": dict(one.title), "minutes": one.minutes} for one in lesson.steps],
        "derived_from": [
            {"id": one.id, "version": one.version, "digest": one.digest, "license": one.license}
            for one in lesson.derived_from
        ],
        "files": {name: len(content) for name, content in found.files.items()},
    }
