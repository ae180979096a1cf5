"""What is exported: golden files, formats as others read them, and the way back without losing anything."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pytest
from tea_recording import BEGUN, tea

from makerlab.i18n import set_language
from makerlab.recording.about import About, Happened, Lost, Recording
from makerlab.recording.formats import csv_out, digits, json_out, package_out, xlsx_out
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.exporting import Kind, content_of, export
from makerlab.recording.formats.imported import batches_of
from makerlab.recording.formats.importing import add, read_paths
from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Channel

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings"
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=BEGUN.tzinfo)
SUFFIXES: dict[Kind, str] = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "datapackage": ".zip"}


@pytest.fixture(autouse=True)
def chinese() -> None:
    set_language("zh")


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    with Notebook(tmp_path / "notebook.sqlite3") as book:
        yield book


def golden(name: str, data: bytes) -> None:
    """The same bytes as in the golden file. MAKER_GOLDEN=write writes it anew."""
    path = GOLDEN / name
    if os.environ.get("MAKER_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert data == path.read_bytes(), f"{name} is not as it was; MAKER_GOLDEN=write writes it anew"


# -- golden files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_csv(language: str) -> None:
    set_language(language)
    golden(f"tea.{language}.csv", b"".join(csv_out.csv_of(tea())))


def test_json() -> None:
    golden("tea.json", b"".join(json_out.json_of([tea()])))


def test_data_package() -> None:
    for name, pieces in package_out.package_of([tea()], NOW, "0.1"):
        golden(f"package/{name}", b"".join(pieces))


def test_workbook() -> None:
    """As openpyxl reads it: the bytes depend on XlsxWriter's version."""
    file = io.BytesIO()
    xlsx_out.write_xlsx(file, [tea()], lambda _rows: None)
    workbook = openpyxl.load_workbook(file)
    lines = []
    for sheet in workbook:
        lines.append(f"[{sheet.title}]")
        lines += [
            "\t".join("" if cell is None else str(cell) for cell in row)
            for row in sheet.iter_rows(values_only=True)
        ]
        for chart in sheet._charts:
            axes = [chart.x_axis.title.tx.rich.p[0].r[0].t]
            series = [one.tx.strRef.f if one.tx.strRef else one.tx.v for one in chart.series]
            lines.append(f"chart: {axes} {series}")
    golden("tea.xlsx.txt", ("\n".join(line.rstrip() for line in lines) + "\n").encode())


# -- as others read them -------------------------------------------------------------------------------


def test_csv_is_one_plain_table() -> None:
    data = b"".join(csv_out.csv_of(tea()))
    assert (
        data.startswith(b"\xef\xbb\xbf")
        and data.endswith(b"\r\n")
        and data.count(b"\n") == data.count(b"\r\n")
    )
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    values = [row for row in rows if row["光照 (lx)"]]
    assert [float(row["温度 (°C)"]) for row in values[:3]] == [70.0, 69.83, 69.67] and len(values) == 9
    moment = datetime.fromisoformat(rows[0]["日期和时间"])
    assert moment == BEGUN


def test_moments_go_over_midnight() -> None:
    data = b"".join(csv_out.csv_of(tea(40))).decode("utf-8-sig")
    assert "1.400," in data and "2026-11-24T23:59:59.900+08:00" in data
    assert "2026-11-25T00:00:00.000+08:00" in data


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_cell_of_text_is_a_formula(language: str) -> None:
    set_language(language)
    data = b"".join(csv_out.csv_of(tea())).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(data, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "'=HYPERLINK(1)" in cells


def test_a_workbook_has_no_formulas_and_real_dates() -> None:
    file = io.BytesIO()
    xlsx_out.write_xlsx(file, [tea()], lambda _rows: None)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert sheet["E2"].value == BEGUN.replace(tzinfo=None)
    assert sheet["B2"].value == 70 and sheet["B2"].number_format == "0.00"


def test_a_workbook_of_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_out, "MAX_ROWS", 40)
    monkeypatch.setattr(xlsx_out, "PART_ROWS", 16)
    monkeypatch.setattr(xlsx_out, "CHART_ROWS", 50)
    file = io.BytesIO()
    told: list[int] = []
    xlsx_out.write_xlsx(file, [tea(100)], told.append)
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == ["数据 17", "数据 17 (2)", "数据 17 (3)", "曲线 17", "说明"]
    assert all(sheet.max_row <= 40 for sheet in workbook.worksheets[:3])
    assert told[-1] == 98
    assert len(workbook["数据 17"]._charts) == 3


