"""What commands that show a lesson have in common: for whom, and in which language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from makerlab.i18n import N_, language

if TYPE_CHECKING:
    from makerlab.lessons.export.blocks import View
    from makerlab.lessons.export.page import Source


def with_view(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --view (`view`) and --in (`spoken`)."""
    command = click.option(
        "--in", "spoken", type=click.Choice(["zh", "en", "both"]),
        help=N_("The lesson's language; both: side by side (usual: the language of maker)."),
    )(command)  # fmt: skip
    return click.option(
        "--view", type=click.Choice(["pupil", "teacher"]), default="pupil",
        help=N_("For whom: pupil (usual) or teacher, with the guide and the answers."),
    )(command)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A lesson as it was asked for; `name` is one for a file, without its ending."""

    source: Source
    languages: list[str]
    view: View
    name: str


def shown(name: str, view: View, spoken: str | None) -> Shown:
    """The lesson called `name`, for a view, in the language asked for or, where it has that, in maker's.

    For teachers with a chart of what its data looks like. Raises what library.find raises, and BadFile.
    """
    from makerlab.lessons import library
    from makerlab.lessons.export.page import Source

    found = library.find(name)
    source = Source.of(found.files)
    if view == "teacher":
        from makerlab.lessons.export.example import with_example

        source = with_example(source)
    languages = _languages(source, spoken)
    return Shown(source, languages, view, f"{found.slug}-{view}-{'-'.join(languages)}")


def _languages(source: Source, spoken: str | None) -> list[str]:
    there = list(source.lesson.languages)
    if spoken == "both":
        return there
    wanted = spoken or language()
    return [wanted] if wanted in there else there[:1]
