"""What a board sends, sorted: gaps, restarts, clocks that jump, console text without end."""

from __future__ import annotations

from random import Random

import pytest
from measured import BEGUN_AT, EVENTFUL, HEADER, rows

from makerlab.recording.store.intake import LOG_HEAD, LOG_TAIL, Intake, Pending
from makerlab.wire.clock import LEAST_DELAY_S
from makerlab.wire.events import Channel, End, Event, Fault, Gap, Header, Mark, Restart, Samples, Text


def taken(*events: Event, at: float = BEGUN_AT) -> Pending:
    """All of them, half a second apart."""
    intake = Intake(BEGUN_AT)
    for event in events:
        at += 0.5
        intake.take([event], at)
    intake.close()
    return intake.pending()


def test_a_gap_stands_between_its_neighbours() -> None:
    pending = taken(HEADER, Gap(0, 2), Samples(rows(3, 5)), Gap(7, 3), Samples(rows(11, 5)), Gap(15, 1))
    first, middle, last = pending.gaps
    assert (first.row, first.start_s, first.end_s, first.lost) == (0, 0.0, 0.0, 2)
    assert (middle.row, middle.lost) == (5, 3)
    assert (middle.start_s, middle.end_s) == pytest.approx((0.4, 0.8), abs=0.01)
    assert (last.row, last.lost, last.start_s) == (10, 1, last.end_s)
    assert pending.lost == 6 and pending.rows == 10


def test_a_board_that_comes_back_leaves_a_gap_of_which_nobody_knows_how_many_rows_it_is() -> None:
    pending = taken(HEADER, Samples(rows(1, 5)), Restart(), HEADER, Samples(rows(1, 5)))
    (gap,) = pending.gaps
    assert (gap.part, gap.row, gap.lost) == (1, 0, None)
    assert gap.end_s - gap.start_s == pytest.approx(1.5 - 0.4)  # by this computer's clock
    assert [one.kind for one in pending.events] == ["restart"]
    assert [part.rows for part in pending.parts] == [5, 5] and pending.lost == 0


def test_numbers_that_begin_anew_are_a_restart_even_if_nobody_says_so() -> None:
    pending = taken(HEADER, Samples(rows(1, 5)), Samples(rows(1, 5)))
    assert [part.rows for part in pending.parts] == [5, 5]


def test_other_channels_are_another_part_without_a_gap() -> None:
    other = Header("cooling", (Channel("humidity", "percent"),), rate_hz=10.0)
    pending = taken(HEADER, Samples(rows(1, 5)), other, Samples([(6, 600, 40), (7, 700, 41)]))
    assert [part.header for part in pending.parts] == [HEADER, other] and not pending.gaps
    assert pending.seconds == pytest.approx(0.6, abs=0.01)


def test_another_rate_is_the_same_part() -> None:
    faster = Header("cooling", HEADER.channels, rate_hz=20.0)
    (part,) = taken(HEADER, Samples(rows(1, 5)), faster, Samples(rows(6, 5))).parts
    assert part.header.rate_hz == 20.0


@pytest.mark.parametrize("jump_s", [3600, 12 * 86400])
def test_a_clock_that_jumps_ahead_does_not_stretch_the_recording(jump_s: int) -> None:
    """Even in the middle of a batch: the decoder takes a clock that went back for one period more."""
    intake = Intake(BEGUN_AT)
    intake.take([HEADER], BEGUN_AT)
    for row in rows(1, 20):
        intake.take([Samples([row])], BEGUN_AT + 1 + row[1] / 1000)
    intake.take([Samples(rows(21, 3) + rows(24, 3, ticks=2400 + jump_s * 1000))], BEGUN_AT + 3.6)
    pending = intake.pending()
    assert [part.rows for part in pending.parts] == [23, 3]
    assert [one.kind for one in pending.events] == ["clock"] and not pending.gaps
    assert pending.seconds == pytest.approx(2.5, abs=0.3)


def test_a_clock_that_stood_still_does_not_shorten_it() -> None:
    intake = Intake(BEGUN_AT)
    intake.take([HEADER], BEGUN_AT)
    for row in rows(1, 20):
        intake.take([Samples([row])], BEGUN_AT + 1 + row[1] / 1000)
    intake.take([Samples(rows(21, 5))], BEGUN_AT + 3601)
    pending = intake.pending()
    assert [part.rows for part in pending.parts] == [20, 5]
    assert pending.seconds == pytest.approx(3599.9, abs=0.1)


