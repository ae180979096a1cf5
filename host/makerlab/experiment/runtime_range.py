"""Whether a board's MicroPython is one that a program needs. Pure."""

from __future__ import annotations

import re

from makerlab.errors import MakerError
from makerlab.experiment.model import Edition
from makerlab.i18n import N_

_RELEASE = re.compile(r"\d+(\.\d+)*")
"""At the beginning of what boards say: 1.27.0, 1.28.0-preview.43, 1.9.2-34-gd64154c73 (micro:bit V1)."""


class OtherRuntime(MakerError):
    what = N_("{name} needs MicroPython {range}; the {board} has {version}.")
    todo = N_("Put a version that fits on it (see maker flash), or take another board.")


def check_runtime(edition: Edition, board: str, version: str) -> None:
    """Raises OtherRuntime when `version`, as the board called `board` says it, is outside what `edition`
    needs. A preview counts as its release; who says no version is taken at their word."""
    found = _RELEASE.match(version)
    if not edition.runtime or found is None:
        return
    from packaging.specifiers import SpecifierSet

    if not SpecifierSet(edition.runtime).contains(found[0]):
        raise OtherRuntime(name=edition.file, range=edition.runtime, board=board, version=version)
