"""maker recordings plot, compare, fit, replay, export, import: on a notebook of three cups of tea."""

from __future__ import annotations

import csv
import json
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tea_recording import BEGUN, tea

from makerlab.cli.recordings_text import two_digits
from makerlab.recording import plot
from makerlab.recording.about import Happened
from makerlab.recording.calculated.derive import Derived
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.imported import batches_of
from makerlab.recording.pictures import of_recording
from makerlab.recording.store.notebook import Notebook, default_path

HOST = Path(__file__).parents[2] / "host"


def cup(label: str, tau_s: float, session: str = "") -> Content:
    """It cools from 70 to 20 °C; "lid on" after 2 s."""
    whole = tea(400)
    noise = np.random.default_rng(len(label)).normal(0, 0.05, whole.rows)
    temperature = np.round(20 + 50 * np.exp(-whole.time_s / tau_s) + noise, 2)
    return replace(
        whole,
        about=replace(whole.about, label=label, session=session),
        values={**whole.values, "temperature": temperature},
        events=(Happened(2.0, "mark", "盖上盖子 lid on"), *whole.events),
    )


@pytest.fixture
def notebook() -> Path:
    """Recordings 1 to 3; the last two were measured together."""
    path = default_path()
    path.parent.mkdir(parents=True)
    cups = [cup("第1组", 30), cup("第2组", 40, "s"), cup("第3组", 35, "s")]
    with Notebook(path) as book:
        book.add([(one.about, batches_of(one)) for one in cups])
    return path


def png_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


# -- plot ----------------------------------------------------------------------------------------------


def test_plot_draws_a_png_named_after_the_recording(maker, notebook):
    ended = maker("recordings", "plot", "1")
    (path,) = Path().glob("*.png")
    assert ended.code == 0 and ended.errors == [f"Picture in: {path}"]
    assert path.name == "1 茶水降温 2026-11-24 23-59-58.png" and png_size(path)[0] == 1500
    assert maker("recordings", "plot", "1").errors == ["Picture in: 1 茶水降温 2026-11-24 23-59-58 2.png"]


def test_what_was_derived_has_an_axis_of_its_own(notebook):
    one = cup("第1组", 30)
    about = replace(one.about, derived=(Derived("drop", "first(temperature) - temperature"),))
    with Notebook(notebook) as book:
        (which,) = book.add([(about, batches_of(one))])
        recording, columns = book.get(str(which)), book.samples(which)
    panels = [[line.label for line in panel.lines] for panel in of_recording(recording, columns).panels]
    assert panels[-1] == ["drop"] and all("drop" not in lines for lines in panels[:-1])


def test_plot_as_svg_is_the_same_every_time_and_has_every_text(maker, notebook):
    for name in ("a.svg", "b.svg"):
        assert maker("recordings", "plot", "1", "--lang", "zh", "--out", name).code == 0
    data = Path("a.svg").read_bytes()
    assert data == Path("b.svg").read_bytes()
    ET.fromstring(data)
    comments = data.decode()  # texts are drawn as outlines, with the text itself in a comment
    for text in ("温度 (°C)", "光照 (lx)", "时间 (s)", "第1组", "盖上盖子 lid on", "斜线处：缺 2 行。"):
        assert f"<!-- {text}" in comments or text in comments, text


def test_plot_of_a_channel_and_a_part(maker, notebook):
    assert (
        maker(
            "recordings",
            "plot",
            "1",
            "--channel",
            "温度",
            "--from",
            "5s",
            "--to",
            "0.2min",
            "--smooth",
            "1s",
            "--out",
            "part.png",
        ).code
        == 0
    )
    assert png_size(Path("part.png"))[1] < 800


def test_plot_says_what_is_wrong(maker, notebook):
    ended = maker("recordings", "plot", "1", "--out", "a.jpg")
    assert ended.code == 2 and ".png" in ended.errors[0]
    ended = maker("recordings", "plot", "1", "--channel", "wind")
    assert ended.errors == [
        "Error: Recording 1 has no channel wind.",
        "Do this: Its channels: temperature, light, ratio.",
    ]
    ended = maker("recordings", "plot", "1", "--from", "2min")
    assert ended.errors[0] == "Error: Recording 1 has no rows there." and "39.9 s long" in ended.errors[1]
    Path("a.png").write_text("mine", encoding="utf-8")
    ended = maker("recordings", "plot", "1", "--out", "a.png")
    assert "there already" in ended.errors[0] and Path("a.png").read_text(encoding="utf-8") == "mine"
    assert maker("recordings", "plot", "99").errors[0] == "Error: There is no recording 99."


