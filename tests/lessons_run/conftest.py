"""A home of its own for the compiled runtime, and the example of tests/lessons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from makerlab.lessons.folder import read_folder

EXAMPLE = Path(__file__).resolve().parents[1] / "lessons" / "example"


@pytest.fixture(scope="session", autouse=True)
def maker_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKER_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def example() -> dict[str, bytes]:
    """The files of a small lesson that passes, to be spoilt."""
    return read_folder(EXAMPLE)
