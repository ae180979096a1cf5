"""Every test of packs has a computer of its own: nothing installed, no keys, in English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from makerlab.i18n import set_language


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "家"))
    set_language("en")
    yield tmp_path / "家"
    set_language("en")
