"""Files of others as recordings, and what is no recording: said in two lines, and nothing of it kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tea_recording import BEGUN, tea

from makerlab.errors import FileProblem, MakerError
from makerlab.i18n import set_language
from makerlab.recording.about import Recording
from makerlab.recording.formats import csv_out, json_out, package_out, xlsx_out
from makerlab.recording.formats.imported import Imported
from makerlab.recording.formats.importing import add, read_paths
from makerlab.recording.formats.problems import NotImported
from makerlab.recording.formats.reading import File, read, read_files
from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Channel, Header, Samples

CHANGED = datetime(2026, 11, 24, 12, 0, tzinfo=BEGUN.tzinfo)


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    with Notebook(tmp_path / "notebook.sqlite3") as book:
        yield book


def one(data: bytes | str, name: str = "file.csv") -> Imported:
    (found,) = read(File(name, data.encode() if isinstance(data, str) else data, CHANGED))
    return found


def kept(notebook: Notebook, found: Imported) -> tuple[Recording, dict[str, list[float | None]]]:
    """The recording in the notebook, and its columns with "time_s" among them."""
    (id,) = add(notebook, [found])
    columns = notebook.samples(id)
    table = {"time_s": columns.time_s, **columns.values}
    lists = {
        name: [None if np.isnan(one) else round(float(one), 6) for one in column]
        for name, column in table.items()
    }
    return notebook.get(id), lists


def refused(data: bytes | str, name: str = "file.csv") -> str:
    with pytest.raises(NotImported) as caught:
        read(File(name, data.encode() if isinstance(data, str) else data, CHANGED))
    assert "\n" not in caught.value.message + caught.value.hint and caught.value.hint
    return caught.value.message


# -- micro:bit data logger -----------------------------------------------------------------------------

PAGE = (
    b"<!doctype html><meta charset=utf-8><script>...FS_START...if(/^UBIT_LOG_FS_V_002/.test(o))...</script>"
    b"<title>micro:bit data log</title><div id=w></div>"
)
LOG_END, DATA_START = 0x1EFFC, 0x2000


def my_data(log: bytes, full: bool = False) -> bytes:
    """MY_DATA.HTM as codal-microbit-v2 lays it out (MicroBitLog.cpp)."""
    data = bytearray(b"\xff" * (LOG_END + 4))
    data[:0x800] = PAGE.ljust(0x800 - 12) + b"<!--FS_START"
    meta = b"UBIT_LOG_FS_V_002\n0x%08X\0" % LOG_END + b"0x%08X\0" % DATA_START + b"0257\0"
    data[0x800 : 0x800 + len(meta)] = meta
    data[0x82D : 0x82D + 20] = b"Time (seconds),temp\n"
    data[0x1000:0x1008] = b"00000000"
    data[DATA_START : DATA_START + len(log)] = log
    data[LOG_END:] = b"\0FUL" if full else b"\0\xff\xff\xff"
    return bytes(data)


def test_my_data(notebook: Notebook) -> None:
    log = b"Time (seconds),temp,light\n0.52,24,110\n1.52,24.5,\n2.52,25,98\n"
    recording, table = kept(notebook, one(my_data(log), "MY_DATA.HTM"))
    assert table == {"time_s": [0, 1, 2], "temp": [24, 24.5, 25], "light": [110, None, 98]}
    assert [(channel.name, channel.decimals) for channel in recording.channels] == [("temp", 1), ("light", 0)]
    assert (recording.about.title, recording.about.board) == ("MY_DATA", "microbit-v2")
    assert recording.about.imported_from == "MY_DATA.HTM" and recording.about.started_at == CHANGED


@pytest.mark.parametrize(
    ("unit", "last_s"),
    [
        ("milliseconds", 0.09),
        ("seconds", 90),
        ("minutes", 5400),
        ("hours", 324000),
        ("days", 7776000),
        ("sec.", 90),
        ("hrs.", 324000),
    ],
)
def test_my_data_in_every_unit_of_time(notebook: Notebook, unit: str, last_s: float) -> None:
    log = f"Time ({unit}),x\n10,1\n100,2\n".encode()
    _recording, table = kept(notebook, one(my_data(log)))
    assert table["time_s"] == pytest.approx([0, last_s])


def test_my_data_with_more_columns_half_way(notebook: Notebook) -> None:
    log = b"Time (seconds),x\n0.0,1\n1.0,2\nTime (seconds),x,y\n2.0,3,7\n"
    _recording, table = kept(notebook, one(my_data(log)))
    assert table == {"time_s": [0, 1, 2], "x": [1, 2, 3], "y": [None, None, 7]}


def test_my_data_of_a_board_that_was_reset(notebook: Notebook) -> None:
    log = b"Time (seconds),x\n5.0,1\n6.0,2\n7.0,3\n0.5,4\n1.5,5\n"
    recording, table = kept(notebook, one(my_data(log)))
    assert table == {"time_s": [0, 1, 2, 3, 4], "x": [1, 2, 3, 4, 5]}
    assert [(event.kind, event.time_s) for event in recording.events] == [("restart", 2)]
    assert [gap.lost for gap in recording.gaps] == [None] and len(recording.parts) == 2


def test_my_data_with_words(notebook: Notebook) -> None:
    log = "Time (seconds),x,note\n0.0,1,lid on\n1.0,2,\n2.0,3,盖子打开\n".encode()
    recording, table = kept(notebook, one(my_data(log)))
    assert set(table) == {"time_s", "x"}
    assert [(event.time_s, event.text) for event in recording.events] == [
        (0, "note: lid on"),
        (2, "note: 盖子打开"),
    ]


def test_my_data_without_times(notebook: Notebook) -> None:
    found = one(my_data(b"x,y\n1,2\n3,4\n5,6\n"))
    assert any("no times" in remark for remark in found.remarks)
    assert kept(notebook, found)[1] == {"time_s": [0, 1, 2], "x": [1, 3, 5], "y": [2, 4, 6]}


def test_my_data_that_was_full() -> None:
    found = one(my_data(b"Time (seconds),x\n0,1\n1,2\n", full=True))
    assert any("full" in remark for remark in found.remarks)


def test_my_data_that_is_empty_cut_or_a_saved_page() -> None:
    assert "the log in it is empty" in refused(my_data(b""), "MY_DATA.HTM")
    assert "cut off" in refused(my_data(b"Time (seconds),x\n0,1\n")[:0x1800], "MY_DATA.HTM")
    assert "cut off" in refused(PAGE + b"<table><tr><td>1</table>", "MY_DATA.HTM")
    assert "web page" in refused("<html><body>micro:bit data log</body></html>", "MY_DATA.HTM")


def test_my_data_csv(notebook: Notebook) -> None:
    """What the button Download of that page saves."""
    _recording, table = kept(notebook, one("Time (seconds),temp\n0.52,24\n1.52,25\n\n", "microbit.csv"))
    assert table == {"time_s": [0, 1], "temp": [24, 25]}


# -- files of logbook ----------------------------------------------------------------------------------


def checked(*numbers: int) -> str:
    check = numbers[0] * 31 + numbers[1]
    for value in numbers[2:]:
        check = check * 31 + value
    return " ".join(map(str, (*numbers, check % 9973)))


def header(fields: str, next_seq: int) -> str:
    text, check = f"#K1 {fields}", 0
    for byte in text.encode():
        check = (check * 31 + byte) % 9973
    return f"{text} {next_seq} {(check * 31 + next_seq) % 9973}"


FIELDS = "n=fridge hz=1 t=ms k=31m9973 c=temperature/degC/0.01"


def log_file(first: int, last: int, fields: str = FIELDS) -> bytes:
    lines = [header(fields, first), *(checked(n, 1000 * n, 400 + n) for n in range(first, last + 1))]
    return ("\n".join(lines) + "\n").encode()


def test_logbook_files_are_one_recording(notebook: Notebook) -> None:
    files = [File(f"log-000{n}.txt", log_file(10 * n - 9, 10 * n), CHANGED) for n in (1, 2, 3)]
    (found,) = read_files(files)
    recording, table = kept(notebook, found)
    assert recording.rows == 30 and recording.lost == 0 and recording.seconds == pytest.approx(29)
    assert table["temperature"][:2] == [4.01, 4.02]
    assert recording.channels == (Channel("temperature", "degC", 0.01, 2),)
    assert recording.about.imported_from == "log-0001.txt ... log-0003.txt"


def test_a_logbook_file_that_is_missing_is_a_gap(notebook: Notebook) -> None:
    files = [File("log-0001.txt", log_file(1, 10), CHANGED), File("log-0003.txt", log_file(21, 30), CHANGED)]
    (found,) = read_files(files)
    assert found.remarks[0] == "10 rows are missing." and found.about.title == "fridge"
    recording, _table = kept(notebook, found)
    assert [(gap.start_s, gap.end_s, gap.lost) for gap in recording.gaps] == [(9, 20, 10)]


def test_a_logbook_after_a_power_cut_goes_on_anew(notebook: Notebook) -> None:
    cut = log_file(1, 10)[:-4]
    (found,) = read_files([File("log-0001.txt", cut, CHANGED), File("log-0002.txt", log_file(1, 5), CHANGED)])
    recording, _table = kept(notebook, found)
    assert recording.rows == 14 and len(recording.parts) == 2
    assert any("switched off" in remark for remark in found.remarks)


def test_logbooks_of_two_programs_are_two_recordings() -> None:
    other = FIELDS.replace("fridge", "garden")
    files = [
        File("log-0001.txt", log_file(1, 5), CHANGED),
        File("log-0002.txt", log_file(1, 5, other), CHANGED),
    ]
    assert [found.rows for found in read_files(files)] == [5, 5]


def test_a_logbook_with_events_and_faults(notebook: Notebook) -> None:
    lines = (
        log_file(1, 3)
        + "#E 3500 门开了\n#F 3600 temperature ETIMEDOUT\n".encode()
        + checked(4, 4000, 410).encode()
        + b"\n#Z 4\n"
    )
    recording, _table = kept(notebook, one(lines, "log-0001.txt"))
    assert [(event.kind, event.time_s, event.text) for event in recording.events] == [
        ("mark", 2.5, "门开了"), ("fault", 2.6, "ETIMEDOUT"), ("end", 3, ""),
    ]  # fmt: skip


def test_a_logbook_without_a_whole_row() -> None:
    assert "no rows" in refused(log_file(1, 0), "log-0001.txt")


# -- tables of others ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "table", "units"),
    [
        ("Time (s),Temp (°C)\n0,20.5\n1,21.5\n", {"time_s": [0, 1], "Temp": [20.5, 21.5]}, ["degC"]),
        ("t,x\n0,1\n0.5,2\n", {"time_s": [0, 0.5], "x": [1, 2]}, [""]),
        ("时间（毫秒）,光照 (lx)\n0,300\n500,310\n", {"time_s": [0, 0.5], "光照": [300, 310]}, ["lx"]),
        ('"Time (s)";"a (m/s^2)"\n0,0;1,5\n0,1;-2,5E0\n', {"time_s": [0, 0.1], "a": [1.5, -2.5]}, ["m/s2"]),
        ("Time (s)\tx\n0\t1e-3\n1\t2e-3\n", {"time_s": [0, 1], "x": [0.001, 0.002]}, [""]),
        ("sep=;\ntime;x\n0;1\n1;2\n", {"time_s": [0, 1], "x": [1, 2]}, [""]),
        ("1,2\n3,4\n5,6\n", {"time_s": [0, 1, 2], "value 1": [1, 3, 5], "value 2": [2, 4, 6]}, ["", ""]),
        ("time,x,x\n0,1,2\n1,3,4\n", {"time_s": [0, 1], "x": [1, 3], "x 2": [2, 4]}, ["", ""]),
        ("time,x\n\n0,1\n,\n1,\n2,3\n", {"time_s": [0, 1, 2], "x": [1, None, 3]}, [""]),
    ],
    ids=["plain", "short", "chinese", "phyphox-de", "phyphox-tab", "excel-sep", "mu", "doubles", "holes"],
)  # fmt: skip
def test_tables(
    notebook: Notebook, text: str, table: dict[str, list[float | None]], units: list[str]
) -> None:
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("gb18030")):
        recording, found = kept(notebook, one(data))
        assert found == table
        assert [channel.unit for channel in recording.channels] == units


def test_cells_that_are_no_numbers_are_told(notebook: Notebook) -> None:
    found = one("time,x,y\n0,1,a\n1,?,b\n2,3,c\n3,nan,d\n")
    assert found.remarks[0] == "2 cells of x are no numbers and were left empty."
    assert found.remarks[1].startswith("The file does not say when it was measured")
    recording, table = kept(notebook, found)
    assert table["x"] == [1, None, 3, None] and len(recording.events) == 4


def test_a_table_excel_saved_again_in_gbk(notebook: Notebook) -> None:
    """Chinese Excel saves a CSV file in GBK, without trailing zeros."""
    set_language("zh")
    text = b"".join(csv_out.csv_of(tea(20))).decode("utf-8-sig").replace(".00,", ",")
    recording, _table = kept(notebook, one(text.encode("gbk", "replace"), "茶.csv"))
    assert recording.about.title == "茶水降温" and recording.about.started_at == BEGUN
    assert recording.channels[0] == Channel("temperature", "degC", 0.01, 2)


def test_a_table_of_ours_that_was_cut_is_told() -> None:
    whole = OURS["tea.csv"]
    assert one(whole).remarks == ()
    found = one(whole[: whole.rfind(b"\r\n1.000")])
    assert found.remarks == ("The file should have 10 rows and has 8: it is cut off, or rows were deleted.",)


def test_a_foreign_workbook(notebook: Notebook) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("Time (s)", "Temp (°C)"), (0, 20.5), (1, 21.25), (2, None)):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    recording, table = kept(notebook, one(file.getvalue(), "group 3.xlsx"))
    assert table == {"time_s": [0, 1, 2], "Temp": [20.5, 21.25, None]} and recording.about.title == "group 3"


def test_our_workbook_saved_again_by_another_program(notebook: Notebook) -> None:
    import openpyxl

    file = io.BytesIO()
    xlsx_out.write_xlsx(file, [tea(30)], lambda _rows: None)
    again = io.BytesIO()
    openpyxl.load_workbook(file).save(again)
    recording, table = kept(notebook, one(again.getvalue(), "tea.xlsx"))
    assert recording.rows == 28 and recording.lost == 2 and recording.about.started_at == BEGUN
    assert table["temperature"][:2] == [70, 69.83]


# -- no recording --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"", b"  \n\n", b"\x7fELF" + bytes(5000), b"%PDF-1.7 ...", "dear diary,\ntoday it rained.\n",
        "name,school\nanna,north\nben,south\n", "{}", "[1, 2]", '{"format": "other"}', "time,x\n0,1\n",
        b"PK\x03\x04 nonsense", b"\xff\xd8\xff\xe0" + bytes(300), "time\n1\n2\n",
    ],
)  # fmt: skip
def test_what_is_no_recording(data: bytes | str) -> None:
    assert "cannot be imported" in refused(data)


def test_a_newer_file_says_so() -> None:
    text = b"".join(json_out.json_of([tea()])).replace(b'"version": 1', b'"version": 2')
    assert "newer" in refused(text, "tea.json")


def archive(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return file.getvalue()


def package() -> dict[str, bytes]:
    return {name: b"".join(pieces) for name, pieces in package_out.package_of([tea()], CHANGED, "0.1")}


def test_archives_of_strangers() -> None:
    assert "far more" in refused(archive({"xl/workbook.xml": bytes(30_000_000)}), "bomb.xlsx")
    assert "without a recording" in refused(archive({"readme.txt": b"hello"}), "a.zip")
    files = package()
    del files["data/recording-17.csv"]
    assert "no longer fits" in refused(archive(files), "a.zip")
    assert "not from maker" in refused(archive({"datapackage.json": b'{"resources": []}'}), "a.zip")
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>'
    assert "cut off" in refused(
        archive({"xl/workbook.xml": entity, "xl/_rels/workbook.xml.rels": b"<a/>"}), "a.xlsx"
    )


def our_files() -> dict[str, bytes]:
    workbook = io.BytesIO()
    xlsx_out.write_xlsx(workbook, [tea()], lambda _rows: None)
    return {
        "tea.csv": b"".join(csv_out.csv_of(tea())),
        "tea.json": b"".join(json_out.json_of([tea()])),
        "tea.xlsx": workbook.getvalue(),
        "tea.zip": archive(package()),
        "MY_DATA.HTM": my_data(b"Time (seconds),x\n0.5,1\n1.5,2\n")[:0x2100],
        "log-0001.txt": log_file(1, 9),
    }


OURS = our_files()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(OURS)), st.data())
def test_damaged_files_are_refused_or_read_and_never_crash(name: str, data: st.DataObject) -> None:
    whole = bytearray(OURS[name])
    how = data.draw(st.sampled_from(["cut", "flip", "double", "insert"]))
    at = data.draw(st.integers(0, len(whole) - 1))
    if how == "cut":
        del whole[at:]
    elif how == "flip":
        whole[at] ^= data.draw(st.integers(1, 255))
    elif how == "double":
        whole[at:at] = whole[at : at + 200]
    else:
        whole[at:at] = data.draw(st.binary(max_size=20))
    try:
        found = read(File(name, bytes(whole), CHANGED))
    except NotImported:
        return
    for recording in found:
        batches = list(recording.batches)
        assert isinstance(batches[0][0][0], Header) or name == "log-0001.txt"
        times = [at for events, at in batches if any(isinstance(event, Samples) for event in events)]
        assert times == sorted(times)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_anything_at_all(data: bytes) -> None:
    try:
        read(File("x", data, CHANGED))
    except NotImported as error:
        assert error.hint


# -- all or nothing ------------------------------------------------------------------------------------


def test_nothing_is_kept_when_one_file_is_bad(notebook: Notebook, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("time,x\n0,1\n1,2\n", encoding="utf-8")
    bad.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(NotImported, match=r"bad\.csv"):
        add(notebook, read_paths([good, bad]))
    assert notebook.find() == []


def test_nothing_is_kept_when_the_notebook_fails_half_way(notebook: Notebook) -> None:
    """Here in the middle of the second recording."""
    first, second = one("time,x\n0,1\n1,2\n"), one("time,x\n0,1\n1,2\n")

    def broken() -> Iterator[object]:
        yield from second.batches
        raise MakerError(detail="power cut")

    with pytest.raises(MakerError):
        notebook.add([(first.about, first.batches), (second.about, broken())])  # type: ignore[list-item]
    assert notebook.find() == []
    assert [recording.rows for recording in map(notebook.get, add(notebook, [first, second]))] == [2, 2]


def test_files_that_are_not_there_or_none(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        read_paths([tmp_path / "missing.csv"])
    with pytest.raises(NotImported, match="folder"):
        read_paths([tmp_path])
    (tmp_path / "datapackage.json").write_bytes(package()["datapackage.json"])
    with pytest.raises(NotImported, match="missing in it"):
        read_paths([tmp_path])
