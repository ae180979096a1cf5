"""The calibrations on this computer's disk: data_dir()/calibrations.json, by board and channel."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from makerlab.errors import BadFile, FileProblem, system_reason
from makerlab.i18n import _
from makerlab.paths import data_dir
from makerlab.recording.calculated.calibration import Calibration, SamePoint, through


@dataclass(frozen=True)
class Entry:
    """One board's channel. `board_id` as labels.board_id gives it, `board` a boards.yaml key."""

    board_id: str
    board: str
    channel: str
    calibration: Calibration


def file() -> Path:
    return data_dir() / "calibrations.json"


def load() -> list[Entry]:
    """All of them; none when nobody calibrated anything. Raises FileProblem, BadFile."""
    path = file()
    try:
        return [_entry(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    except (ValueError, TypeError, KeyError, SamePoint) as error:
        raise BadFile(
            path=path,
            line=getattr(error, "lineno", 1),
            problem=_("The file with the calibrations was damaged."),
            advice=_("Delete it, then calibrate again: maker calibrate humidity --channel temperature"),
        ) from None


def of_board(board_id: str) -> dict[str, Calibration]:
    """A board's calibrations, by channel; none for a board without an id. Raises FileProblem, BadFile."""
    if not board_id:
        return {}
    return {entry.channel: entry.calibration for entry in load() if entry.board_id == board_id}


def keep(entry: Entry) -> None:
    """Add one, in place of what this board's channel had. Raises FileProblem."""
    others = [one for one in load() if (one.board_id, one.channel) != (entry.board_id, entry.channel)]
    save([*others, entry])


def save(entries: Iterable[Entry]) -> None:
    """Write all; the file is the old one or the new one, never half. Raises FileProblem."""
    path = file()
    partial = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


def _entry(board_id: str, board: str, channel: str, calibration: dict[str, object]) -> Entry:
    (low, high), (known_low, known_high) = _pair(calibration["measured"]), _pair(calibration["known"])
    line = through(
        channel, (low, high), (known_low, known_high),
        str(calibration["unit"]), str(calibration["made_at"]),
    )  # fmt: skip
    return Entry(board_id, board, channel, line)


def _pair(values: object) -> tuple[float, float]:
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError
    return float(values[0]), float(values[1])
