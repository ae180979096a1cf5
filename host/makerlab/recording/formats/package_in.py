"""Our own data packages as recordings (see package_out.py)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from makerlab.i18n import N_
from makerlab.recording.formats import json_in, json_out, package_out
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.json_in import BadJson

NOT_OURS = N_("it is a data package, and not from maker recordings export")


def contents_of_package(read: Callable[[str], bytes], file: str) -> list[Content]:
    """The recordings in a package; `read` gives the content of its files. Raises BadJson."""
    try:
        descriptor = json.loads(read(package_out.DESCRIPTOR).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadJson(json_in.SPOILT) from error
    ours = descriptor.get(package_out.KEY) if isinstance(descriptor, dict) else None
    if not isinstance(ours, dict) or not isinstance(ours.get("recordings"), list):
        raise BadJson(NOT_OURS)
    if ours.get("version") != json_out.VERSION:
        raise BadJson(json_in.NEWER)
    return [_content(said, read, file) for said in ours["recordings"]]


def _content(said: Mapping[str, Any], read: Callable[[str], bytes], file: str) -> Content:
    try:
        lines = csv.reader(io.StringIO(read(package_out.rows_path(int(said["number"]))).decode("utf-8-sig")))
        titles = next(lines)
        if len(titles) != len(package_out.ROW_COLUMNS) + len(said["channels"]):
            raise ValueError(titles)
        rows = np.array(
            [
                [float(cell or "nan") for cell in (*line[:2], *line[len(package_out.ROW_COLUMNS) :])]
                for line in lines
                if line
            ]
        )
        return json_in.described(said, rows.reshape(len(rows), len(said["channels"]) + 2), file)
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        StopIteration,
        csv.Error,
    ) as error:
        raise BadJson(json_in.SPOILT) from error
