"""Recordings as JSON: everything the notebook knows of them, one row of values a line.

    {"format": "makerlab-recordings", "version": 1, "recordings": [
    {"title": "Cooling tea", ..., "channels": [{"name": "temperature", "title": {...}, "unit": "degC", ...}],
     "gaps": [{"start_s": 4.1, "end_s": 4.4, "lost": 2}], "events": [...], "log": [...],
     "columns": ["seq", "time_s", "temperature"], "rows": [
    [1,0.000,23.56],
    [2,0.100,null]]}
    ]}

Values are in the channel's unit, calibrated; null could not be read. These keys stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from makerlab.recording.formats import digits
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.csv_out import CHUNK_ROWS

FORMAT, VERSION = "makerlab-recordings", 1
FACTS = (
    "title", "experiment", "lesson", "label", "board", "board_id", "runtime", "rate_hz", "session", "note",
    "program", "imported_from",
)  # fmt: skip
"""Fields of About that stand in the file as they are."""


def json_of(contents: Sequence[Content]) -> Iterator[bytes]:
    """The file, piece by piece."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "recordings": [\n'.encode()
    for index, content in enumerate(contents):
        if index:
            yield b",\n"
        yield _dumped(described(content))[:-1] + b', "rows": [\n'
        yield from _rows(content)
        yield b"]}"
    yield b"\n]}\n"


def described(content: Content) -> dict[str, Any]:
    """Everything but the rows."""
    about = content.about
    facts = {key: getattr(about, key) for key in FACTS}

    def seconds(time_s: float) -> float:
        """Rounded as the rows' times are, so that what came behind a row stays behind it."""
        return round(time_s, content.time_decimals)

    return {
        "number": content.number,
        **{key: value for key, value in facts.items() if value not in ("", None)},
        "started_at": about.started_at.isoformat(),
        "tick_s": content.tick_s,
        "channels": [
            {
                "name": channel.name,
                "title": dict(about.channel_titles.get(channel.name, {})),
                "unit": channel.unit,
                "decimals": channel.decimals,
            }
            for channel in content.channels
        ],
        "calibration": {
            name: {"measured": list(one.measured), "known": list(one.known), "unit": one.unit}
            for name, one in about.calibration.items()
        },
        "derived": [{"name": one.name, "formula": one.formula, "unit": one.unit} for one in about.derived],
        "gaps": [
            {"start_s": seconds(gap.start_s), "end_s": seconds(gap.end_s), "lost": gap.lost}
            for gap in content.gaps
        ],
        "events": [
            {"time_s": seconds(one.time_s), "kind": one.kind, "text": one.text, "channel": one.channel}
            for one in content.events
        ],
        "log": [{"time_s": seconds(line.time_s), "line": line.line} for line in content.log],
        "columns": ["seq", "time_s", *(channel.name for channel in content.channels)],
    }


def _rows(content: Content) -> Iterator[bytes]:
    for start in range(0, content.rows, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        columns = [
            digits.whole(content.seq[part]), digits.fixed(content.time_s[part], content.time_decimals)
        ]  # fmt: skip
        for channel in content.channels:
            values = content.values[channel.name][part]
            if channel.decimals is None:
                columns.append(digits.shortest(values, b"null"))
            else:
                columns.append(digits.fixed(values, channel.decimals, b"null"))
        text = digits.lines(columns, end=b"],\n", begin=b"[")
        yield text.removesuffix(b",\n") if start + CHUNK_ROWS >= content.rows else text


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
