"""What files say in words: facts about a recording and what happened in it, and the way back.

A file may have been written in another language than the one in use, so every text is recognised in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from makerlab.experiment.faults import shown_fault
from makerlab.i18n import LANGUAGES, N_, _, ngettext, speaking
from makerlab.recording.about import About, EventKind, Happened, Lost
from makerlab.recording.formats.content import Content

TIME, EVENT, MOMENT, ABOUT = N_("time"), N_("event"), N_("date and time"), N_("about this recording")
"""Titles of columns."""

FACTS = {
    "title": N_("title"),
    "started": N_("begun"),
    "experiment": N_("experiment"),
    "lesson": N_("lesson"),
    "label": N_("label"),
    "board": N_("board"),
    "runtime": N_("runtime"),
    "rate_hz": N_("rows a second"),
    "channels": N_("channels"),
    "digits": N_("digits after the point"),
    "rows": N_("number of rows"),
    "lost": N_("rows lost"),
    "note": N_("note"),
    "number": N_("recording"),
}
"""What stands about a recording in a table, in this order, and what it is called there."""

_LIST = ", "
"""Between the names of channels, none of which has a comma."""


def facts(content: Content) -> list[tuple[str, str]]:
    """What is known about a recording, each with its name in the language in use."""
    about = content.about
    lost = sum(gap.lost or 0 for gap in content.gaps)
    values = {
        "title": about.title,
        "started": about.started_at.isoformat(),
        "experiment": about.experiment,
        "lesson": about.lesson,
        "label": about.label,
        "board": about.board,
        "runtime": about.runtime,
        "rate_hz": f"{about.rate_hz:g}" if about.rate_hz else "",
        "channels": _LIST.join(channel.name for channel in content.channels),
        "digits": _LIST.join(
            "-" if channel.decimals is None else str(channel.decimals) for channel in content.channels
        ),
        "rows": str(content.rows),
        "lost": str(lost) if lost else "",
        "note": about.note,
        "number": str(content.number) if content.number else "",
    }
    return [(_(FACTS[key]), value) for key, value in values.items() if value]


def facts_read(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Facts out of a file, by their keys here."""
    keys = {word: key for key, text in FACTS.items() for word in everywhere(text)}
    return {keys[name]: value for name, value in pairs if name in keys}


def about_read(found: dict[str, str], title: str, imported_from: str, started: datetime) -> About:
    """What facts say about a recording; `title` and `started` where they say nothing."""
    about = About(title=found.get("title") or title, started_at=started, imported_from=imported_from)
    try:
        rate = float(found.get("rate_hz", ""))
    except ValueError:
        rate = 0.0
    return replace(
        about,
        rate_hz=rate if rate > 0 else None,
        experiment=found.get("experiment", ""),
        lesson=found.get("lesson", ""),
        label=found.get("label", ""),
        board=found.get("board", ""),
        runtime=found.get("runtime", ""),
        note=found.get("note", ""),
    )


def names_read(found: dict[str, str]) -> list[str]:
    """The names of the channels, in order."""
    return [name for name in found.get("channels", "").split(_LIST) if name]


def digits_read(found: dict[str, str]) -> list[int | None]:
    """The decimals of the channels, in order."""
    words = [word for word in found.get("digits", "").split(_LIST) if word]
    return [int(word) if word.isascii() and word.isdecimal() and len(word) < 3 else None for word in words]


def happened(content: Content) -> list[tuple[float, str]]:
    """Everything that happened and is no row, with its time, in words; in order. Lost rows stand in the
    middle of their gap."""
    titles = {channel.name: content.title_of(channel) for channel in content.channels}
    told = [(event.time_s, said(event, titles)) for event in content.events]
    told += [((gap.start_s + gap.end_s) / 2, lost_text(gap)) for gap in content.gaps]
    return sorted(((time_s, text) for time_s, text in told if text), key=lambda one: one[0])


def said(event: Happened, titles: dict[str, str]) -> str:
    """What happened, in words."""
    if event.kind == "fault":
        text = _("{channel} cannot be read: {reason}")
        channel = titles.get(event.channel, event.channel)
        return text.format(channel=channel, reason=shown_fault(event.text))
    return event.text or _(_KINDS.get(event.kind, ""))


_KINDS: dict[EventKind, str] = {
    "restart": N_("the board started anew"),
    "away": N_("the board was unplugged"),
    "clock": N_("the board's clock jumped"),
    "end": N_("the program ended"),
}


def kind_read(text: str) -> EventKind:
    """What kind of event says this."""
    return next((kind for kind, message in _KINDS.items() if text in everywhere(message)), "mark")


def lost_text(gap: Lost) -> str:
    """What a gap says of itself."""
    if gap.lost is None:
        return _(UNKNOWN_LOST)
    return ngettext(*ROWS_LOST, gap.lost).format(n=gap.lost)


ROWS_LOST = ("{n} row lost", "{n} rows lost")
UNKNOWN_LOST = N_("the board was away")


def lost_read(text: str) -> int | None:
    """How many rows were lost, if `text` is a gap's: -1 for one in which nobody knows. None: it is not."""
    if text in everywhere(UNKNOWN_LOST):
        return -1
    for pattern in _lost_patterns():
        if match := pattern.fullmatch(text):
            return int(match[1])
    return None


@cache
def _lost_patterns() -> list[re.Pattern[str]]:
    texts = set()
    for language in LANGUAGES:
        with speaking(language):
            texts |= {ngettext(*ROWS_LOST, n) for n in (1, 2)}
    return [re.compile(re.escape(text).replace(re.escape("{n}"), r"(\d{1,15})")) for text in texts]


@cache
def everywhere(message: str) -> frozenset[str]:
    """A text of the catalogue in every language."""
    texts = {message}
    for language in LANGUAGES:
        with speaking(language):
            texts.add(_(message))
    return frozenset(texts)
