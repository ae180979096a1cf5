"""The rate of an experiment, kept in real seconds although the board's clock is off."""

from __future__ import annotations

import pytest

from makerlab.experiment.rate import GOOD_ENOUGH, RateKeeper, highest_hz
from makerlab.wire.events import Channel, Event, Gap, Header, Samples, Text


def header(hz: float | None, **more: object) -> Header:
    return Header("light", (Channel("light"),), rate_hz=hz, **more)  # type: ignore[arg-type]


class Board:
    """Sends rows at the rate it is asked for, by a clock that runs `slow` times too slow."""

    def __init__(self, hz: float, slow: float) -> None:
        self.hz, self.slow = hz, slow
        self.seq, self.ticks, self.at = 0, 0.0, 0.0

    def row(self) -> Samples:
        self.seq += 1
        self.ticks += 1000 / self.hz
        self.at += self.slow / self.hz
        return Samples([(self.seq, round(self.ticks), 5)])


def run(keeper: RateKeeper, board: Board, rows: int) -> tuple[list[Event], list[bytes]]:
    kept, sent = keeper.take([header(board.hz)], board.at)
    commands = [sent] if sent else []
    for _ in range(rows):
        if sent:
            board.hz = float(sent.split()[1])
            events, sent = keeper.take([header(board.hz), board.row()], board.at + 0.004)
        else:
            events, sent = keeper.take([board.row()], board.at + 0.004)
        kept += events
        commands += [sent] if sent else []
    return kept, commands


def test_a_right_clock_at_the_programs_own_rate_is_left_alone():
    kept, commands = run(RateKeeper(), Board(10, slow=1.0), 600)
    assert commands == []
    assert len(kept) == 601


@pytest.mark.parametrize("slow", [1.007, 0.995])
def test_a_wrong_clock_is_put_right_within_a_thousandth(slow):
    board = Board(10, slow)
    _kept, commands = run(RateKeeper(), board, 600)
    assert 1 <= len(commands) <= 2
    assert board.hz / slow == pytest.approx(10, rel=0.001)


def test_the_wanted_rate_is_asked_for_and_rows_before_it_are_left_out():
    keeper = RateKeeper(20)
    kept, sent = keeper.take([header(10), Samples([(1, 0, 5)])], 0.0)
    assert sent == b"r 20\n"
    assert kept == [header(10)]
    kept, sent = keeper.take([Samples([(2, 100, 5)]), Gap(2, 1), Text("hello")], 0.1)
    assert (kept, sent) == ([Text("hello")], b"")
    after = [header(20), Samples([(4, 150, 5)])]
    assert keeper.take([Samples([(3, 110, 5)]), *after], 0.2) == (after, b"")


def test_a_rate_as_a_boards_short_floats_print_it_counts_as_the_same():
    keeper = RateKeeper(33.3333)
    assert keeper.take([header(10)], 0.0)[1] == b"r 33.3333\n"
    row = Samples([(2, 100, 5)])
    assert keeper.take([header(33.33334), row], 0.1)[0][1] == row


def test_a_program_that_keeps_its_own_rate_is_recorded_after_all():
    keeper = RateKeeper(20)
    keeper.take([header(10)], 0.0)
    assert keeper.take([Samples([(9, 900, 5)])], 0.9)[0] == []
    keeper.take([Samples([(11, 1100, 5)])], 1.1)
    row = Samples([(12, 1200, 5)])
    assert keeper.take([row], 1.2) == ([row], b"")


def test_a_clock_that_is_off_as_no_boards_is_not_followed():
    assert run(RateKeeper(), Board(10, slow=1.5), 600)[1] == []


def test_plain_prints_have_no_rate_to_keep():
    keeper = RateKeeper(20)
    rows = Samples([(1, 0, 5)])
    events: list[Event] = [header(None, form="plain"), rows]
    assert keeper.take(events, 0.0) == (events, b"")


def test_together_it_is_within_a_thousandth():
    assert 2 * GOOD_ENOUGH <= 0.001


@pytest.mark.parametrize(
    ("rows", "late", "achieved", "expected"),
    [
        (100, 0, 10.0, None),
        (1000, 40, 96.0, None),  # busy now and then
        (1000, 3000, 51.3, 51.3),
        (95, 6, 19.0, 19.0),
        (1, 5, None, None),
    ],
)
def test_a_board_that_cannot_keep_the_rate_shows_the_highest_it_can(rows, late, achieved, expected):
    assert highest_hz(rows, late, achieved) == expected


def test_bursts_have_the_programs_own_rate():
    burst = header(5000, tick_s=1e-6, fields={"w": "burst"})
    events: list[Event] = [burst, Samples([(1, 5, 5)])]
    assert RateKeeper(100.0).take(events, 1.0) == (events, b"")