def test_without_a_chinese_font_it_says_so_and_draws(maker, notebook, monkeypatch):
    monkeypatch.setattr(plot, "chinese_font", lambda: "")
    ended = maker("recordings", "plot", "1", "--out", "a.png")
    assert ended.code == 0 and "no font with Chinese characters" in ended.errors[0]
    assert png_size(Path("a.png"))


def test_chinese_is_drawn_and_not_boxed():
    """A font for it is found, and each character has another glyph than a missing one."""
    from matplotlib import font_manager, ft2font

    name = plot.chinese_font()
    assert name
    font = ft2font.FT2Font(font_manager.findfont(name))
    assert all(font.get_char_index(ord(char)) for char in "温度光照时间缺口第组盖子，（）")


# -- compare -------------------------------------------------------------------------------------------


def test_compare_at_the_start(maker, notebook):
    ended = maker("recordings", "compare", "1", "2", "--channel", "temperature")
    lines = ended.out.splitlines()
    assert lines[1:3] == ["temperature (°C)", "Laid over each other at their starts, sure to 0.2 s."]
    assert lines[3].split("   ")[0] == "time (s)" and "1 第1组" in lines[3]
    assert lines[-1].startswith("2 第2组 - 1 第1组: mean +") and "lowest" in lines[-1]


def test_compare_as_json(maker, notebook):
    ended = maker("recordings", "compare", "1", "2", "3", "--align", "event", "--event", "LID", "--json")
    found = json.loads(ended.out)
    assert [one["id"] for one in found["recordings"]] == [1, 2, 3] and found["align"] == "event"
    temperature = found["channels"][0]
    assert temperature["time_s"][0] == -2 and len(temperature["values"]) == 3
    slower = temperature["differences"][0]
    assert slower["mean"] > 3 and slower["n"] == len(temperature["time_s"]) - 2
    assert {channel["name"] for channel in found["channels"]} == {"temperature", "light", "ratio"}


def test_compare_of_boards_that_measured_together_is_by_the_clock(maker, notebook):
    assert "by the clock, sure to" in maker("recordings", "compare", "2", "3").out
    assert "nobody knows" in maker("recordings", "compare", "1", "3", "--align", "clock").out


def test_compare_draws(maker, notebook):
    assert maker("recordings", "compare", "1", "2", "--out", "two.png").code == 0
    assert png_size(Path("two.png"))[1] > 1500  # three channels, each with its difference


def test_compare_of_eight_groups_has_mean_and_spread(maker, notebook):
    with Notebook(notebook) as book:
        cups = [cup(f"第{n}组", 30 + n + (200 if n == 7 else 0)) for n in range(4, 10)]
        book.add([(one.about, batches_of(one)) for one in cups])
    ended = maker(
        "recordings", "compare", *map(str, range(1, 10)), "--channel", "temperature", "--out", "all.png"
    )
    assert "mean" in ended.out and "spread (sd)" in ended.out
    assert ended.out.splitlines()[-1] == "Far off from the others: 7 第7组"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["1"], "To compare takes two different recordings or more."),
        (["1", "1"], "To compare takes two different recordings or more."),
        (["1", "2", "--event", "rain"], "In recording 1 nothing happened that says rain."),
        (["1", "5"], "There is no recording 5."),
    ],
)
def test_compare_says_what_is_wrong(maker, notebook, arguments, line):
    ended = maker("recordings", "compare", *arguments)
    assert ended.code and ended.errors[0] == f"Error: {line}" and len(ended.errors) == 2


# -- fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "shown"), [(193.2, "190"), (0.0123, "0.012"), (7.0, "7"), (0.0, "0")])
def test_an_uncertainty_has_two_digits_and_no_power_of_ten(value, shown):
    assert two_digits(value) == shown


