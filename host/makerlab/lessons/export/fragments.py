"""A lesson as pieces of HTML for a page of somebody else's: `maker page` shows them beside the live curves.

Without fields to write in, and without any script; pictures are in the HTML itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from makerlab.lessons.export.page import Maker, Source


@dataclass(frozen=True)
class Fragment:
    """A section: `id` is its own among those of the lesson; `kind` is "step" or "part"; `heading` and `body`
    are HTML, `minutes` is plain ("" for none)."""

    id: str
    kind: str
    heading: str
    minutes: str
    body: str


def fragments(source: Source, language: str) -> list[Fragment]:
    """The pupil's sections in a language of the lesson, in order."""
    maker = Maker(source, language, "pupil", fields=False)
    return [
        Fragment(id, kind, str(part.heading), part.minutes, str(part.body))
        for id, kind, part in maker.sections()
    ]
