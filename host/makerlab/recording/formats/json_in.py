"""Our own JSON as recordings (see json_out.py)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from makerlab.i18n import LANGUAGES, N_
from makerlab.recording.about import About, Happened, LogLine, Lost
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.json_out import FACTS, FORMAT, VERSION
from makerlab.wire.events import Channel

if TYPE_CHECKING:
    from makerlab.recording.about import Floats

_KINDS = ("mark", "fault", "restart", "away", "clock", "end")
T = TypeVar("T")


class BadJson(ValueError):
    """Why it is no recording: a text of the catalogue."""


NOT_OURS = N_("it is JSON, and not from maker recordings export")
SPOILT = N_("it was changed and no longer fits together")
NEWER = N_("it was written by a newer makerlab")


def contents_of_json(text: str, file: str) -> list[Content]:
    """The recordings in a file. Raises BadJson."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadJson(N_("it is cut off or spoilt")) from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise BadJson(NOT_OURS)
    if whole.get("version") != VERSION:
        raise BadJson(NEWER)
    return [_content(one, file) for one in _list(whole, "recordings")]


def _content(said: Mapping[str, Any], file: str) -> Content:
    try:
        rows = np.array(
            [[float("nan") if cell is None else cell for cell in row] for row in said["rows"]], np.float64
        )
        return described(said, rows.reshape(len(said["rows"]), len(said["channels"]) + 2), file)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadJson(SPOILT) from error


def described(said: Mapping[str, Any], rows: Floats, file: str) -> Content:
    """A recording out of what `json_out.described` says of it, and its rows: number, seconds, and values.

    Raises KeyError, TypeError or ValueError where that was changed.
    """
    if len(rows) < 1 or np.isnan(rows[:, :2]).any() or (np.diff(rows[:, 1]) < 0).any():
        raise ValueError(rows.shape)
    channels = tuple(_channel(one) for one in said["channels"])
    if len({channel.name for channel in channels}) != len(channels):
        raise ValueError(channels)
    titles = {one["name"]: _texts(one.get("title", {})) for one in said["channels"]}
    rate = said.get("rate_hz")
    facts = {
        key: _text(said.get(key, "")) for key in FACTS if key not in ("rate_hz", "session", "imported_from")
    }
    about = About(
        **facts,  # type: ignore[arg-type]
        rate_hz=float(rate) if rate else None,
        started_at=_moment(said["started_at"]),
        channel_titles={name: texts for name, texts in titles.items() if texts},
        imported_from=file,
    )
    return Content(
        number=0,
        about=about,
        channels=channels,
        time_s=rows[:, 1],
        values={channel.name: rows[:, index] for index, channel in enumerate(channels, 2)},
        seq=rows[:, 0].astype(np.int64),
        gaps=tuple(_each(said, "gaps", _gap)),
        events=tuple(_each(said, "events", _event)),
        log=tuple(
            LogLine(float(one["time_s"]), _text(one["line"]), number)
            for number, one in enumerate(_list(said, "log"))
        ),
        tick_s=float(said.get("tick_s", 0.001)),
    )


def _channel(said: Mapping[str, Any]) -> Channel:
    decimals = said.get("decimals")
    if decimals is not None and not (isinstance(decimals, int) and 0 <= decimals <= 12):
        raise ValueError(decimals)
    name = _text(said["name"])
    if not name:
        raise ValueError(name)
    return Channel(name, _text(said.get("unit", "")), 10.0 ** -(decimals or 0), decimals)


def _gap(said: Mapping[str, Any]) -> Lost:
    lost = said["lost"]
    return Lost(float(said["start_s"]), float(said["end_s"]), None if lost is None else max(0, int(lost)))


def _event(said: Mapping[str, Any]) -> Happened:
    kind = said["kind"]
    if kind not in _KINDS:
        raise ValueError(kind)
    return Happened(float(said["time_s"]), kind, _text(said["text"]), _text(said.get("channel", "")))


def _each(said: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    return [read(one) for one in _list(said, key)]


def _list(said: Mapping[str, Any], key: str) -> list[Any]:
    found = said.get(key, [])
    if not isinstance(found, list):
        raise BadJson(SPOILT)
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _texts(value: Mapping[str, Any]) -> dict[str, str]:
    return {key: _text(text) for key, text in value.items() if key in LANGUAGES}


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.astimezone()