def test_the_data_package_keeps_to_its_table_schema() -> None:
    """Every cell is of its field's type; the descriptor has what the standard asks for."""
    files = {name: b"".join(pieces) for name, pieces in package_out.package_of([tea()], NOW, "0.1")}
    descriptor = json.loads(files["datapackage.json"])
    jsonschema.validate(
        descriptor,
        {
            "type": "object",
            "required": ["$schema", "resources"],
            "properties": {
                "name": {"pattern": "^[a-z0-9._-]+$"},
                "resources": {
                    "items": {
                        "required": ["name", "path"],
                        "properties": {"name": {"pattern": "^[a-z0-9._-]+$"}},
                    }
                },
            },
        },
    )
    types = {"integer": int, "number": float, "string": str, "datetime": datetime.fromisoformat}
    for resource in descriptor["resources"]:
        data = files[resource["path"]]
        if resource.get("type") != "table":
            continue
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert len(rows) and list(rows[0]) == list(fields)
        for row in rows:
            for name, cell in row.items():
                if cell:
                    types[fields[name]](cell)


def test_json_of_several_is_json() -> None:
    whole = json.loads(b"".join(json_out.json_of([tea(), replace(tea(), number=18)])))
    assert [one["number"] for one in whole["recordings"]] == [17, 18]
    first = whole["recordings"][0]
    assert first["columns"] == ["seq", "time_s", "temperature", "light", "ratio"]
    assert first["rows"][3] == [4, 0.3, 69.5, None, None]


# -- numbers as text -----------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", [0, 1, 2, 3, 6])
def test_columns_of_digits_are_what_python_writes(decimals: int) -> None:
    random = np.random.default_rng(decimals)
    values = np.round(random.normal(0, 10.0 ** random.integers(0, 7, 500)), decimals)
    values[::50] = np.nan
    text = digits.lines([digits.fixed(values, decimals, b"null")], end=b"\n").decode().splitlines()
    zero = f"-{0:.{decimals}f}"
    expected = [f"{one:.{decimals}f}" if one == one else "null" for one in values]
    assert text == [one.removeprefix("-") if one == zero else one for one in expected]


def test_numbers_that_a_float_hardly_holds() -> None:
    values = np.array([2.0**60, -(2.0**70), 0.5, np.nan])
    assert (
        digits.lines([digits.fixed(values, 1)], end=b"|")
        == b"1152921504606846976.0|-1180591620717411303424.0|0.5||"
    )
    assert digits.lines([digits.whole(np.array([0, -5, 10**12]))], end=b"|") == b"0|-5|1000000000000|"
    assert digits.lines([digits.shortest(np.array([0.1, 3.0, 1e-7, np.nan]))], end=b"|") == b"0.1|3|1e-07||"


def test_nothing_to_write() -> None:
    empty = replace(
        tea(),
        time_s=np.array([]),
        values={name: np.array([]) for name in tea().values},
        seq=np.array([], int),
        gaps=(),
        events=(),
    )
    assert b"".join(csv_out.csv_of(empty)).count(b"\r\n") > 5  # its titles and what it is about
    assert json.loads(b"".join(json_out.json_of([empty])))["recordings"][0]["rows"] == []


# -- and back ------------------------------------------------------------------------------------------


def stored(notebook: Notebook, content: Content) -> int:
    (id,) = notebook.add([(content.about, batches_of(content))])
    return id


def back(notebook: Notebook, tmp_path: Path, kind: Kind, ids: list[int]) -> list[int]:
    contents = [content_of(notebook, id) for id in ids]
    path = tmp_path / f"out{SUFFIXES[kind]}"
    export(contents, kind, path, lambda _rows: None)
    return add(notebook, read_paths([path]))


def assert_same(notebook: Notebook, first: int, second: int) -> tuple[Recording, Recording]:
    """Values, units, times and gaps are the same to the last digit."""
    one, other = notebook.get(first), notebook.get(second)
    rows, others = notebook.samples(first), notebook.samples(second)
    assert others.time_s == pytest.approx(rows.time_s, abs=1e-9)
    assert [(one.name, one.unit, one.decimals) for one in other.channels] == [
        (one.name, one.unit, one.decimals) for one in one.channels
    ]
    for name, values in rows.values.items():
        np.testing.assert_allclose(others.values[name], values, rtol=1e-12)
    assert other.about.started_at == one.about.started_at
    assert other.about.started_at.utcoffset() == one.about.started_at.utcoffset()
    for fact in ("title", "label", "board", "experiment", "runtime", "rate_hz", "note"):
        assert getattr(other.about, fact) == getattr(one.about, fact), fact
    assert [gap.lost for gap in other.gaps] == [gap.lost for gap in one.gaps]
    assert [gap[:2] for gap in other.gaps] == [pytest.approx(gap[:2], abs=1e-9) for gap in one.gaps]
    assert other.ended == "complete" and other.lost == one.lost
    return one, other


