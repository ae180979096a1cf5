"""What `maker run` shows: the figures, the curves, and that they fit every window and console."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from makerlab.cli.base import use_utf8_safely
from makerlab.cli.curve import MAX_BUCKETS, Trace, draw, limits, round_span_s
from makerlab.cli.figures import KEPT_LINES, Figures, harmless
from makerlab.cli.live import LiveView, draws_finely
from makerlab.cli.view import LINES_A_SECOND, PlainView
from makerlab.experiment.model import Experiment
from makerlab.experiment.until import Until
from makerlab.i18n import set_language
from makerlab.wire.events import Channel, Event, Fault, Gap, Header, Mark, Samples, Status, Text

EXPERIMENT = Experiment("light", {"zh": "光线", "en": "Light"}, {"": ""}, {"": "light.py"})
CHANNEL = Channel("light", "lx", 0.1, 1)
HEADER = Header("light", (CHANNEL,), rate_hz=10)


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def rows(count: int, width: int = 1, first: int = 1) -> Samples:
    """Rows that draw a wave."""
    wave = (round(500 + 300 * math.sin(seq / 9)) for seq in range(first, first + count))
    return Samples([(seq, seq * 100, *[value] * width) for seq, value in enumerate(wave, first)])


def figures(*events: Event, at: float = 5.0, asked_hz: float | None = None) -> Figures:
    shown = Figures(EXPERIMENT, asked_hz)
    shown.take(list(events), at)
    return shown


# -- curves ------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(1, 200))
def test_a_trace_keeps_every_extreme_in_bounded_memory(values, count):
    trace = Trace()
    for value in values:
        trace.add(value)
    assert len(trace._buckets) <= MAX_BUCKETS
    assert (trace.low, trace.high) == (min(values), max(values))
    columns = trace.columns(count)
    assert len(columns) == count
    if len(trace._buckets) >= count:
        assert (min(low for low, _ in columns), max(high for _, high in columns)) == (trace.low, trace.high)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_limits_are_round_and_just_outside(low, span):
    bottom, top, decimals = limits(low, low + span)
    room = top - bottom
    assert bottom <= low + room * 1e-6 and top >= low + span - room * 1e-6
    assert bottom < top
    if span > max(1e-3 * abs(low), 1e-9):
        assert room <= 2 * span
        assert float(f"{bottom:.{decimals}f}") == pytest.approx(bottom, abs=room * 1e-6)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (21.5, 25.5, ("21", "26")),
        (0, 49, ("0", "60")),
        (0, 0, ("-1.0", "1.0")),
        (1.003, 1.004, ("1.0030", "1.0040")),
    ],
)
def test_labels(low, high, labels):
    trace = Trace()
    trace.add(low)
    trace.add(high)
    curve = draw(trace, 20, 4, braille=True)
    assert (curve.bottom, curve.top) == labels


@pytest.mark.parametrize("braille", [True, False])
def test_a_curve_takes_its_share_of_the_width(braille):
    trace = Trace()
    for value in range(100):
        trace.add(value)
    for share, width in ((1.0, 40), (0.5, 20), (0.0, 1)):
        lines = draw(trace, 40, 3, braille, share).lines
        assert len(lines) == 3
        assert {len(line) for line in lines} == {width}
    assert draw(Trace(), 40, 3, braille).lines == ["", "", ""]


def test_a_time_axis_grows_in_few_steps():
    assert [round_span_s(seconds) for seconds in (0, 10, 10.1, 59, 61, 3599, 3601, 20_000)] == [
        10, 10, 20, 60, 120, 3600, 7200, 28800,
    ]  # fmt: skip


# -- figures -----------------------------------------------------------------------------------------------


def test_values_stand_as_they_were_measured():
    shown = figures(HEADER, Samples([(1, 0, 235), (2, 100, 236), (3, 200, None), (4, 300, 230)]))
    (channel,) = shown.channels
    assert (channel.reading, channel.spread) == ("23.0 lx", "lowest 23.0, highest 23.6")
    assert (shown.rows, shown.seconds) == (4, pytest.approx(0.3))


def test_a_channel_that_cannot_be_read_says_so_until_it_can():
    shown = figures(HEADER, Fault(0, "light", "ENODEV\x1b[2J"), Samples([(1, 0, None)]))
    (channel,) = shown.channels
    assert channel.problem == "cannot be read: nothing answers; check its wiring (ENODEV [2J)"
    assert channel.reading == "-"
    shown.take([rows(1, first=2)], 5.1)
    assert channel.problem == ""


def test_losses_are_counted_and_named():
    shown = figures(HEADER, rows(3), Gap(3, 2), Status({"late": "4"}), asked_hz=10)
    assert "2 lost" in shown.state(5.0, 0.0)
    assert "2 rows lost" in shown.summary()
    assert "4 left out because the board was busy" in shown.summary()


def test_a_rate_the_board_cannot_keep_is_said_with_the_highest_it_can():
    shown = figures(HEADER, asked_hz=50)
    for seq in range(1, 61):
        shown.take([Samples([(seq, seq * 50, 5)]), Status({"late": str(seq)})], seq * 0.05)
    assert "60 left out because the board was busy" in shown.summary()
    assert "the highest this program can do here: 20.00 a second" in shown.summary()


def test_rows_that_come_when_something_changes_may_stay_away():
    door = Header("door", (CHANNEL,), rate_hz=50, fields={"w": "change"})
    shown = figures(door, rows(2), at=5.0)
    assert "No data" not in shown.state(90.0, 0.0)
    assert "a second" not in shown.summary()


def test_silence_is_said():
    shown = figures(HEADER, rows(3), at=5.0)
    assert "No data" not in shown.state(7.9, 0.0)
    assert shown.state(8.5, 0.0) == "No data for 4 s."
    assert figures().state(4.0, 0.0) == "No data for 4 s."
    slow = figures(Header("slow", (CHANNEL,), rate_hz=0.1), rows(1), at=5.0)
    assert "No data" not in slow.state(30.0, 0.0)


def test_the_rate_counts_anew_when_the_board_is_asked_for_another():
    shown = figures(HEADER)
    for seq in range(1, 101):
        shown.take([Samples([(seq, seq * 100, 5)])], seq * 0.1007)
    faster = Header("light", (CHANNEL,), rate_hz=10.07)
    shown.take([faster], 10.08)
    for seq in range(101, 301):
        shown.take([Samples([(seq, 10_000 + round((seq - 100) * 99.305), 5)])], 10.07 + (seq - 100) * 0.1)
    assert shown.achieved_hz == pytest.approx(10, rel=0.001)
    assert "(asked: 10)" in shown.summary()


def test_the_first_lines_of_plain_prints_are_data_not_text():
    shown = figures(Text("1"), Text("2"), Text("3"))
    assert shown.lines == ["1", "2", "3"]
    shown.take([Header("", (CHANNEL,), form="plain"), rows(3), Text("bye")], 5.0)
    assert (shown.lines, shown.printed) == (["bye"], 1)
    assert "losses unknown" in shown.state(5.0, 0.0) and "losses unknown" in shown.summary()


@given(st.text())
def test_nothing_a_board_prints_moves_the_cursor(text):
    assert harmless(text).replace(" ", "").isprintable()


def test_kept_text_is_bounded():
    shown = figures(*[Text(f"line {n}") for n in range(1000)])
    assert (len(shown.lines), shown.lines[-1], shown.printed) == (KEPT_LINES, "line 999", 1000)


# -- in a terminal -----------------------------------------------------------------------------------------


def drawn(shown: Figures, width: int, height: int, encoding: str = "utf-8", **options: object) -> list[str]:
    """The lines of the picture."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, width=width, height=height, force_terminal=True, color_system=None)
    until = options.get("until", Until())
    assert isinstance(until, Until)
    view = LiveView(shown, "Light · ESP32 · COM3", until, options.get("plot") is not False, console)
    view.update(5.0)
    with console.capture() as capture:
        console.print(view.render())
    return capture.get().splitlines()


