"""Measuring without a cable: what is in the files, whenever the power failed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from power_cuts import Appending, Flash, PowerCut, Rewriting
from simulated_board import SimulatedBoard

from makerlab.wire.decoder import Decoder
from makerlab.wire.events import End, Event, Gap, Header, Mark, Samples, Status, Text

FlashMaker = Callable[..., Any]


def littlefs(cut_after: int | None = None, room: int = 1 << 20) -> Appending:
    return Appending(cut_after, room)


def fat(cut_after: int | None = None, room: int = 1 << 20) -> Appending:
    return Appending(cut_after, room, torn=True)


def flat(cut_after: int | None = None, room: int = 20_480) -> Rewriting:
    return Rewriting(cut_after, room)


class Logged:
    """A board with a logbook on `flash`, whose channel counts its rows; files of `file_bytes`, None for its
    own size. `safe` is the last row that the flash has taken. The board oversleeps, to make tests fast."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        flash: Flash,
        rows: int,
        hz: float = 1,
        file_bytes: int | None = None,
    ) -> None:
        self.board = SimulatedBoard(monkeypatch, [])
        self.board.sleep_takes_us = lambda _us: round(0.4e6 / hz)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", "microbit" if isinstance(flash, Rewriting) else "esp32")
            patch.setitem(sys.modules, "os", flash.os())
            self.logbook = self.board.load("logbook")
        self.logbook.open = flash.open
        self.logbook._FILE_BYTES = file_bytes or self.logbook._FILE_BYTES
        self.rows, self.hz = rows, hz
        self.safe = 0
        self.measured = 0

    def run(self) -> None:
        def read() -> int:
            self.measured += 1
            if self.measured == self.rows:
                self.board.commands.append((0, b"s\n"))
            return self.measured * 7

        add = self.logbook._Files.add

        def watched(files: Any, text: str, header: str, rows: int) -> None:
            add(files, text, header, rows)
            self.safe = self.measured

        self.logbook._Files.add = watched
        self.logbook.channel("count", "", read)
        self.logbook.channel("other", "", lambda: -5)
        self.logbook.run(self.hz, "fridge")


def log_of(flash: Any) -> bytes:
    """All files one after the other, in their order; one that a power cut ended may lack its line end."""
    return b"".join(bytes(flash.files[name]).rstrip(b"\n") + b"\n" for name in sorted(flash.files))


def decoded(data: bytes, from_start: bool = True) -> list[Event]:
    decoder = Decoder(from_start=from_start)
    return decoder.feed(data) + decoder.close()


def rows_of(events: list[Event]) -> list[tuple[Any, ...]]:
    return [row for event in events if isinstance(event, Samples) for row in event.rows]


ROWS = 8
"""For the power cuts: enough for a second file, and there are as many runs as bytes."""

FLASHES = pytest.mark.parametrize("make", [littlefs, fat, flat])


