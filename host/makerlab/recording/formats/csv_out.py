"""A recording as CSV for Excel, WPS, Numbers, pandas and CODAP.

    time (s),temperature (°C),light (lx),event,date and time,about this recording
    0.000,23.56,512,,2026-11-24T10:15:30.000+08:00,title: Cooling tea
    0.100,23.51,,,2026-11-24T10:15:30.100+08:00,begun: 2026-11-24T10:15:30+08:00
    0.130,,,lid opened,2026-11-24T10:15:30.130+08:00,board: esp32

The columns of `maker run --out`, and two more: when that was, and, down the first rows, what the recording is
about. So every program finds one plain table, and nothing is lost when it is imported again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from makerlab.i18n import _
from makerlab.recording.formats import digits, wording
from makerlab.recording.formats.content import Content
from makerlab.recording.table import LINE_END, text_cell

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as the system's old code page, and Chinese becomes noise."""

CHUNK_ROWS = 1 << 16
"""Rows made into text at a time."""


def csv_of(content: Content) -> Iterator[bytes]:
    """The file, piece by piece."""
    titles = [_(wording.TIME) + " (s)", *(content.heading_of(channel) for channel in content.channels)]
    titles += [_(wording.EVENT), _(wording.MOMENT), _(wording.ABOUT)]
    yield BOM + _line(titles)
    facts = [text_cell(f"{name}: {value}") for name, value in wording.facts(content)]
    empty = b"," * (len(content.channels) + 3)
    yield from _with_facts(_body(content), [fact.encode("utf-8", "replace") for fact in facts], empty)


def rows_text(content: Content, part: slice) -> bytes:
    """The lines of these rows, the last cell of each empty."""
    time_s = content.time_s[part]
    columns = [digits.fixed(time_s, content.time_decimals)]
    for channel in content.channels:
        values = content.values[channel.name][part]
        if channel.decimals is None:
            columns.append(digits.shortest(values))
        else:
            columns.append(digits.fixed(values, channel.decimals))
    nothing = digits.constant(b"", len(time_s))
    columns += [nothing, digits.moments(content.about.started_at, time_s, content.time_decimals), nothing]
    return digits.lines(columns)


def _body(content: Content) -> Iterator[bytes]:
    """All rows, and between them what happened."""
    done = 0
    for time_s, text in wording.happened(content):
        place = int(np.searchsorted(content.time_s, time_s, "right"))
        yield from _rows(content, done, place)
        done = place
        yield _event_line(content, time_s, text)
    yield from _rows(content, done, content.rows)


def _rows(content: Content, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, CHUNK_ROWS):
        yield rows_text(content, slice(at, min(end, at + CHUNK_ROWS)))


def _event_line(content: Content, time_s: float, text: str) -> bytes:
    decimals = content.time_decimals
    at = np.array([time_s])
    moment = digits.lines([digits.moments(content.about.started_at, at, decimals)], end=b"").decode()
    empty = [""] * len(content.channels)
    return _line([f"{time_s:.{decimals}f}", *empty, text, moment, ""])


def _with_facts(pieces: Iterator[bytes], facts: Sequence[bytes], empty: bytes) -> Iterator[bytes]:
    """The last, empty cell of the first lines filled with `facts`; lines of their own for those that are left
    when there are no more."""
    end = LINE_END.encode()
    waiting = list(facts)
    for piece in pieces:
        if not waiting:
            yield piece
            continue
        *lines, rest = piece.split(end, len(waiting))
        yield b"".join(line + fact + end for line, fact in zip(lines, waiting, strict=False)) + rest
        del waiting[: len(lines)]
    yield b"".join(empty + fact + end for fact in waiting)


def _line(texts: Sequence[str]) -> bytes:
    return (",".join(map(text_cell, texts)) + LINE_END).encode("utf-8", "replace")
