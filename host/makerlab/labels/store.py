"""The labels on this computer's disk: data_dir()/labels.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from makerlab.errors import BadFile, FileProblem, system_reason
from makerlab.i18n import _
from makerlab.labels.book import Book, Entry
from makerlab.paths import data_dir


def file() -> Path:
    return data_dir() / "labels.json"


def load() -> Book:
    """The labels; none when nobody gave any. Raises FileProblem, BadFile."""
    path = file()
    try:
        return Book(Entry(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Book()
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    except (ValueError, TypeError) as error:
        raise BadFile(
            path=path,
            line=getattr(error, "lineno", 1),
            problem=_("The file with the labels was damaged."),
            advice=_("Delete it, then take the labels in again: maker roster import FILE.csv"),
        ) from None


def save(book: Book) -> None:
    """Write all labels; the file is the old one or the new one, never half. Raises FileProblem."""
    path = file()
    partial = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(entry) for entry in book], ensure_ascii=False, indent=1)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
