"""What a program needs on the board."""

from __future__ import annotations

from makerlab.experiment.modules import imported, needed


def test_imports_are_found_wherever_they_stand():
    assert imported("import a, b.c\nfrom d import e\ntry:\n    import f\nexcept ImportError: pass\n") == [
        "a", "b", "d", "f",
    ]  # fmt: skip


def test_imports_of_a_program_with_a_mistake_are_found_too():
    assert imported("from lab import run\nimport time, math as m\nx = = 1\n") == ["lab", "time", "math"]


def test_modules_of_modules_come_along_and_circles_end():
    files = {"lab": "import clock", "clock": "import lab\nimport time"}
    assert needed("import lab, machine", files.get) == files