def wide_figures(channels: int, lines: int = 3, marks: int = 2) -> Figures:
    header = Header("x", tuple(Channel(f"通道{n}", "m/s2", 0.01, 2) for n in range(channels)), rate_hz=10)
    texts = [Text("a long line of text 一行很长的文字 " * 9) for _ in range(lines)]
    return figures(header, rows(400, channels), *texts, *[Mark(100, "lid opened 打开") for _ in range(marks)])


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 15), (40, 10), (200, 60), (80, 8)])
@pytest.mark.parametrize("channels", [0, 1, 2, 3, 6, 12, 40])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_the_picture_fits_the_window(width, height, channels, encoding):
    shown = wide_figures(channels) if channels else figures(*[Text("text") for _ in range(99)])
    lines = drawn(shown, width, height, encoding)
    assert len(lines) < height
    assert all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_old_chinese_console_can_show_all_of_it(language):
    set_language(language)
    lines = drawn(wide_figures(2, marks=0), 80, 24, "gbk")
    text = "\n".join(lines)
    use_utf8_safely()
    assert "?" not in text.encode("gbk", "simpler").decode("gbk")
    assert not set(text) & set("╭│╰─┌└")  # two columns wide there
    assert "▇" in text or "█" in text
    assert all(sum(2 if ord(char) > 127 else 1 for char in line) <= 80 for line in lines if "█" in line)


