"""Reading and writing whole files of lessons: with limits, and never half."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import N_

ON_WINDOWS = os.name == "nt"
TRIES, PAUSE_S = 40, 0.05
"""Windows lets nobody replace a file while another program reads it: two seconds is longer than any of our
reads, and than most virus scanners'."""
PRIVATE = 0o600


class FolderTaken(FileProblem):
    what = N_("{path} is there already.")
    todo = N_("Choose another folder: nothing is overwritten.")


def read(path: Path, limit: int) -> bytes:
    """The file, or its first `limit` + 1 bytes: what is longer than the limit can be told by that.

    Raises FileProblem.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileProblem(path=path, detail=system_reason(error)) from error


def write(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write a whole file or none: a full disk or a power cut leaves what was there before.

    Folders are made. `mode` as in os.open, where the system has such rights. Raises FileProblem.
    """
    # Of its own name: two commands that write the same file do not write into one another's.
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(partial, path)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            partial.unlink()
        raise FileProblem(path=path, detail=system_reason(error)) from error


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder with these files (names with `/`), whole or not at all. Raises FolderTaken when it
    is there already, FileProblem."""
    if folder.exists():
        raise FolderTaken(path=folder)
    partial = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.new")
    try:
        for name, data in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        _put_in_place(partial, folder)
    except (OSError, ValueError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise FileProblem(path=folder, detail=system_reason(error)) from error


_BINARY = getattr(os, "O_BINARY", 0)


def _put_in_place(partial: Path, path: Path) -> None:
    for _try in range(TRIES - 1):
        try:
            partial.replace(path)
            return
        except PermissionError:
            if not ON_WINDOWS:
                raise
            time.sleep(PAUSE_S)
    partial.replace(path)