@FLASHES
def test_the_files_say_what_the_cable_would(make: FlashMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    flash = make()
    logged = Logged(monkeypatch, flash, 12)
    logged.run()
    events = decoded(log_of(flash))
    assert isinstance(header := events[0], Header) and (header.name, header.rate_hz) == ("fridge", 1)
    rows = rows_of(events)
    assert [row[0] for row in rows] == list(range(1, 13))
    assert [row[2:] for row in rows] == [(7 * n, -5) for n in range(1, 13)]
    assert all(600 <= b - a <= 1400 for (_, a, *_), (_, b, *_) in pairwise(rows))
    assert events[-1] == End(12) and isinstance(events[-2], Status)
    assert not any(isinstance(event, Gap | Text) for event in events)
    assert [line for line in logged.board.lines if not line.startswith("recording in log-0001")] == []


@FLASHES
def test_files_begin_anew_with_a_header_and_no_row_is_missing_between_them(
    make: FlashMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash = make()
    rows = 150
    Logged(monkeypatch, flash, rows, hz=1 if make is flat else 10, file_bytes=700).run()
    assert len(flash.files) > 2
    for name, data in flash.files.items():
        assert data.startswith(b"#K1 "), name
        assert all(not isinstance(event, Text) for event in decoded(bytes(data), from_start=False))
    assert [row[0] for row in rows_of(decoded(log_of(flash)))] == list(range(1, rows + 1))


@FLASHES
def test_a_power_cut_at_any_byte_costs_at_most_the_row_being_written(
    make: FlashMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after it another run goes on, without touching what was there."""
    whole = make()
    Logged(monkeypatch, whole, ROWS, file_bytes=160).run()
    assert len(whole.files) > 1
    for cut_after in range(whole.written):
        flash = make(cut_after)
        logged = Logged(monkeypatch, flash, ROWS, file_bytes=160)
        with pytest.raises(PowerCut):
            logged.run()
        flash.power_back()
        again = Logged(monkeypatch, flash, 3)
        again.run()
        lives = _lives(decoded(log_of(flash), from_start=False))
        first = lives[0] if len(lives) == 2 else []
        assert [row[0] for row in first][: logged.safe] == list(range(1, logged.safe + 1))
        assert all(row[2:] == (7 * row[0], -5) for row in first)
        assert len(first) <= logged.measured
        assert [row[0] for row in lives[-1]] == [1, 2, 3]


def _lives(events: list[Event]) -> list[list[tuple[Any, ...]]]:
    """The rows of each start of the board."""
    lives: list[list[tuple[Any, ...]]] = []
    last = 1 << 40
    for row in rows_of(events):
        if row[0] <= last:
            lives.append([])
        last = row[0]
        lives[-1].append(row)
    return lives


@FLASHES
def test_a_full_flash_makes_the_oldest_file_go(make: FlashMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    flash = make(room=4_000 if make is flat else 200_000)
    rows = 300 if make is flat else 9_000
    logged = Logged(monkeypatch, flash, rows, hz=1 if make is flat else 10)
    logged.run()
    assert "log-0001.txt" not in flash.files and len(flash.files) >= 2
    events = decoded(log_of(flash), from_start=False)
    numbers = [row[0] for row in rows_of(events)]
    assert numbers == list(range(numbers[0], rows + 1)) and 1 < numbers[0] < rows
    assert events[-1] == End(rows)
    dropped = [event.fields.get("dropped") for event in events if isinstance(event, Status)]
    assert 0 < int(dropped[-1] or 0) <= numbers[0] - 1  # the last file may have pushed out one more


@FLASHES
def test_a_flash_full_of_other_things_is_an_error_and_what_was_written_stays(
    make: FlashMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash = make(room=700 if make is flat else 60_000)
    logged = Logged(monkeypatch, flash, 4_000, hz=1 if make is flat else 10)
    with pytest.raises(OSError, match="full 存储空间满了"):
        logged.run()
    kept = [row[0] for row in rows_of(decoded(log_of(flash), from_start=False))]
    assert kept == list(range(1, len(kept) + 1))
    assert bool(kept) == (make is flat)  # an ESP32 looks for room before it begins


@FLASHES
def test_fast_rows_are_written_together(make: FlashMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    flash = make()
    logged = Logged(monkeypatch, flash, 40, hz=100 if make is not flat else 10)
    saves: list[int] = []
    add = logged.logbook._Files.add
    logged.logbook._Files.add = lambda files, text, header, rows: (
        saves.append(rows),
        add(files, text, header, rows),
    )
    logged.run()
    assert len(saves) < 12 and sum(saves) == 40
    assert len(rows_of(decoded(log_of(flash)))) == 40


def test_events_and_faults_are_in_the_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    flash = littlefs()
    logged = Logged(monkeypatch, flash, 5)

    def read() -> int:
        if logged.measured == 3:
            logged.logbook.event("lid opened")
            raise OSError("no answer")
        return 1

    logged.logbook.channel("third", "", read)
    logged.run()
    events = decoded(log_of(flash))
    assert [event.text for event in events if isinstance(event, Mark)] == ["lid opened"]
    assert b" third no answer\n" in log_of(flash)
