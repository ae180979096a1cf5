"""What a measurement is doing while no rows are recorded: it waits for something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from makerlab.i18n import _

if TYPE_CHECKING:
    from makerlab.experiment.measuring import Measuring


class Situation(NamedTuple):
    """`kind` is "" (rows are recorded), "unplugged" or "waiting" (for `condition`); `text` says it."""

    kind: str
    text: str
    condition: str = ""


MEASURING = Situation("", "")


def situation_of(measuring: Measuring) -> Situation:
    if measuring.away:
        return Situation("unplugged", _("Unplugged. Plug the board in again: recording goes on."))
    if (condition := measuring.waiting_for) is not None:
        now = _(" (now: {values})").format(values=measuring.reading) if measuring.reading else ""
        text = _("Waiting for: {condition}").format(condition=condition.text) + now
        return Situation("waiting", text, condition.text)
    return MEASURING
