"""From bytes of the wire to what a page is sent."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from boards_on_page import header, row, send

from makerlab.errors import PortLost
from makerlab.i18n import speaking
from makerlab.web.feed import MOST_ROWS, RECENT_ROWS
from makerlab.web.hub import Hub, Position
from makerlab.wire.events import Restart
from makerlab.wire.stream import StreamDecoder


def blocks(message: bytes) -> list[tuple[int, bool, list[list[float]]]]:
    """(feed, anew, columns) of a message, read as the page reads it."""
    found = []
    at = 0
    while at < len(message):
        feed, anew, rows, columns = struct.unpack_from("<IIII", message, at)
        at += 16
        values = [np.frombuffer(message, "<f8", rows, at + n * rows * 8).tolist() for n in range(columns)]
        at += columns * rows * 8
        found.append((feed, bool(anew), values))
    return found


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_rows_become_columns_in_their_units(hub):
    send(
        hub,
        "COM3",
        header("temperature/degC/0.01,light/lx/1") + row(1, 1000, 2356, 512) + row(2, 1100, 2351, None),
    )
    ((_feed, anew, (times, temperature, light)),) = blocks(hub.news(Position()))
    assert anew
    assert times == pytest.approx([0.0, 0.1], abs=1e-3)
    assert temperature == pytest.approx([23.56, 23.51])
    assert light[0] == 512 and math.isnan(light[1])


def test_a_page_gets_only_what_it_does_not_have(hub):
    feed = hub.open("COM3", "COM3", str)
    decoder, position = StreamDecoder(), Position()
    feed.take(decoder.feed(header("x//1") + row(1, 0, 1), 5.0), 5.0)
    assert len(blocks(hub.news(position))) == 1
    assert hub.news(position) == b""
    feed.take(decoder.feed(row(2, 100, 2) + row(3, 200, 3), 5.2), 5.2)
    ((_feed, anew, (_times, values)),) = blocks(hub.news(position))
    assert (anew, values) == (False, [2, 3])
    assert len(blocks(hub.news(Position()))[0][2][1]) == 3, "a page that comes later gets all"


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_however_the_bytes_are_cut(hub, size):
    stream = header("x//1", hz=10) + b"".join(row(n, n * 100, n * n) for n in range(1, 30))
    feed, decoder = hub.open("COM3", "COM3", str), StreamDecoder()
    for at in range(0, len(stream), size):
        now = 10 + at / len(stream) * 3
        feed.take(decoder.feed(stream[at : at + size], now), now)
    assert list(feed.columns[0]) == [n * n for n in range(1, 30)]
    assert list(feed.times) == sorted(feed.times)


def test_lost_rows_are_a_gap_and_counted(hub):
    feed = send(
        hub, "COM3", header("x//1") + row(1, 100, 1) + row(2, 200, 2) + row(6, 600, 6) + row(7, 700, 7)
    )
    told = feed.described()
    assert told["lost"] == 3
    ((start, end, lost),) = told["gaps"]
    assert (start, end, lost) == (pytest.approx(0.1, abs=0.01), pytest.approx(0.5, abs=0.01), 3)


def test_a_board_that_was_away_leaves_a_gap_too(hub):
    feed = send(hub, "COM3", header("x//1") + row(1, 100, 1) + row(2, 200, 2), at=100.0)
    feed.take([Restart(unplugged=True)], 107.0)
    feed.take(StreamDecoder().feed(header("x//1") + row(1, 50, 3) + row(2, 150, 4), 107.5), 107.5)
    told = feed.described()
    ((start, end, lost),) = told["gaps"]
    assert (start, lost) == (pytest.approx(0.1, abs=0.01), 0)
    assert end == pytest.approx(7.5, abs=0.3)
    assert [event["kind"] for event in told["events"]] == ["away"]


def test_boards_that_started_together_lie_on_one_axis(hub):
    send(hub, "COM3", header("x//1") + row(1, 5_000, 1), at=100.0)
    send(hub, "COM4", header("x//1") + row(1, 9_000_000, 1), at=102.5)
    starts = [columns[0][0] for _feed, _anew, columns in blocks(hub.news(Position()))]
    assert starts == pytest.approx([0.0, 2.5])


def test_other_channels_begin_anew(hub):
    feed, decoder, position = hub.open("COM3", "COM3", str), StreamDecoder(), Position()
    feed.take(decoder.feed(header("x//1") + row(1, 100, 1), 1.0), 1.0)
    hub.news(position)
    feed.take(decoder.feed(header("x//1,y//1", seq=2) + row(2, 200, 2, 3), 1.1), 1.1)
    ((_feed, anew, columns),) = blocks(hub.news(position))
    assert anew and columns[1:] == [[2.0], [3.0]]


def test_an_hour_is_kept_in_outline_with_every_peak(hub):
    feed, position = hub.open("COM3", "COM3", str), Position()
    decoder = StreamDecoder()
    feed.take(decoder.feed(header("x//1", hz=100), 0.0), 0.0)
    peaks = {1_003: 900, 7_777: -900, 25_001: 800, 60_006: 700}
    for start in range(1, 100_000, 500):
        rows = b"".join(row(n, n * 10, peaks.get(n, n % 7)) for n in range(start, start + 500))
        at = (start + 499) / 100
        feed.take(decoder.feed(rows, at), at)
        assert len(feed.times) <= MOST_ROWS
    ((_feed, _anew, (times, values)),) = blocks(hub.news(position))
    assert set(peaks.values()) <= set(values), "a peak is gone"
    assert times == sorted(times) and times[-1] == pytest.approx(1000, abs=1)
    assert np.allclose(np.diff(times[-RECENT_ROWS + 500 :]), 0.01, atol=1e-3), "the newest are all there"


def test_what_is_missing_stays_missing_where_rows_are_thinned_out(hub):
    feed, decoder = hub.open("COM3", "COM3", str), StreamDecoder()
    feed.take(decoder.feed(header("x//1,y//1", hz=100), 0.0), 0.0)
    for start in range(1, MOST_ROWS + 1_000, 500):
        rows = b"".join(row(n, n * 10, None, n if n % 2 else None) for n in range(start, start + 500))
        feed.take(decoder.feed(rows, start / 100), start / 100)
    assert np.isnan(feed.columns[0]).all()
    assert np.isfinite(feed.columns[1]).any()


def test_garbage_and_tracebacks_are_kept_as_lines_without_control_characters(hub):
    stream = (
        header("x//1") + b"\x1b[31mets Jun  8 2016\x00\r\n" + "温度 \x07\u202e!\r\n".encode() + row(1, 100, 1)
    )
    feed = send(hub, "COM3", stream)
    assert feed.described()["lines"] == [" [31mets Jun  8 2016", "温度   !"]
    assert feed.described()["rows"] == 1


def test_problems_are_told_in_the_language_of_each_page(hub):
    feed = send(hub, "COM3", header("x//1") + row(1, 100, 1))
    feed.say("failed", error=PortLost(port="COM3"))
    told = {}
    for language in ("zh", "en"):
        with speaking(language):
            told[language] = hub.described()[0]["problem"]["what"]
    assert told["en"] == "The connection to COM3 broke off."
    assert "COM3" in told["zh"] and told["zh"] != told["en"]


def test_whoever_listens_is_told_until_it_leaves(hub):
    heard: list[int] = []

    def listener() -> None:
        heard.append(1)

    hub.listen(listener)
    feed = send(hub, "COM3", header("x//1") + row(1, 100, 1))
    before = len(heard)
    assert before >= 2
    feed.take([], 1.0)
    assert len(heard) == before, "nothing came"
    hub.leave(listener)
    feed.say("done")
    assert len(heard) == before
