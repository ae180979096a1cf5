"""Recordings as CSV: what Excel, WPS and pandas will find, and what stays when the disk gives up."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.i18n import set_language
from makerlab.recording import csv_file
from makerlab.recording.csv_file import FLUSH_S, CsvFile, CsvRecorder, FileTaken, NotSaved, SavingStopped
from makerlab.recording.file_names import default_name, is_windows_name
from makerlab.recording.table import Table, text_cell
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel, Event, Fault, Gap, Header, Mark, Restart, Samples, Text
from makerlab.wire.stream import StreamDecoder

CHANNELS = (Channel("temperature", "degC", 0.01, 2), Channel("light", "lx", 1.0, 0))
HEADER = Header("cooling", CHANNELS, rate_hz=10.0)
ONE_ROW: list[Event] = [HEADER, Samples([(1, 0, 2356, 512)])]


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


def table_lines(*events: Event) -> list[str]:
    table = Table(HEADER)
    lines = [table.heading]
    for event in events:
        lines += table.take(event, 50.0)
    return [line.removesuffix("\r\n") for line in lines + table.close()]


def rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def record(path: Path, *events: Event) -> list[list[str]]:
    with CsvRecorder("cooling", out=path) as recorder:
        recorder.take(events, 50.0)
    return rows(path)


# -- the table ---------------------------------------------------------------------------------------


def test_a_table() -> None:
    assert table_lines(
        Samples([(1, 100123, 2356, 512), (2, 100223, -5, None)]),
        Mark(100253, "lid opened"),
        Fault(100254, "light", "ETIMEDOUT"),
        Samples([(3, 100323, 2300, 0)]),
    ) == [
        "time (s),temperature (°C),light (lx),event",
        "0.000,23.56,512,",
        "0.100,-0.05,,",
        "0.130,,,lid opened",
        "0.131,,,light cannot be read: it does not answer in time (ETIMEDOUT)",
        "0.200,23.00,0,",
    ]


def test_lost_rows_are_a_line_of_their_own_between_their_neighbours() -> None:
    """An empty cell there also interrupts the curve that Excel draws."""
    lines = table_lines(Gap(0, 1), Samples([(2, 0, 1, 1), (3, 100, 1, 1)]), Gap(3, 3))
    assert lines[1:] == ["0.000,,,1 row lost", "0.000,0.01,1,", "0.100,0.01,1,", "0.100,,,3 rows lost"]
    table = Table(HEADER)
    table.take(Samples([(1, 0, 1, 1)]), 50.0)
    table.take(Gap(1, 1), 50.4)
    assert table.take(Samples([(3, 400, 1, 1)]), 50.4)[0] == "0.200,,,1 row lost\r\n"


def test_time_goes_on_after_a_restart() -> None:
    table = Table(HEADER)
    table.take(Samples([(1, 5000, 1, 1)]), 50.0)
    lines = table.take(Restart(), 52.0) + table.take(Samples([(1, 7, 1, 1), (2, 107, 1, 1)]), 52.5)
    assert lines == ["0.000,,,the board started anew\r\n", "2.400,0.01,1,\r\n", "2.500,0.01,1,\r\n"]


def test_a_note_after_a_restart_stands_at_the_last_time_known() -> None:
    """Its board time counts from another zero, and no row has come yet that says from which."""
    lines = table_lines(Samples([(1, 5000, 1, 1), (2, 5100, 1, 1)]), Restart(), Mark(7, "again"))
    assert lines[-2:] == ["0.100,,,the board started anew", "0.100,,,again"]


STEPS = st.one_of(
    st.tuples(st.just("rows"), st.integers(1, 4), st.integers(0, 2000)),
    st.tuples(st.sampled_from(["gap", "mark", "fault", "restart"]), st.integers(1, 9), st.integers(-99, 99)),
)


@given(st.lists(STEPS, max_size=30), st.sampled_from([0.001, 1e-6]))
def test_whatever_happens_it_is_one_table_in_the_order_of_time(
    steps: list[tuple[str, int, int]], tick_s: float
) -> None:
    table = Table(Header("x", CHANNELS, tick_s=tick_s))
    text = table.heading
    seq, ticks, at = 0, 10_000, 0.0
    for kind, count, step in steps:
        at += 0.05
        event: Event = Gap(seq, count)
        if kind == "rows":
            rows = [(seq + n, ticks + n * step, n, None) for n in range(1, count + 1)]
            seq, ticks = rows[-1][:2]
            event = Samples(rows)
        elif kind == "mark":
            event = Mark(ticks + step, "=" * count)
        elif kind == "fault":
            event = Fault(ticks + step, "light", "off, again")
        elif kind == "restart":
            event, seq, ticks = Restart(), 0, 5
        text += "".join(table.take(event, at))
    text += "".join(table.close())
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in found} == {4}
    lines = [(float(row[0]), row[3]) for row in found[1:]]
    times = [time for time, note in lines if not note]
    assert times == sorted(times) and min(times, default=0.0) == 0.0
    assert all(above <= time for (above, _), (time, note) in pairwise([(0.0, ""), *lines]) if note)
    assert text.count("\n") == text.count("\r\n") == len(found)


@given(value=st.integers(-(2**40), 2**40), decimals=st.integers(0, 6))
def test_values_have_the_digits_of_their_scale_and_no_noise(value: int, decimals: int) -> None:
    text = Channel("x", "", 10.0**-decimals, decimals).text(value)
    whole, _point, fraction = text.partition(".")
    assert len(fraction) == decimals and int(whole + fraction) == value


def test_values_of_other_scales() -> None:
    assert Channel("x", "", 0.25, 2).text(7) == "1.75"
    assert Channel("x", "", 10.0, 0).text(7) == "70"
    assert Channel("x", decimals=None).text(23.1) == "23.1"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\u200b=1", "＝1+1"]
)
def test_texts_are_never_formulas(text: str) -> None:
    assert text_cell(text).startswith("'")


def test_numbers_below_zero_stay_numbers() -> None:
    assert table_lines(Samples([(1, 0, -500, -3)]))[1] == "0.000,-5.00,-3,"


@given(st.text())
def test_any_text_is_one_cell_in_one_line(text: str) -> None:
    (cells,) = csv.reader(io.StringIO(f"1,{text_cell(text)},2\r\n", newline=""))
    assert len(cells) == 3 and cells[1].isprintable()


def test_titles_are_those_of_the_experiment_and_units_as_people_write_them() -> None:
    header = Header("m", (Channel("x", "m/s2", 0.001, 3), Channel("n", "", 1.0, 0)))
    titles = {"x": "左右", "n": "步数"}
    assert Table(header, titles.__getitem__).heading == "time (s),左右 (m/s²),步数,event\r\n"
    assert shown_unit("degC") == "°C" and shown_unit("hPa") == "hPa"


def test_plain_prints_keep_their_digits_and_the_time_of_arrival() -> None:
    decoder = StreamDecoder()
    table: Table | None = None
    lines: list[str] = []
    for number in range(4):
        at = 100 + 0.25 * number
        for event in decoder.feed(f"T: 2{number}.10\r\n".encode(), at):
            if isinstance(event, Header):
                table = Table(event)
            elif table and isinstance(event, Samples):
                lines += table.take(event, at)
    assert lines == ["0.000,20.1,\r\n", "0.250,21.1,\r\n", "0.500,22.1,\r\n", "0.750,23.1,\r\n"]


# -- the file ----------------------------------------------------------------------------------------


def test_a_file_with_bom_and_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "温度 计.csv"
    found = record(path, HEADER, Samples([(1, 0, 2356, 512)]), Mark(50, '打开, "盖子"'))
    assert found == [
        ["time (s)", "temperature (°C)", "light (lx)", "event"],
        ["0.000", "23.56", "512", ""],
        ["0.050", "", "", '打开, "盖子"'],
    ]


def test_what_was_measured_a_second_ago_is_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with CsvRecorder("x", out=path) as recorder:
        recorder.take([HEADER, Samples([(1, 0, 1, 1)])], 10.0)
        recorder.take([], 10.0 + FLUSH_S / 2)
        recorder.take([], 10.0 + FLUSH_S)
        assert len(rows(path)) == 2


@pytest.mark.parametrize("events", [[], [Text("hello")], [HEADER], [HEADER, Mark(5, "lid opened")]])
def test_nothing_measured_leaves_no_file(tmp_path: Path, events: list[Event]) -> None:
    path = tmp_path / "x.csv"
    with CsvRecorder("x", out=path) as recorder:
        recorder.take(events, 1.0)
        recorder.take([], 1.0 + FLUSH_S)
    assert not path.exists()
    assert recorder.paths == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(FileTaken, match=r"x\.csv is there already"), CsvRecorder("x", out=path):
        pass
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("there", [False, True], ids=["no --out", "--out FOLDER"])
def test_without_a_name_it_is_called_after_experiment_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """In the current folder, or in the one given; a name that is taken is numbered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(csv_file, "default_name", lambda name, _now: f"{name} 2026-11-24 10-15-30.csv")
    folder = tmp_path
    if there:
        folder = tmp_path / "三年级 二班"
        folder.mkdir()
    names = []
    for _ in range(3):
        with CsvRecorder("温度计", out=folder if there else None) as recorder:
            recorder.take(ONE_ROW, 1.0)
        assert recorder.path.resolve().parent == folder.resolve()
        names.append(recorder.path.name)
    time = "温度计 2026-11-24 10-15-30"
    assert names == [f"{time}.csv", f"{time} 2.csv", f"{time} 3.csv"]