def test_fit_finds_the_time_constant(maker, notebook):
    ended = maker("recordings", "fit", "1", "exponential", "--channel", "temperature", "--out", "fit.svg")
    lines = ended.out.splitlines()
    assert lines[0] == "temperature (°C): exponential decay   y = c + A·e^(-x/τ)"
    name, value = lines[1].split(" = ")
    assert name == "  time constant τ"
    number, _plus_minus, uncertainty, unit = value.split()
    assert abs(float(number) - 30) <= 2 * float(uncertainty) < 1 and unit == "s"
    assert "°C" in lines[3] and "R² > 0.9999" in ended.out and Path("fit.svg").exists()


def test_fit_of_a_part_as_json(maker, notebook):
    ended = maker("recordings", "fit", "2", "exponential", "--channel", "温度", "--from", "10s", "--json")
    found = json.loads(ended.out)
    assert found["fits"] is True and found["start_s"] == 10 and found["channel"] == "temperature"
    tau = next(one for one in found["parameters"] if one["symbol"] == "τ")
    assert tau["value"] == pytest.approx(40, abs=2 * tau["uncertainty"]) and tau["unit"] == "s"
    assert len(found["residuals"]) == found["rows"]


def test_fit_over_another_channel(maker, notebook):
    ended = maker("recordings", "fit", "1", "proportional", "--channel", "light", "--x", "ratio")
    assert ended.code == 0 and "factor k = 3.00" in ended.out


def test_fit_that_does_not_fit_says_so_and_still_draws(maker, notebook):
    ended = maker("recordings", "fit", "1", "sinusoid", "--channel", "temperature", "--out", "no.png")
    assert ended.code == 1 and ended.out == ""
    assert ended.errors[1:] == [
        "Error: temperature: This is less than one swing: measure longer.",
        "Do this: Try another model, or a part of the recording: --from and --to. "
        "A picture shows it: --out FILE.png",
    ]
    assert Path("no.png").exists()
    assert (
        json.loads(maker("recordings", "fit", "1", "sinusoid", "--channel", "temperature", "--json").out)[
            "fits"
        ]
        is False
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["linear"], "Recording 1 has several channels: temperature, light, ratio."),
        (["linear", "--channel", "light", "--to", "0.1s"], "light has 2 values there that differ in time"),
        (["linear", "--channel", "light", "--from", "500s"], "light has 0 values there that differ in time"),
        (["cubic"], "'cubic' is not one of 'linear', 'proportional', 'exponential', 'sinusoid'."),
    ],
)  # fmt: skip
def test_fit_says_what_is_wrong(maker, notebook, arguments, line):
    ended = maker("recordings", "fit", "1", *arguments)
    assert ended.code and line in ended.errors[0] and len(ended.errors) == 2


# -- replay --------------------------------------------------------------------------------------------


def test_replay_gives_everything_once_more(maker, notebook):
    """As events on the wire would have: rows, a gap, a fault, a mark, the program's text."""
    ended = maker("recordings", "replay", "1", "--speed", "max", "--json")
    records = [json.loads(line) for line in ended.out.splitlines()]
    kinds = [record["type"] for record in records]
    assert kinds[0] == "start" and kinds[-1] == "end" and records[-1]["lost"] == 2
    rows = [record for record in records if record["type"] == "row"]
    assert len(rows) == 398 and rows[3]["values"]["light"] is None
    assert rows[-1]["t"] == pytest.approx(39.9) and rows[0]["values"]["temperature"] == pytest.approx(
        70, abs=1
    )
    assert [record["rows"] for record in records if record["type"] == "lost"] == [2]
    events = {
        record["text"]: record["t"]
        for record in records
        if record["type"] in ("event", "fault", "text")
        if "t" in record
    }
    assert events == pytest.approx(
        {"盖子, 打开": 0.15, "ETIMEDOUT": 0.3, "=HYPERLINK(1)": 0.85, "盖上盖子 lid on": 2.0}, abs=0.001
    )
    assert "warming up" in [record.get("text") for record in records]


