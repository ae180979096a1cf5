"""firmware/stubs and firmware/REFERENCE*.md say what the sources say."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from makerlab.boards import catalogue
from makerlab.experiment.find import by_name, names
from makerlab.resources import firmware_dir
from makerlab.sensors import sensors

ROOT = Path(__file__).resolve().parents[2]
STUBS = firmware_dir() / "stubs"
SENSORS = sensors().sensors.values()
EDITIONS = ("_microbit", "_microbit_v1", "_microbit_v2")
MODULES = [
    path
    for room in ("lab", "sensors")
    for path in sorted((firmware_dir() / room).glob("*.py"))
    if not path.stem.endswith(EDITIONS)
]


def test_nothing_is_missing_or_stale():
    check = [sys.executable, str(ROOT / ".ci" / "firmware_docs.py"), "--check"]
    result = subprocess.run(check, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


def signatures(path: Path) -> dict[str, list[str]]:
    """Parameters and defaults of every function and method, by "name" or "Class.name"."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for one in inside:
            if isinstance(one, ast.FunctionDef):
                for argument in one.args.args:
                    argument.annotation = None
                if one.args.vararg:
                    one.args.vararg.annotation = None
                name = f"{node.name}.{one.name}" if isinstance(node, ast.ClassDef) else one.name
                found[name] = ast.unparse(one.args).split(", ")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_stub_has_the_parameters_of_its_source(path: Path):
    source, stub = signatures(path), signatures(STUBS / f"{path.stem}.pyi")
    assert stub.items() <= source.items()


def test_there_is_a_stub_for_each_module_and_no_other():
    assert {path.stem for path in STUBS.glob("*.pyi")} == {path.stem for path in MODULES}


WRONG = """\
from lab import channel, run
from bh1750 import BH1750
channel("light", "lx")
run(rate=3)
BH1750().lx
"""


def test_all_that_programs_call_is_known_to_an_editor(tmp_path):
    """Every program we show or bring, type-checked with the stubs; and one with mistakes."""
    programs = {
        f"{sensor.key}_{key}": sensors().program(sensor, catalogue().boards[key])
        for sensor in SENSORS
        for key in sensor.boards
    }
    for name in names():
        for edition in by_name(name).editions.values():
            programs[edition.file.removesuffix(".py")] = edition.source
    for name, source in {**programs, "wrong": WRONG}.items():
        (tmp_path / f"program_{name}.py").write_text(source, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        "--ignore-missing-imports",
        "--no-error-summary",
    ]
    result = subprocess.run(
        [*command, f"--cache-dir={tmp_path / 'cache'}", str(tmp_path)],
        env={**os.environ, "MYPYPATH": str(STUBS)}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    # MicroPython's `time` has more than the one an editor knows; that is not ours to say.
    lines = [line for line in result.stdout.splitlines() if 'Module "time" has no attribute' not in line]
    assert [line for line in lines if "program_wrong" not in line] == []
    assert {line.partition("program_wrong.py:")[2].partition(":")[0] for line in lines} == {"3", "4", "5"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_has_every_sensor_and_experiment(language: str):
    name = "REFERENCE.md" if language == "en" else f"REFERENCE.{language}.md"
    text = (firmware_dir() / name).read_text(encoding="utf-8")
    for sensor in SENSORS:
        assert f'<a id="{sensor.key}"></a>' in text
        assert sensor.name[language] in text and sensor.about[language] in text
        for quantity in sensor.quantities.values():
            assert f"| `{quantity.read}` |" in text
    for experiment in names():
        assert by_name(experiment).question[language] in text
