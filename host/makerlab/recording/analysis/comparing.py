"""Recordings laid over each other: at their starts, on something that happened, or on the clock. Pure.

How sure the alignment is comes along: a start and a mark are known to a row (a program looks for what happens
between rows), and clocks of boards that measured together to what the notebook says of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Literal, TypeAlias

from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _
from makerlab.recording.about import Columns, Happened, Recording
from makerlab.recording.analysis.arrays import Stretch
from makerlab.recording.analysis.channel_choice import chosen, heading_of, name_of
from makerlab.recording.analysis.comparison import Comparison, Curve, compare
from makerlab.recording.analysis.statistics import pace
from makerlab.wire.events import Channel

Alignment: TypeAlias = Literal["start", "event", "clock"]

ARRIVAL_ERROR_S = 0.02
"""Of a moment that this computer dated, because the program only prints."""


class NoSuchEvent(MakerError):
    what = N_("In recording {id} nothing happened that says {text}.")
    todo = N_(
        "See what did: maker recordings show {id}. Or lay them over each other otherwise: --align start"
    )


class NothingInCommon(MakerError):
    what = N_("The recordings {ids} have no channel of the same name and unit in common.")
    todo = N_("Compare recordings of the same experiment; see their channels: maker recordings list")


class NoTimeInCommon(MakerError):
    what = N_("Laid over each other so, the recordings {ids} have no time in common.")
    todo = N_("Lay them over each other otherwise: --align start, event or clock")


class TooFewToCompare(UsageProblem):
    what = N_("To compare takes two different recordings or more.")
    todo = N_("Example: {example}")


@dataclass(frozen=True)
class Compared:
    """The comparison of one channel: its heading, and that of the first recording's channel."""

    heading: str
    channel: Channel
    comparison: Comparison


def usual_alignment(recordings: Sequence[Recording]) -> Alignment:
    """On the clock for those that were measured together, else at their starts."""
    sessions = {recording.about.session for recording in recordings}
    return "clock" if len(sessions) == 1 and "" not in sessions else "start"


def needs_session(recordings: Sequence[Recording], alignment: Alignment) -> bool:
    """Whether columns with times on the session's axis are wanted."""
    return alignment == "clock" and usual_alignment(recordings) == "clock"


def compared(
    recordings: Sequence[Recording],
    columns: Sequence[Columns],
    alignment: Alignment,
    event: str = "",
    names: Sequence[str] = (),
) -> list[Compared]:
    """Each channel that all recordings have (of `names`, if there are any), compared with the first
    recording's. `columns` are theirs, on the session's axis if `needs_session`. `event` is part of what a
    mark says ("": the first mark).

    Raises NoSuchEvent, NoSuchChannel, NothingInCommon and NoTimeInCommon.
    """
    ids = _(", ").join(str(recording.id) for recording in recordings)
    labels = _labels(recordings)
    moments = [
        _moment(recording, its_columns, alignment, event, recordings)
        for recording, its_columns in zip(recordings, columns, strict=True)
    ]
    channels = _common(recordings, names)
    if not channels:
        raise NothingInCommon(ids=ids)
    found = []
    for channel in channels:
        curves = []
        for recording, its_columns, label, (moment_s, error_s) in zip(
            recordings, columns, labels, moments, strict=True
        ):
            shift = float(its_columns.time_s[0]) if needs_session(recordings, alignment) else 0.0
            gaps = tuple(Stretch(gap.start_s + shift, gap.end_s + shift) for gap in recording.gaps)
            curves.append(
                Curve(label, its_columns.time_s, its_columns.values[channel.name], gaps, moment_s, error_s)
            )
        comparison = compare(curves)
        if comparison is None:
            raise NoTimeInCommon(ids=ids)
        found.append(Compared(heading_of(recordings[0], channel), channel, comparison))
    return found


def _labels(recordings: Sequence[Recording]) -> list[str]:
    """What tells the recordings apart: not their title, if it is the same for all."""
    same = len({recording.about.title for recording in recordings}) == 1
    return [
        f"{recording.id} {recording.about.label if same else name_of(recording)}".rstrip()
        for recording in recordings
    ]


def _common(recordings: Sequence[Recording], names: Sequence[str]) -> list[Channel]:
    others = [{(one.name, one.unit) for one in recording.channels} for recording in recordings[1:]]
    return [
        channel
        for channel in chosen(recordings[0], names)
        if all((channel.name, channel.unit) in other for other in others)
    ]


def _moment(
    recording: Recording, columns: Columns, alignment: Alignment, event: str, recordings: Sequence[Recording]
) -> tuple[float, float]:
    """What comes to 0, and how sure that is."""
    found = pace(columns.time_s)
    step_s = found.step_s if found else 0.0
    if alignment == "event":
        plain = any(part.form == "plain" for part in recording.parts)
        return _mark(recording, event).time_s, max(step_s, ARRIVAL_ERROR_S if plain else 0.0)
    if alignment == "clock":
        if needs_session(recordings, alignment):
            return 0.0, max(part.clock.alignment_error_s for part in recording.parts)
        first: datetime = min(one.about.started_at for one in recordings)
        return -(recording.about.started_at - first).total_seconds(), inf
    return (float(columns.time_s[0]) if len(columns.time_s) else 0.0), step_s


def _mark(recording: Recording, event: str) -> Happened:
    marks = [
        one for one in recording.events if one.kind == "mark" and event.casefold() in one.text.casefold()
    ]
    if not marks:
        raise NoSuchEvent(id=recording.id, text=event or _("anything"))
    return marks[0]
