"""`maker lesson new`: a lesson to begin with, out of six answers."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import FileProblem, UsageProblem, system_reason
from makerlab.i18n import LANGUAGES, N_, _, language

if TYPE_CHECKING:
    from makerlab.boards import Board

HELP = N_(
    "Make a new lesson in the folder DIR: steps, a program for each board, wiring, and what the data should "
    "show. It has no mistakes yet; change it and check it often."
)
MORE = N_("What the options do not say is asked for. Without a keyboard to ask, only a title is needed.")
EXAMPLES = """\b
maker lesson new
maker lesson new lamp --title 灯放多远合适 --board microbit --measure light"""

GRADES, MIN_MINUTES, MAX_MINUTES = range(1, 10), 10, 480
ALL_BOARDS = "microbit, esp32"
MICROBIT = "microbit"
"""As an answer: both micro:bits."""

HAN = re.compile("[\u4e00-\u9fff]")
T = TypeVar("T")


class FolderTaken(FileProblem):
    what = N_("There is something in {path} already.")
    todo = N_("Name a folder that is empty or not there yet; nothing was changed.")


@click.command("new", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--title", metavar="TEXT", help=N_("Its title in your language."))
@click.option("--other-title", metavar="TEXT", help=N_("Its title in the other language (zh or en)."))
@click.option("--author", metavar="NAME", help=N_("Who writes it: a name or a school."))
@click.option("--grade", "grades", metavar="N", help=N_("For which grades: 5, or 4-6."))
@click.option(
    "--board", "boards", multiple=True, metavar="BOARD", help=N_("For which boards: microbit, esp32, ...")
)
@click.option("--measure", metavar="WHAT", help=N_("light, temperature, distance, soil, swing, or nothing."))
@click.option("--minutes", type=int, default=40, show_default=True, help=N_("How long it takes."))
@click.option("--id", "lesson_id", metavar="NAME/NAME", help=N_("Its name for ever, such as my-school/lamp."))
def new(
    folder: Path | None,
    title: str | None,
    other_title: str | None,
    author: str | None,
    grades: str | None,
    boards: Sequence[str],
    measure: str | None,
    minutes: int,
    lesson_id: str | None,
) -> None:
    from makerlab.cli.lesson_id import id_of
    from makerlab.lessons.new.kinds import UNPLUGGED, kinds
    from makerlab.lessons.new.make import make
    from makerlab.lessons.new.plan import Answers
    from makerlab.sensors import sensors

    if folder is not None:
        _check_folder(folder)
    words = [*kinds(), UNPLUGGED]
    title = _given(title, _some_text) or _ask(_("What is the lesson called?"), None, _some_text)
    mine = "zh" if HAN.search(title) else language()
    other = next(one for one in LANGUAGES if one != mine)
    if other_title is None:
        other_title = _ask(_other_question(other), "", str.strip)
    named = author or _ask(_("Who writes it (a name or a school)?"), "", str.strip)
    author = named or _("our school")
    found_grades = _given(grades, _grades) or _ask(_("For which grades?"), "5", _grades)
    if measure is None:
        if sys.stdin.isatty():
            known = _(", ").join(f"{key} {kind.shown_name}" for key, kind in kinds().items())
            click.echo(_("It can measure: {kinds}; or nothing.").format(kinds=known), err=True)
        measure = _ask(_("What does it measure?"), "light", lambda text: _one_of(text, words))
    else:
        measure = _one_of(measure, words)
    found_boards: list[Board] = []
    if measure != UNPLUGGED:
        given = " ".join(boards)
        found_boards = _boards(given) if given else _ask(_("For which boards?"), ALL_BOARDS, _boards)
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise UsageProblem(
            problem=_("A lesson takes from {low} to {high} minutes.").format(
                low=MIN_MINUTES, high=MAX_MINUTES
            ),
            advice=_("Example: {command}").format(command="--minutes 80"),
        )
    titles = {mine: title, **({other: other_title} if other_title else {})}
    slug = _slug(titles, folder, measure)
    folder = folder or Path(slug)
    _check_folder(folder)
    answers = Answers(
        id_of(lesson_id, named, slug), titles, author, found_grades, found_boards, measure, minutes
    )
    _write(folder, make(answers, sensors()))
    _say_what_next(folder, answers.id, bool(found_boards))


def _other_question(other: str) -> str:
    if other == "zh":
        return _("And in Chinese? (Enter: only in English)")
    return _("And in English? (Enter: only in Chinese)")


def _ask(question: str, usual: str | None, read: Callable[[str], T]) -> T:
    """Ask until the answer can be read; without a keyboard the usual answer counts."""
    if not sys.stdin.isatty():
        if usual is None:
            raise UsageProblem(
                problem=_("The lesson needs a title."),
                advice=_("Example: {command}").format(command="maker lesson new lamp --title 灯放多远合适"),
            )
        return read(usual)
    while True:
        answer = click.prompt(question, default=usual, show_default=bool(usual), err=True, prompt_suffix=" ")
        try:
            return read(str(answer))
        except UsageProblem as problem:
            click.echo(f"{problem.message} {problem.hint}", err=True)


def _given(text: str | None, read: Callable[[str], T]) -> T | None:
    return None if text is None else read(text)


def _some_text(text: str) -> str:
    if not (text := " ".join(text.split())):
        raise UsageProblem(problem=_("There is nothing in this answer."), advice=_("Write a few words."))
    return text


def _grades(text: str) -> list[int]:
    """ "5", "4-6", "4、5" or "4 5" as grades."""
    found: set[int] = set()
    for low, high in re.findall(r"([0-9]+)(?:\s*[-–—~～至到]\s*([0-9]+))?", text):
        found |= set(range(int(low[:3]), int((high or low)[:3]) + 1))
    if not found or not found <= set(GRADES):
        raise UsageProblem(
            problem=_("“{text}” are no grades.").format(text=text),
            advice=_("Write a grade from 1 to 9, or several: {example}").format(example="5, 4-6"),
        )
    return sorted(found)


def _one_of(text: str, words: Sequence[str]) -> str:
    import difflib

    word = text.strip().lower()
    if word in words:
        return word
    from makerlab.lessons.new.kinds import kinds

    for key, kind in kinds().items():
        if word in (name.lower() for name in kind.name.values()):
            return key
    near = difflib.get_close_matches(word, words, 1)
    raise UsageProblem(
        problem=_("A lesson cannot be begun with “{text}”.").format(text=text),
        advice=_("Did you mean “{word}”?").format(word=near[0])
        if near
        else _("Possible here: {words}.").format(words=_(", ").join(words)),
    )


def _boards(text: str) -> list[Board]:
    """Keys of boards, or "microbit" for both of them, with commas or spaces between."""
    from makerlab.boards import catalogue

    known = catalogue().boards
    found: list[Board] = []
    for word in re.split(r"[\s,，、;；]+", text.strip().lower()):
        if word in known:
            found.append(known[word])
        elif word in (MICROBIT, "micro:bit"):
            found += [board for board in known.values() if board.family == MICROBIT]
        elif word:
            raise UsageProblem(
                problem=_("There is no board “{key}”.").format(key=word),
                advice=_("Possible here: {words}.").format(words=_(", ").join((MICROBIT, *known))),
            )
    if not found:
        raise UsageProblem(
            problem=_("No board is named."), advice=_("Example: {command}").format(command=ALL_BOARDS)
        )
    return list({board.key: board for board in found}.values())


def _slug(titles: dict[str, str], folder: Path | None, measure: str) -> str:
    from makerlab.lessons.new.plan import slug_of

    named = [folder.name] if folder is not None else []
    return next(filter(None, map(slug_of, [*named, titles.get("en", "")])), f"{measure}-lesson")


def _check_folder(folder: Path) -> None:
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except (OSError, ValueError) as error:
        raise FileProblem(path=folder, detail=system_reason(error)) from error
    if taken:
        raise FolderTaken(path=folder, detail="")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except (OSError, ValueError) as error:
        # Half a lesson would be in the way the next time.
        for name in files:
            with contextlib.suppress(OSError, ValueError):
                (folder / name).unlink(missing_ok=True)
        for above in sorted({parent for name in files for parent in Path(name).parents}, reverse=True):
            with contextlib.suppress(OSError, ValueError):
                (folder / above).rmdir()  # only if it is empty
        raise FileProblem(path=folder, detail=system_reason(error)) from error


def _say_what_next(folder: Path, lesson_id: str, plugged: bool) -> None:
    shown = f'"{folder}"' if " " in str(folder) else str(folder)
    click.echo(_("{folder}: a new lesson, called {id} for ever.").format(folder=folder, id=lesson_id))
    click.echo(
        _("Write in lesson.yaml and in steps, then look for mistakes: {command}").format(
            command=f"maker lesson check {shown}"
        )
    )
    if plugged:
        click.echo(
            _("See its programs measure on virtual boards: {command}").format(
                command=f"maker lesson test {shown}"
            )
        )
