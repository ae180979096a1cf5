"""What versions of MicroPython a program needs, compared with what boards say of themselves."""

from __future__ import annotations

import pytest

from makerlab.experiment.model import Edition
from makerlab.experiment.runtime_range import OtherRuntime, check_runtime


@pytest.mark.parametrize(
    ("needed", "there"),
    [
        (">=1.24", "1.24.0"), (">=1.24", "1.28.0-preview.43.gabcdef012"), (">=1.9", "1.9.2-34-gd64154c73"),
        (">=1.9, <1.19", "1.18"), ("~=1.18", "1.27.0"), ("", "0.1"), (">=1.24", ""), (">=1.24", "unknown"),
    ],
)  # fmt: skip
def test_it_fits(needed, there):
    check_runtime(Edition("main.py", "", runtime=needed), "ESP32", there)


@pytest.mark.parametrize(
    ("needed", "there"),
    [(">=1.24", "1.9.2-34-gd64154c73"), (">=1.24", "1.23.0"), ("<1.19", "1.24.1"), ("==1.18", "1.18.1")],
)
def test_it_does_not_fit(needed, there):
    with pytest.raises(OtherRuntime, match="needs MicroPython"):
        check_runtime(Edition("main.py", "", runtime=needed), "ESP32", there)
