"""`maker run --json`: one JSON object a line on standard output, for scripts. These fields stay.

    {"type": "start", "experiment": "light", "title": "...", "board": "microbit-v2"}
    {"type": "header", "channels": [{"name": "light", "title": "光照", "unit": "lx"}], "rate_hz": 10.0,
     "time": "board"}                                   "time" is "pc" for programs that only print
    {"type": "row", "seq": 1, "t": 0.0, "values": {"light": 512}}          null: could not be read
    {"type": "lost", "rows": 3}
    {"type": "event", "t": 1.5, "text": "lid opened"}
    {"type": "fault", "t": 2.0, "channel": "light", "text": "ETIMEDOUT"}
    {"type": "unplugged"}                                                  it is waited for
    {"type": "restart", "unplugged": false}                                true: it was unplugged, and is back
    {"type": "waiting", "for": "light < 20"}                               until then no rows are recorded
    {"type": "text", "text": "what the program printed"}
    {"type": "end", "rows": 100, "lost": 0, "late": 0, "unplugged": 0, "away_s": 0.0,
     "seconds": 9.9, "rate_hz": 10.001, "highest_hz": null, "files": ["light ... .csv"], "recording": 17}

`late` rows were left out by a busy board, which can do `highest_hz`; `recording` is its number in the
notebook, null if it is not there.

Every object has "port" as well: there may be several boards. `t` counts seconds from the first row, as in the
CSV file. What goes wrong stands in two lines on the error side, as always.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from makerlab.cli.figures import Figures
from makerlab.cli.view import View
from makerlab.experiment.rate import highest_hz
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Event, Fault, Gap, Header, Mark, Restart, Row, Samples, Text


class JsonView(View):
    """Prints what comes, as it comes."""

    def __init__(self, figures: Figures, port: str, board: str) -> None:
        super().__init__(figures)
        self._port = port
        self._header: Header | None = None
        self._clock: ClockFit | None = None
        self._situation = ""
        experiment = figures.experiment
        self._print(type="start", experiment=experiment.name, title=experiment.shown_title, board=board)

    def take(self, events: list[Event], at: float) -> None:
        for event in events:
            for record in self._records(event, at):
                self._print(**record)

    def update(self, now: float) -> None:
        situation = self.figures.situation()
        if situation.kind != self._situation:
            self._situation = situation.kind
            if situation.kind == "unplugged":
                self._print(type="unplugged")
            elif situation.kind == "waiting":
                self._print(type="waiting", **{"for": situation.condition})

    def report(self, files: Sequence[Path], recording: int | None, found_by: str) -> None:
        figures = self.figures
        self._print(
            type="end",
            rows=figures.rows,
            lost=figures.lost,
            late=figures.late,
            unplugged=figures.unplugged,
            away_s=round(figures.away_s, 3),
            seconds=round(figures.seconds, 6),
            rate_hz=figures.achieved_hz,
            highest_hz=highest_hz(figures.rows + figures.lost, figures.late, figures.achieved_hz),
            files=[str(path) for path in files],
            recording=recording,
        )

    def _records(self, event: Event, at: float) -> Iterator[dict[str, Any]]:
        if isinstance(event, Header):
            if self._header is None or event.channels != self._header.channels:
                yield self._header_record(event)
            self._header = event
            if self._clock is None or self._clock.tick_s != event.tick_s:
                self._clock = ClockFit.of(event)
        elif isinstance(event, Samples) and self._clock and self._header:
            self._clock.add(event.rows, at)
            for row in event.rows:
                yield {"type": "row", "seq": row[0], "t": self._t(row[1]), "values": self._values(row)}
        elif isinstance(event, Gap):
            yield {"type": "lost", "rows": event.lost}
        elif isinstance(event, Mark):
            yield {"type": "event", "t": self._t(event.ticks), "text": event.text}
        elif isinstance(event, Fault):
            yield {"type": "fault", "t": self._t(event.ticks), "channel": event.channel, "text": event.text}
        elif isinstance(event, Restart):
            if self._clock:
                self._clock.restart()
            yield {"type": "restart", "unplugged": event.unplugged}
        elif isinstance(event, Text):
            yield {"type": "text", "text": event.line}

    def _header_record(self, header: Header) -> dict[str, Any]:
        experiment = self.figures.experiment
        return {
            "type": "header",
            "channels": [
                {"name": one.name, "title": experiment.shown_channel(one.name), "unit": one.unit}
                for one in header.channels
            ],
            "rate_hz": header.rate_hz,
            "time": "pc" if header.is_plain else "board",
        }

    def _values(self, row: Row) -> dict[str, int | float | None]:
        assert self._header is not None
        values: dict[str, int | float | None] = {}
        for channel, value in zip(self._header.channels, row[2:], strict=True):
            text = channel.text(value)
            values[channel.name] = json.loads(text) if text else None
        return values

    def _t(self, ticks: int) -> float:
        return round(max(0.0, self._clock.seconds(ticks)), 6) if self._clock else 0.0

    def _print(self, **record: Any) -> None:
        # Escaped to ASCII: a script reads it whatever the console's code page is. In one piece: several
        # boards write at the same time.
        print(json.dumps({**record, "port": self._port}) + "\n", end="", flush=True)
