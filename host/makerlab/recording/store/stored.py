"""What lies in the notebook as JSON, and back. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any, NamedTuple

from makerlab.recording.about import About, Clock, Part
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import Derived
from makerlab.recording.store.growing import Line
from makerlab.recording.store.search_text import folded
from makerlab.wire.events import Channel, Header


def definitions_json(about: About) -> str:
    """How what was measured is to be read: calibration, derived channels, titles."""
    return json.dumps(
        {
            "calibration": {name: asdict(one) for name, one in about.calibration.items()},
            "derived": [asdict(one) for one in about.derived],
            "channel_titles": {name: dict(texts) for name, texts in about.channel_titles.items()},
        },
        ensure_ascii=False,
    )


def definitions(text: str) -> dict[str, Any]:
    """The same as arguments of `About`."""
    stored = json.loads(text)
    return {
        "calibration": {
            name: Calibration(tuple(one["measured"]), tuple(one["known"]), one["unit"], one["made_at"])
            for name, one in stored["calibration"].items()
        },
        "derived": tuple(Derived(**one) for one in stored["derived"]),
        "channel_titles": stored["channel_titles"],
    }


def storable(text: str) -> str:
    """`text` without what no database takes: NUL, and halves of characters that a terminal cut."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def search_text(about: About) -> str:
    """What a recording is found by (schema.py, version 2)."""
    titles = [text for texts in about.channel_titles.values() for text in texts.values()]
    known = (about.title, about.note, about.experiment, about.lesson, about.label, about.board)
    return folded([*known, *titles])


def channels_json(channels: tuple[Channel, ...]) -> str:
    return json.dumps([[one.name, one.unit, one.scale, one.decimals] for one in channels], ensure_ascii=False)


def channels(text: str) -> tuple[Channel, ...]:
    return tuple(Channel(*one) for one in json.loads(text))


class StoredPart(NamedTuple):
    """A part, and where its rows are."""

    id: int
    header: Header
    line: Line
    part: Part


PART_COLUMNS = (
    "id, name, channels, rate_hz, tick_s, form, fields, status, start_s, end_s, rows,"
    " line_ticks, line_session_s, rate, uncertainty, alignment_error_s"
)


def stored_part(row: tuple[Any, ...]) -> StoredPart:
    """From PART_COLUMNS."""
    id, name, channel_texts, rate_hz, tick_s, form, field_texts, status, start_s, end_s, rows = row[:11]
    line_ticks, session_s, rate, uncertainty, error_s = row[11:]
    fields = json.loads(field_texts)
    header = Header(
        name, channels(channel_texts), rate_hz, tick_s, fields.get("b", ""), form=form, fields=fields
    )
    clock = Clock(session_s - start_s, rate, _or_inf(uncertainty), _or_inf(error_s))
    part = Part(header.channels, rate_hz, tick_s, form, start_s, end_s, rows, clock, json.loads(status))
    return StoredPart(id, header, Line(line_ticks, session_s, rate), part)


def _or_inf(number: float | None) -> float:
    return math.inf if number is None else number