def test_replay_into_a_table(maker, notebook):
    ended = maker("recordings", "replay", "1", "--speed", "max", "--out", "again.csv")
    assert "398 rows in 39.9 s" in ended.out and "Saved in: again.csv" in ended.out
    rows = list(csv.DictReader(Path("again.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len([row for row in rows if row["temperature (°C)"]]) == 398
    assert [row["event"] for row in rows if row["event"]][:2] == [
        "盖子, 打开", "light cannot be read: it does not answer in time (ETIMEDOUT)",
    ]  # fmt: skip


def test_replay_takes_no_speed_of_nothing(maker, notebook):
    for speed in ("0", "fast", "-1"):
        assert (
            maker("recordings", "replay", "1", "--speed", speed).errors[0]
            == f"Error: --speed cannot be {speed!r}."
        )


# -- export and import ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "datapackage"])
def test_out_and_in_again(maker, notebook, kind):
    ended = maker("recordings", "export", "1", "--format", kind)
    (path,) = Path().iterdir()
    assert ended.out.splitlines() == [f"Saved in: {path} (398 rows)"]
    assert path.stem == "茶水降温 第1组 2026-11-24 23-59-58"
    ended = maker("recordings", "import", path)
    assert ended.out.splitlines() == [
        f"Recording 4: 茶水降温, 398 rows, from {path.name}", "See it: maker recordings show 4",
    ]  # fmt: skip
    with Notebook(notebook) as book:
        one, other = book.get(1), book.get(4)
        assert other.about.started_at == one.about.started_at == BEGUN
        np.testing.assert_allclose(
            book.samples(4).values["temperature"], book.samples(1).values["temperature"]
        )


def test_the_ending_chooses_the_format(maker, notebook):
    for name, start in (("a.xlsx", b"PK"), ("a.json", b"{"), ("a.zip", b"PK"), ("a.csv", b"\xef\xbb\xbf")):
        assert maker("recordings", "export", "last", "--out", name).code == 0
        assert Path(name).read_bytes().startswith(start)
    ended = maker("recordings", "export", "last", "--out", "a.csv")
    assert ended.code == 1 and "there already" in ended.errors[0]


def test_several_as_csv_are_several_files(maker, notebook):
    Path("class").mkdir()
    ended = maker("recordings", "export", "1", "2", "3", "--out", "class")
    assert len(ended.out.splitlines()) == 3 and len(list(Path("class").glob("*.csv"))) == 3
    ended = maker("recordings", "export", "1", "2", "--out", "class.csv")
    assert ended.code == 2 and ended.errors[0] == "Error: A CSV file holds one recording, and these are 2."


def test_import_of_several_patterns_and_a_title(maker, notebook):
    for number in (1, 2):
        Path(f"run{number}.csv").write_text("time (s),x\n0,1\n1,2\n", encoding="utf-8")
    ended = maker("recordings", "import", "run*.csv", "--title", "两次")
    lines = ended.out.splitlines()
    assert lines[0] == "Recording 4: 两次, 2 rows, from run1.csv"
    assert lines[1].startswith("  The file does not say when it was measured; taken is when it was saved: 20")
    assert lines[2] == "Recording 5: 两次, 2 rows, from run2.csv"


def test_import_makes_a_notebook_and_keeps_nothing_of_a_foreign_file(maker):
    Path("poem.txt").write_text("roses are red\n", encoding="utf-8")
    ended = maker("recordings", "import", "poem.txt", "--notebook", "mine.sqlite3")
    assert (
        ended.code == 1
        and ended.errors[0] == "Error: poem.txt cannot be imported: it holds no table of numbers."
    )
    assert len(ended.errors) == 2 and not Path("mine.sqlite3").exists()


def test_help_imports_nothing_heavy():
    """Numpy and matplotlib come when they are needed."""
    tools = ("plot", "compare", "fit", "replay", "export", "import")
    code = f"""
import sys
for tool in {tools}:
    __import__("makerlab.cli.recordings_" + tool)
sys.exit(bool({{"numpy", "matplotlib", "xlsxwriter", "rich", "sqlite3"}} & sys.modules.keys()))
"""
    ended = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(HOST)}, check=False)
    assert ended.returncode == 0