def test_a_busy_computer_is_no_jump() -> None:
    """Rows wait for 50 s and then come in two batches: the clock ran through."""
    intake = Intake(BEGUN_AT)
    intake.take([HEADER, Samples(rows(1, 5))], BEGUN_AT + 0.5)
    intake.take([Samples(rows(6, 300))], BEGUN_AT + 50.4)
    intake.take([Samples(rows(306, 200))], BEGUN_AT + 50.6)
    assert [part.rows for part in intake.pending().parts] == [505]


def test_what_happens_has_the_boards_time() -> None:
    pending = taken(
        HEADER,
        Mark(100, "early"),
        Samples(rows(1, 5)),
        Mark(450, "lid"),
        Fault(460, "light", "ETIMEDOUT"),
        End(5),
    )
    assert [(one.kind, one.row, one.channel, one.text) for one in pending.events] == [
        ("mark", 0, "", "early"), ("mark", 5, "", "lid"), ("fault", 5, "light", "ETIMEDOUT"),
        ("end", 5, "", ""),
    ]  # fmt: skip
    assert [one.time_s for one in pending.events] == pytest.approx([0.0, 0.35, 0.36, 0.4])


def test_console_text_without_end_is_kept_at_both_ends() -> None:
    intake = Intake(BEGUN_AT)
    numbers: list[int] = []
    for start in range(0, 20_000, 1000):
        intake.take([Text(f"line {n}") for n in range(start, start + 1000)], BEGUN_AT)
        pending = intake.pending()
        intake.saved(pending, [])
        numbers += [line.number for line in pending.log]
    assert numbers == list(range(20_000))  # saved often enough: the notebook removes those in the middle
    intake = Intake(BEGUN_AT)
    intake.take([Text(f"line {n}\0\ud800" * 400) for n in range(20_000)], BEGUN_AT)
    log = intake.pending().log
    assert [line.number for line in log] == [*range(LOG_HEAD), *range(20_000 - LOG_TAIL, 20_000)]
    assert all(len(line.line) <= 1000 and line.line.encode() for line in log)


def test_what_could_not_be_saved_is_pending_again() -> None:
    intake = Intake(BEGUN_AT)
    intake.take(EVENTFUL, BEGUN_AT + 5)
    first = intake.pending()
    assert intake.pending().parts == []
    intake.not_saved(first)
    again = intake.pending()
    assert again == first and not again.is_empty
    intake.saved(again, [part.chunks()[1] for part in again.parts])
    assert intake.pending().is_empty


@pytest.mark.parametrize("clock_error", [-0.007, 0.0, 0.007])
@pytest.mark.parametrize(("minutes", "hz"), [(0.1, 10), (0.5, 10), (10, 0.5)])
def test_where_it_lies_on_the_sessions_axis_is_right_within_what_it_says(
    clock_error: float, minutes: float, hz: float
) -> None:
    """In 99 of 100 simulated runs: rows wait 1 to 4 ms at least, then as long as chance has it."""
    wrong, runs, errors = 0, 100, []
    for seed in range(runs):
        chance = Random(seed)
        intake = Intake(BEGUN_AT)
        intake.take([HEADER], BEGUN_AT)
        least_s = chance.uniform(0.001, LEAST_DELAY_S)
        at = BEGUN_AT
        count = max(3, int(minutes * 60 * hz))
        step_s = 1 / hz
        for number in range(count):
            ticks = round(5000 + number * step_s * 1000)
            true = BEGUN_AT + 2 + (ticks / 1000 - 5) / (1 + clock_error)
            at = max(at, true + least_s + chance.expovariate(1 / 0.008))
            intake.take([Samples([(number + 1, ticks, 1, 1)])], at)
        (part,) = intake.pending().parts
        last_true_s = 2 + (ticks / 1000 - 5) / (1 + clock_error)
        last_s = part.line.session_s + (ticks - 5000) / 1000 * part.line.rate
        error = max(abs(part.line.session_s - 2), abs(last_s - last_true_s))
        wrong += error > part.clock.alignment_error_s
        errors.append(part.clock.alignment_error_s)
    assert wrong <= runs // 100
    assert max(errors) < 0.5
