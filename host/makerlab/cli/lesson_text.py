"""What commands about lessons say in common: states, people, boards, findings, and the question before an
unknown pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from makerlab.cli.tables import BULLET
from makerlab.errors import MakerError
from makerlab.i18n import N_, _, pick

if TYPE_CHECKING:
    from makerlab.lessons.model import Author
    from makerlab.lessons.packs.pack import Pack
    from makerlab.lessons.packs.signature import Signature, State

COLOURS = {"trusted": "green", "unknown": "yellow", "unsigned": "yellow", "damaged": "red"}
SHOWN_DIGEST = 12
"""Digits of a digest on the console; --json has all 64."""
ROLE_WORDS = {"author": N_("author"), "reviewer": N_("reviewer"), "school": N_("school")}


class NotConfirmed(MakerError):
    what = N_("Nobody answered the question, so nothing was done.")
    todo = N_("If you trust where it comes from, say so in the command: --yes")


def state_words(state: State, coloured: bool = True) -> str:
    from makerlab.lessons.packs.signature import STATES

    words = _(STATES[state])
    return click.style(words, fg=COLOURS[state]) if coloured else words


def signer_lines(pack: Pack, trusted: Mapping[str, str]) -> list[str]:
    """A line for each signature: by which name it is known here, or what the signer calls themselves."""
    from makerlab.lessons.packs.signature import signatures

    lines = []
    for one in signatures(pack) or []:
        lines.append(_signer_line(one, trusted))
        if one.tested and one.right:
            boards = board_names(dict.fromkeys(tested.board for tested in one.tested))
            tools = _(", ").join(dict.fromkeys(tested.tool for tested in one.tested))
            lines.append(_("tested by them on {boards} ({tool})").format(boards=boards, tool=tools))
    return lines


def _signer_line(one: Signature, trusted: Mapping[str, str]) -> str:
    facts = {
        "name": trusted.get(one.signer.key, one.signer.name),
        "role": _(ROLE_WORDS[one.role]),
        "day": one.when[:10],
        "fingerprint": one.signer.fingerprint,
    }
    if not one.right:
        return _("{name}: this signature is not right ({fingerprint})").format(**facts)
    if one.signer.key in trusted:
        return _("{name}, {role}, {day} ({fingerprint})").format(**facts)
    return _("unknown, calls themselves {name}, {role}, {day} ({fingerprint})").format(**facts)


def one_line(text: str) -> str:
    """A stranger's text, so that none of it looks like a line of ours."""
    return " ".join(text.split())


def author_names(authors: Iterable[Author]) -> str:
    return _(", ").join(one_line(pick(dict(author.name))) for author in authors)


def board_names(keys: Iterable[str]) -> str:
    """Boards as people call them; a key that this program does not know as it is."""
    from makerlab.boards import catalogue

    known = catalogue().boards
    return _(", ").join(known[key].shown_name if key in known else key for key in keys)


def unknown_boards(keys: Iterable[str]) -> list[str]:
    """Boards that this program does not know; empty when it knows at least one."""
    from makerlab.boards import catalogue

    known = catalogue().boards
    wanted = list(keys)
    return [] if any(key in known for key in wanted) else wanted


def ask(reasons: Iterable[str], question: str, yes: bool) -> bool:
    """Whether to go on although there are `reasons` not to; `yes` says so in advance. Raises NotConfirmed."""
    for reason in reasons:
        click.echo(BULLET + reason, err=True)
    if yes:
        return True
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)  # the question has no line end
        raise NotConfirmed from None


def now() -> str:
    """The time as signatures have it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
