"""A bug of ours: what a person is told of it, and where its traceback goes."""

from __future__ import annotations

import contextlib
import traceback
from pathlib import Path

from makerlab.errors import MakerError
from makerlab.i18n import N_
from makerlab.paths import cache_dir


class Unforeseen(MakerError):
    """A bug of ours. The traceback goes into a file, for whoever mends it."""

    what = N_("Something went wrong inside maker: {detail}")
    todo = N_("Please report it, with the command you typed and the file {path}.")

    @classmethod
    def of(cls, error: Exception) -> Unforeseen:
        """What to say of `error`, whose traceback is kept."""
        return cls(detail=f"{type(error).__name__}: {error}", path=keep_traceback(error))


def keep_traceback(error: Exception) -> Path:
    """Write the traceback where a report can take it from; the file's path."""
    path = cache_dir() / "last-error.txt"
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return path
