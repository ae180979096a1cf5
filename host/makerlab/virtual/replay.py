"""A recorded column as a curve: what was measured once is seen again."""

from __future__ import annotations

import csv
import math
from bisect import bisect_right

from makerlab.i18n import _
from makerlab.virtual.moment import Moment, Part

MAX_ROWS = 50_000
"""Of a table to replay: a minute at the highest rate, a month at one row a minute."""


def replay(text: str, column: str) -> Part:
    """The curve that the column `column` of a CSV table tells: its first column is the time in seconds, its
    first line the names ("light (lx)" is found as "light" too). Between two rows it goes straight; before the
    first and after the last it stays. Raises ValueError with what is wrong, for a person."""
    times, values = _points(text.lstrip("\ufeff"), column)

    def part(moment: Moment) -> float:
        after = bisect_right(times, moment.t)
        if after == 0 or after == len(times):
            return values[max(0, after - 1)]
        before = after - 1
        share = (moment.t - times[before]) / (times[after] - times[before])
        return values[before] + share * (values[after] - values[before])

    return part


def _points(text: str, column: str) -> tuple[list[float], list[float]]:
    rows = csv.reader(text.splitlines())
    heading = [name.strip() for name in next(rows, [])]
    names = [name.partition(" (")[0] for name in heading]
    if column not in heading[1:] and column not in names[1:]:
        raise ValueError(_("The table has no column “{name}”.").format(name=column))
    at = heading.index(column) if column in heading[1:] else names.index(column, 1)
    times: list[float] = []
    values: list[float] = []
    for number, row in enumerate(rows, 2):
        if number > MAX_ROWS:
            raise ValueError(_("The table has more than {count:,} rows.").format(count=MAX_ROWS))
        if len(row) <= at or not row[at].strip():
            continue  # a value that could not be read, or an event
        time, value = _number(row[0], number), _number(row[at], number)
        if times and time <= times[-1]:
            raise ValueError(_("In line {line} of the table the time does not go on.").format(line=number))
        times.append(time)
        values.append(value)
    if not times:
        raise ValueError(_("The column “{name}” has no values.").format(name=column))
    return times, values


def _number(cell: str, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(_("In line {line} of the table “{cell}” is no number.").format(line=line, cell=cell))
    return value
