"""Recordings as a Frictionless data package (datapackage.org, version 2): a descriptor with a Table Schema
for each table, and plain CSV files. Archives and statistics programs read it, and know every column.

    datapackage.json
    data/recording-17.csv             seq, time_s, moment, a column a channel
    data/recording-17-events.csv      time_s, kind, channel, text, lost
    data/recording-17-program.py      the program that measured
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from makerlab.i18n import _
from makerlab.recording.about import Happened, Lost
from makerlab.recording.formats import digits, json_out
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.csv_out import CHUNK_ROWS
from makerlab.recording.table import text_cell
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel

DESCRIPTOR = "datapackage.json"
KEY = "makerlab"
"""Under which the descriptor has what an import needs besides."""

_SCHEMA = "https://datapackage.org/profiles/2.0/"
_DIALECT = {"$schema": _SCHEMA + "tabledialect.json", "delimiter": ",", "lineTerminator": "\r\n"}
ROW_COLUMNS = ("seq", "time_s", "moment")
EVENT_COLUMNS = ("time_s", "kind", "channel", "text", "lost")


def package_of(
    contents: Sequence[Content], now: datetime, version: str
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The files: path in the package, and content piece by piece. `version` is that of makerlab."""
    resources = []
    for content in contents:
        resources += [_rows_resource(content), _events_resource(content)]
        if content.about.program:
            resources.append(_program_resource(content))
    titles = [content.about.title for content in contents]
    package = {
        "$schema": _SCHEMA + "datapackage.json",
        "name": "recordings-" + "-".join(str(content.number) for content in contents[:5]),
        "title": _(", ").join(dict.fromkeys(titles)),
        "created": now.isoformat(timespec="seconds"),
        "sources": [{"title": f"makerlab {version}"}],
        "resources": resources,
        KEY: {
            "version": json_out.VERSION,
            "recordings": [json_out.described(content) for content in contents],
        },
    }
    yield (
        DESCRIPTOR,
        iter([json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"]),
    )
    for content in contents:
        yield rows_path(content.number), _rows_text(content)
        yield events_path(content.number), _events_text(content)
        if content.about.program:
            yield program_path(content.number), iter([content.about.program.encode("utf-8", "replace")])


def rows_path(number: int) -> str:
    return f"data/recording-{number}.csv"


def events_path(number: int) -> str:
    return f"data/recording-{number}-events.csv"


def program_path(number: int) -> str:
    return f"data/recording-{number}-program.py"


def column_names(channels: Sequence[Channel]) -> list[str]:
    """What the channels' columns are called: a channel may be called as one of ROW_COLUMNS is."""
    return [f"{one.name} (channel)" if one.name in ROW_COLUMNS else one.name for one in channels]


def _rows_resource(content: Content) -> dict[str, Any]:
    about = content.about
    fields = [
        {"name": "seq", "type": "integer", "title": _("number of the row")},
        {"name": "time_s", "type": "number", "title": _("time"), "unit": "s",
         "description": _("Seconds from the first row, by the board's clock.")},
        {"name": "moment", "type": "datetime", "title": _("date and time")},
        *(
            _field(content, channel, name)
            for channel, name in zip(content.channels, column_names(content.channels), strict=True)
        ),
    ]  # fmt: skip
    return {
        "name": f"recording-{content.number}",
        "title": _(" · ").join(part for part in (about.title, about.label) if part),
        "description": about.note or about.title,
        "path": rows_path(content.number),
        **_table(fields),
    }


def _field(content: Content, channel: Channel, name: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "type": "number", "title": content.title_of(channel)}
    if channel.unit:
        field["unit"] = shown_unit(channel.unit)
        field["description"] = _("In {unit}. Empty: it could not be read.").format(unit=field["unit"])
    return field


def _events_resource(content: Content) -> dict[str, Any]:
    fields = [
        {"name": "time_s", "type": "number", "title": _("time"), "unit": "s"},
        {"name": "kind", "type": "string", "description": _("mark, fault, restart, away, clock, end or gap")},
        {"name": "channel", "type": "string"},
        {"name": "text", "type": "string", "title": _("event")},
        {"name": "lost", "type": "integer", "title": _("rows lost")},
    ]
    return {
        "name": f"recording-{content.number}-events",
        "path": events_path(content.number),
        **_table(fields),
    }


def _table(fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": {
            "$schema": _SCHEMA + "tableschema.json",
            "fields": fields,
            "missingValues": [""],
        },
    }


def _program_resource(content: Content) -> dict[str, Any]:
    return {
        "name": f"recording-{content.number}-program",
        "path": program_path(content.number),
        "format": "py",
        "mediatype": "text/x-python",
        "encoding": "utf-8",
    }


def _rows_text(content: Content) -> Iterator[bytes]:
    yield _line([*ROW_COLUMNS, *column_names(content.channels)])
    for start in range(0, content.rows, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        time_s = content.time_s[part]
        columns = [
            digits.whole(content.seq[part]),
            digits.fixed(time_s, content.time_decimals),
            digits.moments(content.about.started_at, time_s, content.time_decimals),
        ]
        columns += [
            digits.shortest(content.values[channel.name][part])
            if channel.decimals is None
            else digits.fixed(content.values[channel.name][part], channel.decimals)
            for channel in content.channels
        ]
        yield digits.lines(columns)


def _events_text(content: Content) -> Iterator[bytes]:
    yield _line(EVENT_COLUMNS)
    happened: list[Happened | Lost] = [*content.events, *content.gaps]
    for one in sorted(happened, key=lambda one: one[0]):
        if isinstance(one, Lost):
            lost = "" if one.lost is None else str(one.lost)
            yield _line([f"{one.start_s:.6f}", "gap", "", "", lost])
        else:
            yield _line([f"{one.time_s:.6f}", one.kind, one.channel, one.text, ""])


def _line(texts: Sequence[str]) -> bytes:
    return (",".join(map(text_cell, texts)) + "\r\n").encode("utf-8", "replace")