def test_values_rate_and_end_are_in_the_picture():
    text = "\n".join(drawn(figures(HEADER, rows(90)), 80, 24, until=Until(seconds=10.0)))
    for part in ("Light · ESP32 · COM3", "90 rows", "0 lost", "8.9 / 10 s", "Ctrl-C", "lx", "lowest"):
        assert part in text
    assert "90 / 200 rows" in "\n".join(drawn(figures(HEADER, rows(90)), 80, 24, until=Until(samples=200)))


def test_without_curves():
    lines = drawn(figures(HEADER, rows(90)), 80, 24, plot=False)
    assert len(lines) == 4
    assert not any("⣀" <= char <= "⣿" for char in "".join(lines))


def test_a_program_that_only_talks_has_the_whole_window():
    lines = drawn(figures(*[Text(f"line {n}") for n in range(99)]), 80, 24)
    assert sum("line" in line for line in lines) > 12
    assert "line 98" in lines[-3]
    assert "Waiting" in "".join(drawn(figures(), 80, 24))


def test_an_old_windows_console_gets_no_braille(monkeypatch):
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert draws_finely(console) is True
    monkeypatch.setattr("makerlab.cli.live.sys.platform", "win32")
    for name in ("WT_SESSION", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    assert draws_finely(console) is False
    monkeypatch.setenv("WT_SESSION", "1")
    assert draws_finely(console) is True


# -- without a terminal ------------------------------------------------------------------------------------


def test_plain_lines_once_a_second(capsys):
    shown = figures(HEADER)
    view = PlainView(shown, "Light")
    for tenth in range(25):
        shown.take([rows(1, first=tenth + 1)], tenth / 10)
        view.update(tenth / 10)
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["Light", "1.0", "2.0"]
    assert "lx" in printed[1] and "0 lost" in printed[1]


def test_a_flood_of_text_is_cut_short(capsys):
    view = PlainView(figures(), "Light")
    view.update(0.0)
    view.take([Text("\x1b[31mhello")] * 500, 0.5)
    view.update(1.0)
    printed = capsys.readouterr().out
    assert printed.count("hello") == LINES_A_SECOND
    assert f"... {500 - LINES_A_SECOND} more lines" in printed
    assert "\x1b" not in printed
