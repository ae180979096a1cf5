"""What all commands of `maker recordings` share: the notebook opened, and recordings in words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from makerlab.errors import FileProblem
from makerlab.i18n import _
from makerlab.recording.store.notebook import Notebook, default_path
from makerlab.recording.store.problems import NothingRecorded


def existing(path: Path | None) -> Notebook:
    """The notebook to look into: it is not made if it is not there. Raises NotebookProblem or
    NothingRecorded."""
    place = default_path() if path is None else path
    if not place.exists():
        if path is None:
            raise NothingRecorded()
        raise FileProblem(path=path, detail=_("there is no such file"))
    return Notebook(place)


def shown_start(started_at: datetime) -> str:
    """When it began, by the clock of where it was measured."""
    return started_at.isoformat(" ", "minutes")[:16]


def shown_length(seconds: float) -> str:
    """0:09, 12:30 or 1:02:30."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def two_digits(value: float) -> str:
    """An uncertainty: with two digits, and no 1.9e+02 for 190."""
    return f"{float(f'{value:.2g}'):g}"
