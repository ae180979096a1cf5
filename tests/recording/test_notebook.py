"""The notebook: what boards sent is found again, as it was."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured import BEGUN, BEGUN_AT, CHANNELS, EVENTFUL, HEADER, about, flat, record, rows

from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import Derived, Transform
from makerlab.recording.csv_file import FileTaken
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NoRecording, NothingRecorded
from makerlab.recording.store.writer import Writer
from makerlab.wire.events import (
    Channel,
    End,
    Event,
    Fault,
    Gap,
    Header,
    Mark,
    Restart,
    Samples,
    Status,
    Text,
)  # fmt: skip
from makerlab.wire.stream import StreamDecoder


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    with Notebook(tmp_path / "记录 1?.sqlite3") as opened:
        yield opened


def recorded(notebook: Notebook, events: list[Event], **other: object) -> int:
    with notebook.record(about(**other), BEGUN_AT) as writer:
        record(writer, events)
    return writer.id


# -- what was recorded -------------------------------------------------------------------------------


def test_a_recording_is_what_was_measured(notebook: Notebook) -> None:
    said = about(
        "冷却", experiment="cooling", lesson="a/b sha256", label="第3组", board="esp32", board_id="a4cf",
        runtime="MicroPython v1.27.0", port="COM3", program="print('温度')\n", rate_hz=10.0, session="s",
        note="盖子开着", channel_titles={"light": {"zh": "光照", "en": "light"}},
    )  # fmt: skip
    with notebook.record(said, BEGUN_AT) as writer:
        record(writer, [*EVENTFUL, Status({"late": "0"}), Fault(450, "light", "ETIMEDOUT"), End(5)])
    found = notebook.get(writer.id)
    assert found.about == replace(said, started_at=BEGUN + timedelta(seconds=1.1))  # the first row's
    assert found.channels == CHANNELS and found.ended == "complete"
    assert (found.rows, found.lost) == (45, 3)
    assert [gap.lost for gap in found.gaps] == [3, None]
    assert [(one.kind, one.text) for one in found.events] == [
        ("mark", "lid opened"), ("away", ""), ("fault", "ETIMEDOUT"), ("end", ""),
    ]  # fmt: skip
    assert [line.line for line in found.log] == ["booting"]
    assert [part.rows for part in found.parts] == [40, 5] and found.parts[1].status == {"late": "0"}
    assert found == notebook.get(str(writer.id)) == notebook.get("last")
    assert found.clock.offset_s == pytest.approx(1.1, abs=0.01)


def test_its_rows_as_columns(notebook: Notebook) -> None:
    events: list[Event] = [HEADER, Samples(rows(1, 5)), Samples([(6, 600, None, 6), (7, 700, -5, None)])]
    columns = notebook.samples(recorded(notebook, events))
    assert columns.seq.tolist() == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(
        columns.values["temperature"], [20.0, 20.01, 20.02, 20.03, 20.04, math.nan, -0.05]
    )
    np.testing.assert_array_equal(columns.values["light"], [1, 2, 3, 4, 5, 6, math.nan])
    assert columns.time_s == pytest.approx([n / 10 for n in range(7)], abs=0.01)
    part = notebook.samples(1, columns.time_s[2], columns.time_s[4])
    assert part.seq.tolist() == [3, 4, 5]
    assert notebook.samples(1, 50, 60).seq.tolist() == []


def test_other_channels_later_have_columns_of_their_own(notebook: Notebook) -> None:
    lux = Header("x", (Channel("light", "percent"), Channel("new")), rate_hz=10.0)
    id = recorded(notebook, [HEADER, Samples(rows(1, 2)), lux, Samples([(3, 300, 50, 1)])])
    assert [channel.name for channel in notebook.get(id).channels] == [
        "temperature", "light", "light (percent)", "new",
    ]  # fmt: skip
    columns = notebook.samples(id)
    np.testing.assert_array_equal(columns.values["light"], [1, 2, math.nan])
    np.testing.assert_array_equal(columns.values["light (percent)"], [math.nan, math.nan, 50])
    assert list(notebook.envelope(id).low) == list(columns.values)


def test_plain_prints_as_they_are(notebook: Notebook) -> None:
    decoder, at = StreamDecoder(), BEGUN_AT
    with notebook.record(about(), at) as writer:
        for text in ("x:23.5,y:1", "x:nan,y:2", "x:24,y:3", "x:0.30000000000000004,y:-4", "oops"):
            at += 0.25
            writer.take(decoder.feed(f"{text}\n".encode(), at), at)
        writer.take(decoder.close(), at)
    columns = notebook.samples(writer.id)
    np.testing.assert_array_equal(columns.values["x"], [23.5, math.nan, 24, 0.30000000000000004])
    (samples,) = (event for event in flat(notebook.batches(writer.id)) if isinstance(event, Samples))
    assert [row[2:] for row in samples.rows] == [(23.5, 1), (None, 2), (24, 3), (0.30000000000000004, -4)]
    assert notebook.get(writer.id).log[-1].line == "oops"


def test_it_can_be_looked_at_while_it_is_measured(notebook: Notebook) -> None:
    with notebook.record(about(), BEGUN_AT) as writer:
        writer.take([HEADER, Samples(rows(1, 5))], BEGUN_AT + 1.6)
        notebook.save()
        assert notebook.get("last").ended == "running" and notebook.find()[0].rows == 5
        assert len(notebook.samples(writer.id).seq) == 5
        writer.take([Samples(rows(6, 5))], BEGUN_AT + 2.1)
    assert notebook.get("last").ended == "complete" and len(notebook.samples(writer.id).seq) == 10


def test_nothing_measured_nothing_kept(notebook: Notebook) -> None:
    recorded(notebook, [Text("hello"), HEADER])
    assert notebook.find() == []
    with pytest.raises(NothingRecorded):
        notebook.get("last")


def test_recordings_nobody_ended_are_cut(tmp_path: Path) -> None:
    with Notebook(tmp_path / "n.sqlite3") as notebook:
        notebook.record(about(), BEGUN_AT).take([HEADER, Samples(rows(1, 5))], BEGUN_AT)
    with Notebook(tmp_path / "n.sqlite3") as notebook:
        assert [(one.ended, one.rows) for one in notebook.find()] == [("cut", 5)]


def test_many_boards_at_once_from_many_threads(notebook: Notebook) -> None:
    def board(number: int) -> None:
        with notebook.record(about(label=f"board {number}", session="together"), BEGUN_AT) as writer:
            writer.take([HEADER], BEGUN_AT)
            for first in range(1, 2000, 10):
                writer.take(
                    [Samples([(n, n, number, n) for n in range(first, first + 10)])], BEGUN_AT + first / 1e3
                )
                if first % 500 == 1:
                    notebook.save()

    threads = [threading.Thread(target=board, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notebook.find(session="together")) == 8
    for number in range(8):
        (one,) = notebook.find(f"board {number}")
        columns = notebook.samples(one.id, raw=True)
        assert columns.seq.tolist() == list(range(1, 2001))
        assert set(columns.values["temperature"]) == {number / 100}


# -- what comes out is what came in ------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rows", "rows", "rows", "gap", "mark", "fault", "restart", "text", "other", "save"]),
        st.integers(1, 700),
        st.booleans(),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_whatever_came_comes_again(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
) -> None:
    """Rows, gaps, events, restarts and other channels; saved at any moment."""
    header, seq, ticks, at = HEADER, 0, 5000, BEGUN_AT
    given_events: list[Event] = [header, Samples([(1, ticks, 1, 1)])]
    seq = 1
    with Notebook(tmp_path_factory.mktemp("n") / "n.sqlite3") as notebook:
        with notebook.record(about(), BEGUN_AT) as writer:
            writer.take(list(given_events), at)
            for kind, count, odd in steps:
                events: list[Event] = []
                if kind == "save":
                    notebook.save()
                elif kind == "gap":
                    events = [Gap(seq, count)]
                    seq += count
                elif kind == "mark":
                    events = [Mark(ticks, f"mark {count}")]
                elif kind == "fault":
                    events = [Fault(ticks, "light", str(count))]
                elif kind == "text":
                    events = [Text(f"line {count}")]
                elif kind == "restart":
                    events = [Restart(unplugged=odd), header]
                    seq, ticks = 0, 5000
                elif kind == "other":
                    header = HEADER if header is not HEADER else Header("x", CHANNELS[:1], rate_hz=10.0)
                    events = [header]
                if kind in ("gap", "restart", "other", "rows"):
                    values: tuple[int | None, ...] = (count, None if odd else -count)[: len(header.channels)]
                    samples = [(seq + n, ticks + n * 10, *values) for n in range(1, count + 1)]
                    seq, ticks = seq + count, ticks + count * 10
                    at += count / 100
                    events.append(Samples(samples))
                given_events += events
                writer.take(events, at)
        found = list(flat(notebook.batches(writer.id)))
        wanted = list(flat([(given_events, 0.0)]))
        for kinds in (Samples | Gap | Restart, Mark | Fault | Restart | Samples, Text):
            assert list(flat([([one for one in found if isinstance(one, kinds)], 0)])) == list(
                flat([([one for one in wanted if isinstance(one, kinds)], 0)])
            )
        assert [one.channels for one in found if isinstance(one, Header)] == [
            one.channels for one in wanted if isinstance(one, Header)
        ]
        times = [at for _events, at in notebook.batches(writer.id)]
        assert times == sorted(times)
        columns = notebook.samples(writer.id)
        assert len(columns.seq) == notebook.get(writer.id).rows
        assert (np.diff(columns.time_s) >= 0).all()


def test_a_replay_has_the_batches_that_came(notebook: Notebook) -> None:
    id = recorded(notebook, EVENTFUL)
    batches = [
        (sum(len(e.rows) for e in events if isinstance(e, Samples)), at)
        for events, at in notebook.batches(id)
    ]
    assert [count for count, _at in batches] == [20, 10, 10, 5]
    assert [at for _count, at in batches] == pytest.approx([1.9, 2.9, 4.2, 6.7], abs=0.1)


# -- as it is to be read -----------------------------------------------------------------------------

CALIBRATION = {"temperature": Calibration((20.0, 20.5), (0.0, 100.0), "degC")}


def test_calibration_and_derived_channels_are_applied_when_it_is_read(notebook: Notebook) -> None:
    """As `Transform` shows them while it is measured."""
    derived = (Derived("rise", "temperature - first(temperature)"), Derived("half", "light / 2"))
    samples = Samples([*rows(1, 300), (301, 30_100, None, 5)])
    id = recorded(notebook, [HEADER, samples], calibration=CALIBRATION, derived=derived)
    header, shown = Transform(CALIBRATION, derived).take([HEADER, samples])
    assert isinstance(header, Header) and isinstance(shown, Samples)
    assert notebook.get(id).channels == header.channels
    for columns in (notebook.samples(id), notebook.samples(id, 5.0, 8.0)):
        for place, (channel, column) in enumerate(
            zip(header.channels, columns.values.values(), strict=True), 2
        ):
            known = [row[place] for row in shown.rows if row[0] in columns.seq]
            wanted = [math.nan if one is None else one * channel.scale for one in known]
            assert column.tolist() == pytest.approx(wanted, nan_ok=True)
    assert list(notebook.samples(id, raw=True).values) == ["temperature", "light"]
    assert notebook.envelope(id, buckets=10).high["rise"].max() == pytest.approx(99 * 0.01 * 200)


def test_a_calibration_of_another_unit_is_none_of_this_channels(notebook: Notebook) -> None:
    other = {"temperature": replace(CALIBRATION["temperature"], unit="degF")}
    id = recorded(notebook, [HEADER, Samples(rows(1, 3))], calibration=other)
    assert notebook.samples(id).values["temperature"].tolist() == [20.0, 20.01, 20.02]


# -- one axis for those measured together ------------------------------------------------------------


def test_boards_measured_together_lie_on_one_axis(notebook: Notebook) -> None:
    """One of them 0.7 % slow and begun 5 s later: what both saw at the same time has the same time."""
    chance = Random(3)
    errors = []
    for clock_error, begins_s in ((0.0, 2.0), (-0.007, 7.0)):
        with notebook.record(about(session="together"), BEGUN_AT) as writer:
            writer.take([HEADER], BEGUN_AT)
            for number in range(1, 1200):
                true_s = begins_s + number / 10
                ticks = round((true_s - begins_s) * (1 + clock_error) * 1000) + 777
                at = BEGUN_AT + true_s + 0.002 + min(chance.expovariate(200), 0.09)
                writer.take([Samples([(number, ticks, round(true_s * 100), 1)])], at)
        columns = notebook.samples(writer.id, on_session=True)
        error = np.abs(columns.time_s - columns.values["temperature"]).max()
        assert error < notebook.get(writer.id).clock.alignment_error_s + 0.005  # a tick, a hundredth
        errors.append(error)
        assert notebook.get(writer.id).clock.offset_s == pytest.approx(begins_s + 0.1, abs=0.05)
        inside = notebook.samples(writer.id, 50.0, 51.0, on_session=True)
        assert len(inside.seq) in (10, 11) and 50.0 <= inside.time_s[0] <= inside.time_s[-1] <= 51.0
    assert max(errors) < 0.01


# -- found, changed, gone ----------------------------------------------------------------------------


def test_found_by_words_in_any_order_newest_first(notebook: Notebook) -> None:
    for number, (title, other) in enumerate(
        [
            ("Cooling", {"label": "第3组"}),
            ("冷却曲线", {"label": "第3组"}),
            ("Light", {"note": "cooling 100%"}),
        ]
    ):
        recorded(notebook, [HEADER, Samples(rows(1, number + 1))], title=title, **other)
    assert [one.title for one in notebook.find()] == ["Light", "冷却曲线", "Cooling"]
    assert [one.title for one in notebook.find("COOLING")] == ["Light", "Cooling"]
    assert [one.title for one in notebook.find("第3组 冷却")] == ["冷却曲线"]
    assert [one.title for one in notebook.find("100% light")] == ["Light"]
    assert [one.title for one in notebook.find("_")] == []
    assert [one.rows for one in notebook.find(limit=2)] == [3, 2]


def test_a_number_is_never_given_again(notebook: Notebook) -> None:
    first, second = (recorded(notebook, [HEADER, Samples(rows(1, 3))]) for _ in range(2))
    notebook.delete([second])
    assert recorded(notebook, [HEADER, Samples(rows(1, 3))]) == second + 1
    assert [one.id for one in notebook.find()] == [second + 1, first]


@pytest.mark.parametrize("which", ["", "x", "-1", "1.0", "９", "9" * 30, "99"])
def test_what_is_no_recording_is_said_to_be_none(notebook: Notebook, which: str) -> None:
    with pytest.raises(NoRecording):
        notebook.get(which)
    with pytest.raises(NoRecording):
        notebook.samples(99)
    with pytest.raises(NoRecording):
        notebook.edit(99, title="x")


def test_deleting_makes_room_and_takes_all_or_none(notebook: Notebook) -> None:
    noise = Random(1)
    big = [(n, n * 10, noise.randrange(2**30), noise.randrange(2**30)) for n in range(1, 60_000)]
    id = recorded(notebook, [HEADER, Samples(big), Mark(5, "x"), Text("y")], program="x" * 1000)
    kept = recorded(notebook, [HEADER, Samples(rows(1, 3))], program="z")
    with pytest.raises(NoRecording):
        notebook.delete([id, 99])
    assert len(notebook.find()) == 2
    assert notebook._rows("PRAGMA page_count")[0][0] > 120
    notebook.delete([id])
    assert notebook.path.stat().st_size < 100_000
    for table in ("part", "gap", "event", "log", "program", "recording"):
        column = {"program": "text", "recording": "id"}.get(table, "recording")
        left = {value for (value,) in notebook._rows(f"SELECT {column} FROM {table}")}
        assert left <= {kept, "z"}, table
    assert len(notebook.samples(kept).seq) == 3


def test_a_backup_is_whole_while_it_is_measured(notebook: Notebook, tmp_path: Path) -> None:
    id = recorded(notebook, EVENTFUL)
    running = notebook.record(about("running"), BEGUN_AT)
    running.take([HEADER, Samples(rows(1, 5))], BEGUN_AT)
    notebook.save()
    copy = tmp_path / "folder" / "copy.sqlite3"
    notebook.backup(copy)
    running.take([Samples(rows(6, 5))], BEGUN_AT)
    running.close()
    with Notebook(copy) as copied:
        assert [(one.title, one.rows, one.ended) for one in copied.find()] == [
            ("running", 5, "cut"), ("Cooling", 45, "complete"),
        ]  # fmt: skip
        assert copied.get(id) == notebook.get(id)
    with pytest.raises(FileTaken):
        notebook.backup(copy)
    assert [one.name for one in copy.parent.iterdir()] == ["copy.sqlite3"]


# -- envelopes ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Notebook, int]]:
    """200,000 rows at 1 kHz with peaks of one row, and 10 s lost in the middle."""
    chance = Random(5)
    with Notebook(tmp_path_factory.mktemp("long") / "n.sqlite3") as notebook:
        with notebook.record(about(), BEGUN_AT) as writer:
            writer.take([replace(HEADER, rate_hz=1000.0)], BEGUN_AT)
            for first in range(1, 200_001, 1000):
                if first == 100_001:
                    writer.take([Gap(100_000, 10_000)], BEGUN_AT)
                skip = 10_000 if first > 100_000 else 0
                batch = [
                    (first + skip + n, first + skip + n, chance.randrange(100), None if n < 3 else n % 7)
                    for n in range(1000)
                ]
                if chance.random() < 0.3:
                    peak = chance.randrange(1000)
                    batch[peak] = (*batch[peak][:2], chance.choice([-5000, 5000]) + peak, 1)
                writer.take([Samples(batch)], BEGUN_AT + (first + skip + 999) / 1000)
        yield notebook, writer.id


@pytest.mark.parametrize("buckets", [10, 97, 1000])
@pytest.mark.parametrize("span", [(None, None), (0.0, 50.0), (33.3, 180.01), (99.0, 111.0), (120.0, 120.5)])
def test_no_peak_is_missing(
    long_one: tuple[Notebook, int], buckets: int, span: tuple[float | None, float | None]
) -> None:
    """Every row is between the lowest and highest of its bucket or, where blocks lie on an edge, the next."""
    notebook, id = long_one
    columns, envelope = notebook.samples(id, *span), notebook.envelope(id, *span, buckets)
    assert int(envelope.rows.sum()) == len(columns.seq)
    assert len(envelope.time_s) <= 2 * buckets and (np.diff(envelope.time_s) > 0).all()
    width = (columns.time_s[-1] - columns.time_s[0]) / buckets
    for name, values in columns.values.items():
        assert np.nanmin(envelope.low[name]) == np.nanmin(values)
        assert np.nanmax(envelope.high[name]) == np.nanmax(values)
        for peak in np.flatnonzero(np.abs(values) > 20):
            near = np.abs(envelope.time_s - columns.time_s[peak]) <= width * 1.2
            assert (envelope.low[name][near] <= values[peak]).any() and (
                envelope.high[name][near] >= values[peak]
            ).any()
    assert not ((envelope.time_s > 100.2 + width) & (envelope.time_s < 109.8 - width)).any()  # the gap


def test_few_rows_are_the_curve_themselves(notebook: Notebook) -> None:
    id = recorded(notebook, [HEADER, Samples(rows(1, 30))])
    envelope, columns = notebook.envelope(id), notebook.samples(id)
    assert envelope.time_s.tolist() == columns.time_s.tolist()
    assert (
        envelope.low["light"].tolist() == envelope.high["light"].tolist() == columns.values["light"].tolist()
    )
    assert len(notebook.envelope(id, 500, 600).time_s) == 0


def test_rows_far_apart_stay_where_they_are(notebook: Notebook) -> None:
    """A row comes when something changes: within a block of them there may be hours."""
    header = replace(HEADER, fields={"w": "change"})
    seq, ticks = 0, 0
    with notebook.record(about(), BEGUN_AT) as writer:
        writer.take([header], BEGUN_AT)
        for stretch in range(4):
            for _ in range(5000):
                seq, ticks = seq + 1, ticks + 1
                writer.take([Samples([(seq, ticks, stretch * 100, 1)])], BEGUN_AT + ticks / 1000)
            ticks += 3_600_000
    envelope = notebook.envelope(writer.id, buckets=8)
    assert (envelope.rows == 5000).sum() == 4 and len(envelope.rows) == 4
    assert envelope.low["temperature"].tolist() == envelope.high["temperature"].tolist() == [0, 1, 2, 3]


def test_an_envelope_is_calibrated_too(notebook: Notebook) -> None:
    """Also by a calibration that turns lowest into highest."""
    upside_down = {"temperature": Calibration((0.0, 1.0), (0.0, -2.0), "degC")}
    id = recorded(notebook, [HEADER, Samples(rows(1, 30_000, step=1))], calibration=upside_down)
    envelope = notebook.envelope(id, buckets=5)
    assert envelope.low["temperature"].min() == -2 * 20.99 and envelope.high["temperature"].max() == -2 * 20.0


def test_a_writer_is_a_consumer(notebook: Notebook) -> None:
    """Closing twice, or taking after the end, harms nothing."""
    writer: Writer = notebook.record(about(), BEGUN_AT)
    record(writer, [HEADER, Samples(rows(1, 3))])
    writer.take([], BEGUN_AT + 5)
    writer.close()
    writer.close()
    writer.take([Samples(rows(4, 3))], BEGUN_AT)
    assert notebook.get("last").rows == 3
