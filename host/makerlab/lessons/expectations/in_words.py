"""An expectation's rule as a sentence: what is worked out, and what it should be.

For the teacher's guide, and wherever the pupils' own words (`say`) are not exact enough.
"""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.i18n import N_, _
from makerlab.lessons.expectations.verdict import Figure, Wanted
from makerlab.lessons.model import Expectation, Lesson, Value, Where
from makerlab.recording.units import shown_unit

FIGURES: Mapping[str, str] = {
    "count": N_("number of rows"),
    "rate": N_("rows a second"),
    "gap": N_("longest pause between two rows"),
    "range": N_("every value of “{name}”"),
    "monotonic": N_("direction of “{name}”"),
    "trend": N_("rank order of “{name}” (1 always up, -1 always down)"),
    "slope": N_("slope of the straight line through “{name}”"),
    "ratio": N_("mean of “{name}” in {of} divided by that in {to}"),
    "difference": N_("mean of “{name}” in {of} less that in {to}"),
    "peaks": N_("number of peaks of “{name}”"),
    "period": N_("time of one beat of “{name}”"),
    "settle": N_("final value of “{name}”"),
    "step": N_("greatest jump of “{name}”"),
    "toggles": N_("how often “{name}” crosses {threshold}"),
    "correlate": N_("correlation of “{name}” with “{other}” (-1 to 1)"),
    "peak_time": N_("when “{name}” is greatest"),
    "classify": N_("share of right answers"),
}
"""What each check works out."""

_IN_UNIT = {"range", "difference", "step"}
_IN_SECONDS = {"gap", "period"}


def in_words(one: Expectation, lesson: Lesson, target: str = "", board: str = "") -> str:
    """The rule of an expectation, for a board of a target (or as it stands), in the language in use."""
    values = one.on(target, board)
    channel = next((known for known in lesson.channels if known.id == one.channel), None)
    unit = shown_unit(channel.on(target).unit) if channel else ""
    facts = {
        "name": channel.shown_name if channel else one.channel,
        "of": _part(values.get("of")),
        "to": _part(values.get("to")),
        "threshold": _figure(values.get("threshold"), unit),
        "other": _channel(lesson, values.get("against")),
    }
    figure = _(FIGURES[one.check]).format(**facts)
    wanted = [*_bounds(one.check, values, unit), *_others(one.check, values, unit)]
    place = _part(values["where"]) if "where" in values else ""
    rule = _(": ").join([figure, _(", ").join(wanted)]) if wanted else figure
    return _("{rule} (in {place})").format(rule=rule, place=place) if place else rule


def _bounds(check: str, values: Mapping[str, Value], unit: str) -> list[str]:
    low, high = values.get("min"), values.get("max")
    if not isinstance(low, int | float):
        low = None
    if not isinstance(high, int | float):
        high = None
    if low is None and high is None:
        return []
    shown = "s" if check in _IN_SECONDS else unit if check in _IN_UNIT else ""
    return [Wanted(low, high, shown).text]


def _others(check: str, values: Mapping[str, Value], unit: str) -> list[str]:
    said: list[str] = []
    if "direction" in values:
        said.append(_("only rising") if values["direction"] == "rising" else _("only falling"))
    if isinstance(final := values.get("final"), tuple):
        said.append(Wanted(*final, unit).text)
    if isinstance(by_s := values.get("by_s"), int | float):
        said.append(_("after at most {time}").format(time=Figure(by_s, "s").text))
    for key in ("at_s", "between"):
        if isinstance(time := values.get(key), tuple):
            said.append(_("at {time}").format(time=Wanted(*time, "s").text))
    if isinstance(spacing := values.get("spacing"), tuple):
        said.append(_("one peak to the next {time}").format(time=Wanted(*spacing, "s").text))
    if isinstance(share := values.get("share"), int | float):
        said.append(_("for at least {percent} % of them").format(percent=round(100 * share)))
    return said


def _part(value: Value | None) -> str:
    if not isinstance(value, Where):
        return ""
    if value.segment:
        return _("“{label}”").format(label=value.segment)
    if value.seconds:
        return Wanted(*value.seconds, "s").text
    return ""


def _figure(value: Value | None, unit: str) -> str:
    return Figure(value, unit).text if isinstance(value, int | float) else ""


def _channel(lesson: Lesson, value: Value | None) -> str:
    return next((known.shown_name for known in lesson.channels if known.id == value), str(value or ""))
