"""A model fitted to a channel of a recording. Pure, with numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makerlab.errors import MakerError
from makerlab.i18n import N_, _
from makerlab.recording.about import Columns, Recording
from makerlab.recording.analysis.channel_choice import heading_of, the_one, title_of
from makerlab.recording.analysis.fit import Estimate, Fit, TooFewRows, fit
from makerlab.recording.analysis.models import MODELS
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel


class TooLittleToFit(MakerError):
    what = N_("{channel} has {given} values there that differ in time, and this model needs {needed}.")
    todo = N_("Measure longer, or take more of the recording: --from and --to.")


class DoesNotFit(MakerError):
    """`fitted` is what was found all the same."""

    what = N_("{channel}: {problem}")
    todo = N_(
        "Try another model, or a part of the recording: --from and --to. A picture shows it: --out FILE.png"
    )

    def __init__(self, fitted: Fitted, **facts: object) -> None:
        super().__init__(**facts)
        self.fitted = fitted


@dataclass(frozen=True)
class Fitted:
    """`fit` of channel `y`; x is channel `x`, or (None) seconds from `start_s` on."""

    recording: Recording
    y: Channel
    x: Channel | None
    start_s: float
    end_s: float
    fit: Fit

    @property
    def y_heading(self) -> str:
        return heading_of(self.recording, self.y)

    @property
    def x_heading(self) -> str:
        return heading_of(self.recording, self.x) if self.x else _("time (s)")

    def unit_of(self, estimate: Estimate) -> str:
        """The unit of a parameter, as people write it."""
        y, x = shown_unit(self.y.unit), shown_unit(self.x.unit) if self.x else "s"
        if estimate.unit == "deg":
            return "°"
        if estimate.unit == "{y}/{x}":
            return f"{y or '1'}/{x}" if x else y
        if estimate.unit == "1/{x}":
            return "Hz" if self.x is None else f"1/{x}" if x else ""
        return estimate.unit.format(x=x, y=y)

    @property
    def problem(self) -> DoesNotFit | None:
        """What is to be said when the model does not describe the values."""
        if not self.fit.problem:
            return None
        channel = title_of(self.recording, self.y.name)
        return DoesNotFit(self, channel=channel, problem=_(self.fit.problem))


def fitted(recording: Recording, columns: Columns, model: str, channel: str = "", x: str = "") -> Fitted:
    """The model of that key (see analysis.models) fitted to `columns`, the part of the recording that counts.
    `channel` and `x` are names or titles; "" is the only channel, and time.

    Raises NoSuchChannel, SeveralChannels and TooLittleToFit.
    """
    y_channel = the_one(recording, channel)
    x_channel = the_one(recording, x) if x else None
    start_s = float(columns.time_s[0]) if len(columns.time_s) else 0.0
    along = columns.values[x_channel.name] if x_channel else columns.time_s - start_s
    resolution = 0.0
    if y_channel.decimals is not None:
        resolution = max(abs(y_channel.scale), 10.0**-y_channel.decimals)
    try:
        found = fit(MODELS[model], np.asarray(along), columns.values[y_channel.name], resolution)
    except TooFewRows as error:
        raise TooLittleToFit(
            channel=title_of(recording, y_channel.name), given=error.given, needed=error.needed
        ) from error
    end_s = float(columns.time_s[-1])
    return Fitted(recording, y_channel, x_channel, start_s, end_s, found)
