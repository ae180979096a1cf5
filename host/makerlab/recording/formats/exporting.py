"""Recordings out of the notebook into files. A file is either whole, or not there."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, TypeAlias

from makerlab import __version__
from makerlab.errors import system_reason
from makerlab.i18n import _
from makerlab.recording.csv_file import ON_WINDOWS, FileTaken, NotSaved, why_not_saved
from makerlab.recording.file_names import default_name, is_windows_name
from makerlab.recording.formats.content import USUAL_TICK_S, Content
from makerlab.recording.formats.csv_out import csv_of
from makerlab.recording.formats.json_out import json_of
from makerlab.recording.formats.package_out import package_of
from makerlab.recording.store.notebook import Notebook

Kind: TypeAlias = Literal["csv", "xlsx", "json", "datapackage"]
Progress: TypeAlias = Callable[[int], None]
"""Told how many rows are written."""

SUFFIXES: dict[Kind, str] = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "datapackage": ".zip"}


def content_of(notebook: Notebook, which: int | str, *, raw: bool = False) -> Content:
    """A recording of the notebook; `raw`: without its calibration and calculated channels. Raises
    NoRecording."""
    recording = notebook.get(which)
    columns = notebook.samples(recording.id, raw=raw)
    ticks = [USUAL_TICK_S if part.form == "plain" else part.tick_s for part in recording.parts]
    return Content(
        number=recording.id,
        about=recording.about,
        channels=tuple(channel for channel in recording.channels if channel.name in columns.values),
        time_s=columns.time_s,
        values=columns.values,
        seq=columns.seq,
        gaps=recording.gaps,
        events=recording.events,
        log=recording.log,
        tick_s=min(ticks, default=USUAL_TICK_S),
    )


def usual_path(folder: Path, contents: Sequence[Content], kind: Kind) -> Path:
    """A name that is free in `folder`: what was measured, by whom, and when."""
    about = contents[0].about
    title = " ".join(part for part in (about.title, about.label) if part)
    return free(folder / default_name(title, about.started_at, SUFFIXES[kind]))


def free(path: Path) -> Path:
    """`path`, or the next with a number that is not taken ("light 2.csv")."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem} {number}{path.suffix}")
    return found


def export(contents: Sequence[Content], kind: Kind, path: Path, progress: Progress) -> None:
    """Write the new file `path`; of a data package, a folder, if the name does not end in .zip. CSV holds one
    recording.

    Raises FileTaken or NotSaved, and then nothing is left of it.
    """
    if kind == "datapackage" and path.suffix.lower() != ".zip":
        _write_folder(package_of(contents, datetime.now().astimezone(), __version__), path)
        progress(sum(content.rows for content in contents))
        return
    with new_file(path) as file:
        if kind == "csv":
            (content,) = contents
            _write(csv_of(content), file)
        elif kind == "json":
            _write(json_of(contents), file)
        elif kind == "xlsx":
            # Imported here, not above: it takes longer than all other formats together.
            from makerlab.recording.formats.xlsx_out import write_xlsx

            write_xlsx(file, contents, progress)
        else:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
                for name, pieces in package_of(contents, datetime.now().astimezone(), __version__):
                    with archive.open(name, "w", force_zip64=True) as entry:
                        _write(pieces, entry)
    progress(sum(content.rows for content in contents))


def save(path: Path, data: bytes) -> None:
    """Write the new file `path`. Raises FileTaken or NotSaved."""
    with new_file(path) as file:
        file.write(data)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write into, which is removed again when that fails. Raises FileTaken or NotSaved."""
    if ON_WINDOWS and not is_windows_name(path.name):
        raise NotSaved(path=path, detail=_("no file can have this name"))
    try:
        file = path.open("xb")
    except FileExistsError as error:
        raise FileTaken(path=path) from error
    except ValueError as error:
        raise NotSaved(path=path, detail=system_reason(error)) from error
    except OSError as error:
        raise NotSaved(path=path, detail=why_not_saved(error)) from error
    try:
        with file:
            yield file
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise NotSaved(path=path, detail=system_reason(error)) from error
        raise


def _write(pieces: Iterable[bytes], file: IO[bytes]) -> None:
    for piece in pieces:
        file.write(piece)


def _write_folder(files: Iterable[tuple[str, Iterator[bytes]]], folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise FileTaken(path=folder) from error
    except (OSError, ValueError) as error:
        raise NotSaved(path=folder, detail=system_reason(error)) from error
    try:
        for name, pieces in files:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                _write(pieces, file)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise NotSaved(path=folder, detail=system_reason(error)) from error
        raise