def test_other_channels_begin_another_file(tmp_path: Path) -> None:
    other = Header("cooling", CHANNELS[:1])
    faster = Header("cooling", CHANNELS, rate_hz=20.0)
    with CsvRecorder("cooling", out=tmp_path / "c.csv") as recorder:
        recorder.take([HEADER, Samples([(1, 0, 1, 1)]), faster, Samples([(2, 9, 1, 1)])], 1.0)
        recorder.take([Restart(), other, Samples([(1, 0, 7)])], 2.0)
    assert [path.name for path in recorder.paths] == ["c.csv", "c 2.csv"]
    assert len(rows(recorder.paths[0])) == 4  # with "the board started anew"
    assert rows(recorder.paths[1])[1] == ["0.000", "0.07", ""]


def test_a_folder_that_is_not_there_is_found_out_at_once(tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "x.csv", touched(tmp_path / "file") / "x.csv"):
        with pytest.raises(NotSaved, match="there is no such folder"), CsvRecorder("x", out=path):
            pass


def touched(path: Path) -> Path:
    path.touch()
    return path


def test_a_name_too_long_is_found_out_at_once(tmp_path: Path) -> None:
    with pytest.raises(NotSaved), CsvRecorder("x", out=tmp_path / f"{'长' * 300}.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_to_is_found_out_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("root may write anywhere, and Windows has other means than chmod")
    with pytest.raises(NotSaved, match="this place may not be written to"), CsvRecorder("x", out=tmp_path):
        pass


@pytest.mark.parametrize("name", ["10:30.csv", "a?.csv", "nul.csv", "CON"])
def test_names_in_which_windows_would_hide_the_data_are_refused_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(csv_file, "ON_WINDOWS", True)
    with pytest.raises(NotSaved, match="no file can have this name"), CsvRecorder("x", out=tmp_path / name):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_every_line_written_before(tmp_path: Path) -> None:
    """The disk takes half of the second write, then no more."""
    path = tmp_path / "x.csv"
    recorder = CsvRecorder("x", out=path)
    recorder.__enter__()
    recorder.take([HEADER, Samples([(1, 0, 1, 1)])], 0.0)
    recorder.take([], 1.0)
    before = path.read_bytes()
    assert recorder._file is not None
    recorder._file._file = FillingDisk(recorder._file._file, room=10)  # type: ignore[assignment]
    with pytest.raises(SavingStopped, match="the disk is full"):
        recorder.take([Samples([(2, 100, 1, 1), (3, 200, 1, 1)])], 2.0)
    recorder.take([Samples([(4, 300, 1, 1)])], 4.0)  # said once; the run may end in peace
    recorder.close()
    assert path.read_bytes() == before


class FillingDisk(io.RawIOBase):
    """A file on a disk with `room` bytes left."""

    def __init__(self, file: io.FileIO, room: int) -> None:
        self.file = file
        self.room = room

    def write(self, data: memoryview) -> int:  # type: ignore[override]
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self.file.write(data[: self.room])
        self.room -= written
        return written

    def truncate(self, size: int | None = None) -> int:
        return self.file.truncate(size)

    def close(self) -> None:
        super().close()
        if hasattr(self, "file"):
            self.file.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a process's files")
def test_a_disk_that_takes_only_so_much(tmp_path: Path) -> None:
    """A genuine refusal by the system, in the middle of a line, and in Chinese."""
    path = tmp_path / "温度计.csv"
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(path)],
        capture_output=True, text=True, encoding="utf-8", check=True,
        env={**os.environ, "PYTHONPATH": str(HOST), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "温度计.csv" in done.stdout and "磁盘" in done.stdout
    found = rows(path)  # whole lines, in the file's own order
    assert 100 < len(found) < 1000
    assert [row[1] for row in found[1:]] == [f"{n / 100:.2f}" for n in range(1, len(found))]


HOST = Path(csv_file.__file__).parents[2]

SMALL_DISK = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from makerlab.errors import MakerError
from makerlab.i18n import set_language
from makerlab.recording.csv_file import CsvRecorder
from makerlab.wire.events import Channel, Header, Samples
set_language("zh")
recorder = CsvRecorder("x", out=Path(sys.argv[1]))
try:
    with recorder:
        recorder.take([Header("x", (Channel("t", "degC", 0.01, 2),))], 0.0)
        for n in range(1, 1001):
            recorder.take([Samples([(n, 100 * n, n)])], 0.1 * n)
except MakerError as error:
    print(error.message, error.hint)
"""


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EROFS, "the disk can only be read"),
        (errno.EIO, "was it unplugged?"),
        (errno.EACCES, "another program holds it"),  # Windows, when a program locks what it reads
        (errno.EBADMSG, os.strerror(errno.EBADMSG)),
    ],
)
def test_a_disk_that_fails_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    def fsync(_file: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(csv_file.os, "fsync", fsync)
    file = CsvFile(tmp_path / "x.csv")
    file.add(["a\r\n"])
    with pytest.raises(SavingStopped, match=re.escape(reason)):
        file.flush()


# -- names -------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 10, 15, 30)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("thermometer", "thermometer 2026-11-24 10-15-30.csv"),
        ("温度计", "温度计 2026-11-24 10-15-30.csv"),
        ('a/b\\c:d*e?"f<g>|', "a b c d e f g 2026-11-24 10-15-30.csv"),
        ("con.data", "_con.data 2026-11-24 10-15-30.csv"),
        ("NUL", "_NUL 2026-11-24 10-15-30.csv"),
        ("console", "console 2026-11-24 10-15-30.csv"),
        (" .. ", "makerlab 2026-11-24 10-15-30.csv"),
    ],
)
def test_default_names(title: str, name: str) -> None:
    assert default_name(title, NOW) == name


@given(st.text(max_size=300))
def test_default_names_are_safe_everywhere(title: str) -> None:
    name = default_name(title, NOW)
    assert is_windows_name(name) and not set(name) & set('<>:"/\\|?*\0\n')
    assert len(name.encode("utf-8", "replace")) <= 255 and not name.startswith((" ", "."))
