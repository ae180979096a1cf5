"""maker flash --files: what every board gets with its runtime, on genuine runtimes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

V2, ESP32 = "virtual:microbit-v2/files", "virtual:esp32/files"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.py").write_text("print('lesson one')\n", encoding="utf-8")
    (folder / "helper.py").write_text("# for everyone\nX = 1\n", encoding="utf-8")
    return folder


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "flash")
    import images

    path = tmp_path / "esp32.bin"
    path.write_bytes(images.micropython(tmp_path))
    return path


def on_board(maker, port: str, name: str, tmp_path: Path) -> bytes:
    got = tmp_path / "got"
    assert maker("get", name, got, "--port", port).code == 0
    return got.read_bytes()


def test_a_micro_bit_has_them_in_its_hex(maker, project: Path, tmp_path: Path):
    plan = maker("flash", "--port", V2, "--files", project, "--dry-run")
    assert plan.code == 0 and "helper.py, main.py" in plan.out
    done = maker("flash", "--port", V2, "--files", project)
    assert done.code == 0 and "PASS" in done.out
    assert on_board(maker, V2, "helper.py", tmp_path) == (project / "helper.py").read_bytes()


def test_an_esp32_gets_them_once_it_is_proven(maker, project: Path, image: Path, tmp_path: Path):
    (project / "lib").mkdir()
    (project / "lib" / "more.py").write_text("Y = 2\n", encoding="utf-8")
    arguments = ("flash", "--port", ESP32, "--image", image, "--files", project)
    plan = maker(*arguments, "--dry-run")
    assert plan.code == 0 and "lib/more.py" in plan.out, plan
    done = maker(*arguments)
    assert done.code == 0 and "files sent: " in done.out, done
    assert on_board(maker, ESP32, "lib/more.py", tmp_path) == b"Y = 2\n"
    again = maker(*arguments)
    assert again.code == 0 and "its files were there already" in again.out, again


def test_files_a_board_cannot_have_are_refused_before_it_is_touched(maker, project: Path, tmp_path: Path):
    assert maker("flash", "--port", V2, "--files", project).code == 0
    (project / "lib").mkdir()
    (project / "lib" / "more.py").write_text("Y = 2\n", encoding="utf-8")
    refused = maker("flash", "--port", V2, "--files", project)
    assert refused.code == 1 and "lib/more.py" in refused.errors[-2]
    (project / "lib" / "more.py").unlink()
    (project / "main.py").write_text("", encoding="utf-8")
    refused = maker("flash", "--port", V2, "--files", project)
    assert refused.code == 1 and "main.py is empty" in refused.errors[-2]
    assert on_board(maker, V2, "main.py", tmp_path) == b"print('lesson one')\n"
    gone = maker("flash", "--port", V2, "--files", tmp_path / "nothing")
    assert gone.code == 1 and "nothing" in gone.errors[-2]
    twice = maker("flash", "--port", V2, "--files", project, "--files", project / "main.py")
    assert twice.code == 2 and "Two of the files would be main.py" in "".join(twice.errors), twice


def test_a_retry_gives_the_same_files(maker, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bad = project / "data.csv"
    bad.write_bytes(b"")
    assert maker("flash", "--port", V2, "--files", project).code == 1
    bad.write_bytes(b"1,2\n")
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "boards.csv"
    assert maker("flash", "--retry-failed", "--report", table).code == 0
    assert on_board(maker, V2, "data.csv", tmp_path) == b"1,2\n"
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert [row[2] for row in csv.reader(file)][1:] == ["PASS"]