@pytest.mark.parametrize("kind", SUFFIXES)
def test_out_and_in_again(notebook: Notebook, tmp_path: Path, kind: Kind) -> None:
    first = stored(notebook, tea(50))
    (second,) = back(notebook, tmp_path, kind, [first])
    one, other = assert_same(notebook, first, second)
    marks = [(event.time_s, event.text) for event in one.events if event.kind == "mark"]
    if kind in ("json", "datapackage"):
        assert [event._replace(time_s=round(event.time_s, 6)) for event in other.events] == [
            event._replace(time_s=round(event.time_s, 6)) for event in one.events
        ]
        assert other.about.channel_titles == one.about.channel_titles
        assert [line.line for line in other.log] == ["warming up"]
        assert other.about.program == 'print("茶")\n'
    else:  # tables say it in words
        texts = [(pytest.approx(event.time_s, abs=0.001), event.text) for event in other.events]
        for mark in marks:
            assert mark in texts
        assert other.about.channel_titles["light"] == {"zh": "光照"}
    assert other.about.imported_from == f"out{SUFFIXES[kind]}"


@pytest.mark.parametrize("kind", ["xlsx", "json", "datapackage"])
def test_several_in_one_file(notebook: Notebook, tmp_path: Path, kind: Kind) -> None:
    short = replace(tea(8), about=replace(tea().about, title="另一杯"))
    ids = [stored(notebook, tea(50)), stored(notebook, short)]
    imported = back(notebook, tmp_path, kind, ids)
    for first, second in zip(ids, imported, strict=True):
        assert_same(notebook, first, second)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_written_in_one_language_is_read_in_the_other(
    notebook: Notebook, tmp_path: Path, kind: Kind
) -> None:
    first = stored(notebook, tea(30))
    export([content_of(notebook, first)], kind, tmp_path / f"zh{SUFFIXES[kind]}", lambda _rows: None)
    set_language("en")
    (second,) = add(notebook, read_paths([tmp_path / f"zh{SUFFIXES[kind]}"]))
    assert_same(notebook, first, second)


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_board_that_was_away_and_microseconds(notebook: Notebook, tmp_path: Path, kind: Kind) -> None:
    time_s = np.array([0.0, 0.000125, 0.00025, 5.000125, 5.00025])
    content = Content(
        number=0,
        about=About("kHz", started_at=BEGUN),
        channels=(Channel("sound", "mV", 1.0, 0),),
        time_s=time_s,
        values={"sound": np.array([1.0, 2.0, 3.0, 4.0, 5.0])},
        seq=np.array([1, 2, 3, 1, 2]),
        gaps=(Lost(0.00025, 5.000125, None),),
        events=(Happened(0.00025, "restart", ""),),
    )
    first = stored(notebook, content)
    (second,) = back(notebook, tmp_path, kind, [first])
    one, other = assert_same(notebook, first, second)
    assert [event.kind for event in other.events] == [event.kind for event in one.events] == ["restart"]
    assert len(other.parts) == len(one.parts) == 2


def test_a_data_package_as_a_folder(notebook: Notebook, tmp_path: Path) -> None:
    first = stored(notebook, tea())
    folder = tmp_path / "archive"
    export([content_of(notebook, first)], "datapackage", folder, lambda _rows: None)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "datapackage.json", "recording-1-events.csv", "recording-1-program.py", "recording-1.csv",
    ]  # fmt: skip
    (second,) = add(notebook, read_paths([folder]))
    assert_same(notebook, first, second)


def test_an_export_is_whole_or_not_there(notebook: Notebook, tmp_path: Path) -> None:
    content = content_of(notebook, stored(notebook, tea()))
    broken = replace(content, values={**content.values, "light": None})  # type: ignore[dict-item]
    for kind, suffix in SUFFIXES.items():
        with pytest.raises(TypeError):
            export([broken], kind, tmp_path / f"broken{suffix}", lambda _rows: None)
    with pytest.raises(TypeError):
        export([broken], "datapackage", tmp_path / "broken", lambda _rows: None)
    assert sorted(path.name for path in tmp_path.glob("broken*")) == []


def test_zip_packages_open_everywhere(notebook: Notebook, tmp_path: Path) -> None:
    export(
        [content_of(notebook, stored(notebook, tea()))], "datapackage", tmp_path / "a.zip", lambda _rows: None
    )
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "datapackage.json"
