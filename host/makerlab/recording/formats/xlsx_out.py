"""Recordings as an Excel workbook with native charts: sheets of rows, and one that says what they are.

Numbers are numbers, moments are Excel's own dates. A sheet holds 1,048,576 rows, so a longer recording goes
on in another; a chart of more points than Excel draws at ease is made of a thinned copy with every peak.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import IO, Any

import numpy as np
import xlsxwriter  # type: ignore[import-untyped]

from makerlab.i18n import N_, _
from makerlab.recording.analysis.arrays import Stretch
from makerlab.recording.analysis.decimation import thin
from makerlab.recording.formats import wording
from makerlab.recording.formats.content import Content
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel

MAX_ROWS = 1_048_576
"""Of a sheet (support.microsoft.com, "Excel specifications and limits")."""

PART_ROWS = 1 << 16
"""Written before the progress is told."""

CHART_ROWS = 8_000
"""More points make Excel slow, and no screen shows them."""

CHART_BUCKETS = 1_000
"""Of the thinned copy."""

MAX_TEXT = 32_767
"""Characters of a cell."""

SHEET = N_("sheet")
"""In the sheet about the recordings: the name of the one with the rows."""
ABOUT_SHEET, DATA_SHEET, CURVE_SHEET = N_("about"), N_("data {n}"), N_("curve {n}")

_EXCEL_EPOCH = datetime(1899, 12, 30)
_DAY_S = 86_400.0
_DASHES = ("solid", "dash", "round_dot", "dash_dot", "long_dash")
"""So that curves can be told apart in black and white."""
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
_CHART_COLUMNS, _CHART_ROWS, _ROW_PIXELS = 12, 20, 20
"""Size of a chart, in columns and rows of the sheet."""


def write_xlsx(file: IO[bytes], contents: Sequence[Content], progress: Callable[[int], None]) -> None:
    """Write the workbook. `progress` is told how many rows are written."""
    # In rows from the top, so that they need no memory. Texts of boards are never formulas or links.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        formats = _Formats(workbook)
        names: list[str] = []
        done = 0
        for content in contents:
            sheets = _Sheets(workbook, content, formats)
            first = sheets.write(partial(_advance, progress, done))
            if not names:
                first.activate()
            names.append(sheets.name)
            done += content.rows
        _write_about(workbook.add_worksheet(_(ABOUT_SHEET)), contents, names, formats)


def _advance(progress: Callable[[int], None], before: int, rows: int) -> None:
    progress(before + rows)


class _Formats:
    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self.bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._numbers: dict[int | None, Any] = {None: None}

    def number(self, decimals: int | None) -> Any:
        """With so many digits after the point."""
        if decimals not in self._numbers:
            pattern = "0." + "0" * decimals if decimals else "0"
            self._numbers[decimals] = self._workbook.add_format({"num_format": pattern})
        return self._numbers[decimals]


class _Sheets:
    """The sheets of one recording."""

    def __init__(self, workbook: Any, content: Content, formats: _Formats) -> None:
        self._workbook = workbook
        self._content = content
        self._formats = formats
        self.name = _(DATA_SHEET).format(n=content.number)
        self._moment_column = 1 + len(content.channels)
        self._event_column = self._moment_column + 2
        self._happened = wording.happened(content)

    def write(self, progress: Callable[[int], None]) -> Any:
        """Rows, events beside them, and charts; lost rows are an empty row, which interrupts the curve."""
        content = self._content
        gaps: dict[int, list[float]] = {}
        for gap in content.gaps:
            middle_s = (gap.start_s + gap.end_s) / 2
            gaps.setdefault(int(np.searchsorted(content.time_s, middle_s, "right")), []).append(middle_s)
        first = sheet = self._begin(self.name)
        row, sheets = 1, 1
        edges = sorted({0, *gaps, *range(0, content.rows, PART_ROWS), content.rows})
        for start, end in pairwise(edges):
            if row + len(gaps.get(start, ())) + end - start > MAX_ROWS:
                sheets += 1
                sheet, row = self._begin(f"{self.name} ({sheets})"), 1
            for middle_s in gaps.get(start, ()):
                self._write_events(first, sheet, row)
                sheet.write_number(row, 0, middle_s, self._formats.number(content.time_decimals))
                row += 1
            row = self._write_rows(first, sheet, row, slice(start, end))
            progress(end)
        if sheet is first:  # what does not fit beside rows stands below them
            for late in range(row, len(self._happened) + 1):
                self._write_events(first, sheet, late)
        self._add_charts(first, row - 1)
        return first

    def _begin(self, name: str) -> Any:
        sheet = self._workbook.add_worksheet(name)
        content = self._content
        titles = [_(wording.TIME) + " (s)", *(content.heading_of(channel) for channel in content.channels)]
        titles.append(_(wording.MOMENT))
        for column, title in enumerate(titles):
            sheet.set_column(column, column, max(10, len(title) * 1.3))
        sheet.set_column(self._moment_column, self._moment_column, 24)
        if self._happened and name == self.name:
            titles += ["", _(wording.TIME) + " (s)", _(wording.EVENT)]
            sheet.set_column(self._event_column + 1, self._event_column + 1, 30)
        for column, title in enumerate(titles):
            if title:
                sheet.write_string(0, column, title[:MAX_TEXT], self._formats.bold)
        sheet.freeze_panes(1, 1)
        return sheet

    def _write_rows(self, first: Any, sheet: Any, row: int, part: slice) -> int:
        """Write these; the row after them."""
        content = self._content
        time_s = content.time_s[part]
        columns = [time_s, *(content.values[channel.name][part] for channel in content.channels)]
        local = content.about.started_at.replace(tzinfo=None)
        columns.append((local - _EXCEL_EPOCH).total_seconds() / _DAY_S + time_s / _DAY_S)
        formats = [
            self._formats.number(content.time_decimals),
            *(self._formats.number(channel.decimals) for channel in content.channels),
            self._formats.moment,
        ]
        known = [np.isfinite(column).tolist() for column in columns]
        lists = [column.tolist() for column in columns]
        write = sheet.write_number
        numbered = list(enumerate(formats))
        for index in range(len(time_s)):
            for column, style in numbered:
                if known[column][index]:
                    write(row, column, lists[column][index], style)
            if row <= len(self._happened):
                self._write_events(first, sheet, row)
            row += 1
        return row

    def _write_events(self, first: Any, sheet: Any, row: int) -> None:
        """The event that stands in this row, if there is one."""
        if sheet is not first or row > len(self._happened):
            return
        time_s, text = self._happened[row - 1]
        style = self._formats.number(self._content.time_decimals)
        sheet.write_number(row, self._event_column, time_s, style)
        sheet.write_string(row, self._event_column + 1, text[:MAX_TEXT])

    def _add_charts(self, sheet: Any, last_row: int) -> None:
        """A chart for each unit, beside the rows of the first sheet."""
        content = self._content
        by_unit: dict[str, list[Channel]] = {}
        for channel in content.channels:
            by_unit.setdefault(channel.unit, []).append(channel)
        if content.rows > CHART_ROWS:
            places = self._write_thinned()
        else:
            place = {channel.name: index for index, channel in enumerate(content.channels, 1)}
            places = {name: (self.name, 0, column, last_row) for name, column in place.items()}
        row = 1
        for channels in by_unit.values():
            sheet.insert_chart(
                row,
                self._event_column + (3 if self._happened else 0),
                self._chart(channels, places),
                {"x_scale": _CHART_COLUMNS / 7.5, "y_scale": _CHART_ROWS * _ROW_PIXELS / 288},
            )
            row += _CHART_ROWS + 2

    def _chart(self, channels: Sequence[Channel], places: dict[str, tuple[str, int, int, int]]) -> Any:
        content = self._content
        chart = self._workbook.add_chart({"type": "scatter", "subtype": "straight"})
        for index, channel in enumerate(channels):
            name, x, y, last = places[channel.name]
            chart.add_series(
                {
                    "name": content.heading_of(channel),
                    "categories": [name, 1, x, last, x],
                    "values": [name, 1, y, last, y],
                    "line": {"width": 1.5, "dash_type": _DASHES[index % len(_DASHES)]},
                }
            )
        unit = shown_unit(channels[0].unit)
        one = content.title_of(channels[0]) if len(channels) == 1 else ""
        label = " ".join(part for part in (one, f"({unit})" if unit else "") if part)
        chart.set_title({"name": content.about.title, "name_font": {"size": 12}, "overlay": False})
        chart.set_x_axis({"name": _(wording.TIME) + " (s)", "min": 0, "major_gridlines": _GRID})
        chart.set_y_axis({"name": label, "crossing": "min", "major_gridlines": _GRID})
        chart.set_legend({"none": True} if len(channels) == 1 else {"position": "bottom"})
        chart.show_blanks_as("gap")
        return chart

    def _write_thinned(self) -> dict[str, tuple[str, int, int, int]]:
        """A sheet of points to draw; where each channel's are: sheet, columns of time and value, last row."""
        content = self._content
        name = _(CURVE_SHEET).format(n=content.number)
        sheet = self._workbook.add_worksheet(name)
        gaps = [Stretch(gap.start_s, gap.end_s) for gap in content.gaps]
        curves = [
            thin(content.time_s, content.values[channel.name], CHART_BUCKETS, gaps)
            for channel in content.channels
        ]
        longest = max((len(times) for times, _values in curves), default=0)
        for index, channel in enumerate(content.channels):
            sheet.write_string(0, 2 * index, _(wording.TIME) + " (s)", self._formats.bold)
            sheet.write_string(0, 2 * index + 1, content.heading_of(channel)[:MAX_TEXT], self._formats.bold)
        for row in range(longest):
            for index, (times, values) in enumerate(curves):
                if row < len(times):
                    sheet.write_number(row + 1, 2 * index, float(times[row]))
                    if np.isfinite(values[row]):
                        sheet.write_number(row + 1, 2 * index + 1, float(values[row]))
        return {
            channel.name: (name, 2 * index, 2 * index + 1, len(curves[index][0]))
            for index, channel in enumerate(content.channels)
        }


def _write_about(sheet: Any, contents: Sequence[Content], names: Sequence[str], formats: _Formats) -> None:
    """A row a fact, a column a recording."""
    table = [dict(wording.facts(content)) for content in contents]
    for facts, name in zip(table, names, strict=True):
        facts[_(SHEET)] = name
    words = [_(text) for text in (*wording.FACTS.values(), SHEET)]
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, len(contents), 32)
    row = 0
    for word in words:
        if not any(word in facts for facts in table):
            continue
        sheet.write_string(row, 0, word, formats.bold)
        for column, facts in enumerate(table, 1):
            sheet.write_string(row, column, facts.get(word, "")[:MAX_TEXT], formats.text)
        row += 1
