"""The id of a new lesson, as it was given or invented."""

from __future__ import annotations

import secrets

from makerlab.errors import UsageProblem
from makerlab.i18n import _


def id_of(wanted: str | None, author: str, slug: str) -> str:
    """Names of lessons are unique in the whole world: whoever has no name in Latin letters gets a number.

    Raises UsageProblem when `wanted` cannot be an id.
    """
    from makerlab.lessons.model import LESSON_ID
    from makerlab.lessons.new.plan import slug_of

    if wanted is None:
        return f"{slug_of(author) or 'school-' + secrets.token_hex(3)}/{slug}"
    if not LESSON_ID.fullmatch(wanted):
        raise UsageProblem(
            problem=_("“{name}” cannot be the name of a lesson.").format(name=wanted),
            advice=_("Write it so: {example}").format(example="my-school/lamp"),
        )
    return wanted
