"""An expectation and columns -> verdict. One small function for each check of expectation_kinds.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from makerlab.i18n import N_
from makerlab.lessons.expectations.columns import Columns, NoSegment, select
from makerlab.lessons.expectations.numbers import (
    beat,
    fit_line,
    jump,
    means_of_parts,
    peaks,
    pearson,
    running_mean,
    spearman,
    switches,
)
from makerlab.lessons.expectations.verdict import (
    NO_CHANNEL,
    NO_ROWS,
    NO_SEGMENT,
    NO_VALUES,
    TOO_FEW,
    Fact,
    Figure,
    Reason,
    Verdict,
    Wanted,
)
from makerlab.lessons.model import Expectation, Lesson, Parts, Text, Value, Where
from makerlab.recording.units import shown_unit

STEADY = 0.2
"""How far single waves may spread from their mean (standard deviation, as a share of it) in a beat."""
MONOTONIC_PARTS = 12
"""Pieces whose means should only rise or fall: noise from row to row does not count."""
SETTLED_SHARE = 0.95
"""Of the values from then on that lie where they should."""
SMOOTHED = 0.02
"""Of all rows, averaged before the highest is looked for: one wrong reading is no peak."""


ROUNDING = 1e-9
"""Of numbers such as 1 - 0.9, which is not quite 0.1."""


class Unjudged(Exception):
    """There is nothing to judge, and that is why the expectation is not met."""

    def __init__(self, template: str, **facts: Fact) -> None:
        super().__init__(template)
        self.reason = Reason(template, facts)


@dataclass(frozen=True)
class Question:
    """One expectation for one board, and the data it looks at."""

    lesson: Lesson
    expectation: Expectation
    values: Mapping[str, Value]
    columns: Columns
    """What `where` selects."""
    everything: Columns
    labels: frozenset[str]

    # -- the values that stand in lesson.yaml

    def number(self, name: str, otherwise: float) -> float:
        value = self.values.get(name, otherwise)
        assert isinstance(value, int | float)
        return float(value)

    def maybe(self, name: str) -> float | None:
        return self.number(name, 0) if name in self.values else None

    def word(self, name: str, otherwise: str = "") -> str:
        value = self.values.get(name, otherwise)
        assert isinstance(value, str)
        return value

    def wanted(self, unit: str = "") -> Wanted:
        return Wanted(self.maybe("min"), self.maybe("max"), unit)

    def allowed(self, count: int) -> float:
        """How many of `count` may be otherwise, by `share`."""
        return (1 - self.number("share", 1)) * count + ROUNDING

    def range(self, name: str, unit: str = "") -> Wanted | None:
        value = self.values.get(name)
        if not isinstance(value, tuple):
            return None
        return Wanted(*value, unit)

    def part(self, name: str) -> Where:
        value = self.values[name]
        assert isinstance(value, Where)
        return value

    # -- the data

    @property
    def channel(self) -> str:
        return self.expectation.channel

    def title(self, channel: str = "") -> Text:
        """A channel's name for a person."""
        wanted = channel or self.channel
        return next((dict(one.name) for one in self.lesson.channels if one.id == wanted), {"en": wanted})

    @property
    def unit(self) -> str:
        return shown_unit(self.columns.units.get(self.channel, ""))

    def pairs(self, columns: Columns | None = None, against: str = "") -> tuple[list[float], list[float]]:
        """Times (or values of the channel `against`) and values of the channel, where both are there."""
        columns = columns or self.columns
        for name in (self.channel, against):
            if name and name not in columns.values:
                raise Unjudged(NO_CHANNEL, name=self.title(name))
        if not columns.time_s:
            raise Unjudged(NO_ROWS)
        x: Sequence[float | None] = columns.values[against] if against else columns.time_s
        both = [
            (one, other)
            for one, other in zip(x, columns.values[self.channel], strict=True)
            if one is not None and other is not None
        ]
        if not both:
            raise Unjudged(NO_VALUES, name=self.title())
        return [one for one, _other in both], [other for _one, other in both]

    def select(self, where: Where) -> Columns:
        return select(self.everything, where, self.labels)

    def too_few(self) -> Unjudged:
        return Unjudged(TOO_FEW, name=self.title())


@dataclass(frozen=True)
class Answer:
    met: bool
    reason: Reason
    figure: Figure | None = None


def judge(lesson: Lesson, target: str, board: str, columns: Columns) -> list[Verdict]:
    """What each expectation of `lesson` for `target` (its id) says of data taken with `board` (its key)."""
    return [judge_one(lesson, one, target, board, columns) for one in lesson.expected(target)]


def judge_one(lesson: Lesson, expectation: Expectation, target: str, board: str, columns: Columns) -> Verdict:
    values = expectation.on(target, board)
    labels = labels_of(lesson, target)
    try:
        where = values.get("where")
        picked = select(columns, where if isinstance(where, Where) else None, labels)
        question = Question(lesson, expectation, values, picked, columns, labels)
        answer = _CHECKS[expectation.check](question)
    except NoSegment as missing:
        return Verdict(expectation, False, Reason(NO_SEGMENT, {"label": missing.label}))
    except Unjudged as unjudged:
        return Verdict(expectation, False, unjudged.reason)
    return Verdict(expectation, answer.met, answer.reason, answer.figure)


def labels_of(lesson: Lesson, target: str) -> frozenset[str]:
    """The texts of the events that begin a segment."""
    found: set[str] = set()
    for expectation in lesson.expected(target):
        for values in (expectation.values, *expectation.by.values()):
            for value in values.values():
                parts = value.items if isinstance(value, Parts) else (value,)
                found |= {part.segment for part in parts if isinstance(part, Where) and part.segment}
    return frozenset(found)


def _bounded(question: Question, value: float, unit: str, good: str, bad: str, **facts: Fact) -> Answer:
    """For a check that works out one figure: `bad` says what it should have been as {wanted}."""
    wanted = question.wanted(unit)
    met = wanted.holds(value)
    figure = Figure(value, unit)
    return Answer(met, Reason(good if met else bad, {**facts, "figure": figure, "wanted": wanted}), figure)


# -- about the rows ----------------------------------------------------------------------------------------


def _times(question: Question) -> Sequence[float]:
    """When there were rows; of a channel, when it had a value."""
    return question.pairs()[0] if question.channel else question.columns.time_s


def _count(question: Question) -> Answer:
    return _bounded(
        question, len(_times(question)), "",
        N_("{figure} rows were measured."),
        N_("{figure} rows were measured; it should be {wanted}."),
    )  # fmt: skip


def _rate(question: Question) -> Answer:
    times = _times(question)
    if len(times) < 2 or times[-1] <= times[0]:
        raise Unjudged(NO_ROWS)
    return _bounded(
        question, (len(times) - 1) / (times[-1] - times[0]), "",
        N_("{figure} rows came every second."),
        N_("{figure} rows came every second; it should be {wanted}."),
    )  # fmt: skip


def _gap(question: Question) -> Answer:
    times = _times(question)
    if len(times) < 2:
        raise Unjudged(NO_ROWS)
    return _bounded(
        question, max(after - before for before, after in pairwise(times)), "s",
        N_("The longest pause between two rows was {figure}."),
        N_("There was a pause of {figure} between two rows; it should be {wanted}."),
    )  # fmt: skip


# -- about one channel -------------------------------------------------------------------------------------


def _range(question: Question) -> Answer:
    times, values = question.pairs()
    wanted = question.wanted(question.unit)
    facts: dict[str, Fact] = {"name": question.title(), "wanted": wanted}
    outside = [index for index, value in enumerate(values) if not wanted.holds(value)]
    lowest, highest = Figure(min(values), question.unit), Figure(max(values), question.unit)
    if len(outside) <= question.allowed(len(values)):
        template = N_("“{name}” went from {low} to {high}.")
        return Answer(True, Reason(template, {**facts, "low": lowest, "high": highest}))
    worst = max(outside, key=lambda index: _beyond(values[index], wanted))
    facts |= {"figure": Figure(values[worst], question.unit), "time": Figure(times[worst], "s")}
    if "share" in question.values:
        facts["percent"] = Figure(100 * len(outside) / len(values), "%")
        template = N_("{percent} of the values of “{name}” lie outside; it should be {wanted}.")
    else:
        template = N_("“{name}” was {figure} at {time}; it should be {wanted}.")
    return Answer(False, Reason(template, facts), Figure(values[worst], question.unit))


def _beyond(value: float, wanted: Wanted) -> float:
    """How far `value` lies outside."""
    low = wanted.low - value if wanted.low is not None else 0.0
    high = value - wanted.high if wanted.high is not None else 0.0
    return max(low, high)


def _monotonic(question: Question) -> Answer:
    times, values = question.pairs()
    if len(values) < 3:
        raise question.too_few()
    rising = question.word("direction") == "rising"
    parts = means_of_parts(values, MONOTONIC_PARTS)
    starts = means_of_parts(times, MONOTONIC_PARTS)
    steps = [after - before if rising else before - after for before, after in pairwise(parts)]
    back = [index for index, step in enumerate(steps) if step < -question.number("slack", 0)]
    facts: dict[str, Fact] = {"name": question.title()}
    moved = (parts[-1] - parts[0]) * (1 if rising else -1) > 0
    if moved and len(back) <= question.allowed(len(steps)):
        return Answer(True, Reason(N_("“{name}” only rose.") if rising else N_("“{name}” only fell."), facts))
    if not back:
        template = N_("“{name}” did not rise.") if rising else N_("“{name}” did not fall.")
        return Answer(False, Reason(template, facts))
    worst = min(back, key=steps.__getitem__)
    facts |= {"figure": Figure(-steps[worst], question.unit), "time": Figure(starts[worst + 1], "s")}
    template = (
        N_("“{name}” fell by {figure} near {time}; it should only rise.")
        if rising
        else N_("“{name}” rose by {figure} near {time}; it should only fall.")
    )
    return Answer(False, Reason(template, facts), Figure(-steps[worst], question.unit))


TREND = {
    ("parts", False): (
        N_("From part to part “{name}” gets greater (order {figure}; 1 means every time)."),
        N_("From part to part “{name}” is not greater every time (order {figure}; it should be {wanted})."),
    ),
    ("parts", True): (
        N_("From part to part “{name}” gets smaller (order {figure}; -1 means every time)."),
        N_("From part to part “{name}” is not smaller every time (order {figure}; it should be {wanted})."),
    ),
    ("against", False): (
        N_("The greater “{other}”, the greater “{name}” (order {figure}; 1 means always)."),
        N_("“{name}” does not get greater with “{other}” (order {figure}; it should be {wanted})."),
    ),
    ("against", True): (
        N_("The greater “{other}”, the smaller “{name}” (order {figure}; -1 means always)."),
        N_("“{name}” does not get smaller with “{other}” (order {figure}; it should be {wanted})."),
    ),
    ("time", False): (
        N_("“{name}” gets greater and greater (order {figure}; 1 means all the time)."),
        N_("“{name}” does not get greater and greater (order {figure}; it should be {wanted})."),
    ),
    ("time", True): (
        N_("“{name}” gets smaller and smaller (order {figure}; -1 means all the time)."),
        N_("“{name}” does not get smaller and smaller (order {figure}; it should be {wanted})."),
    ),
}
"""What is said of a trend, by what it is looked at over and whether it should fall: when it holds, and when
it does not."""


def _trend(question: Question) -> Answer:
    against = question.word("against")
    facts: dict[str, Fact] = {"name": question.title(), "other": question.title(against)}
    if "parts" in question.values:
        over = "parts"
        y = [_measured(question, part) for part in _parts(question)]
        x: list[float] = [float(index) for index in range(len(y))]
    else:
        over = "against" if against else "time"
        x, y = question.pairs(against=against)
    rho = spearman(x, y)
    if rho is None:
        raise Unjudged(NEVER_CHANGES, **facts) if len(y) > 1 else question.too_few()
    high = question.maybe("max")
    good, bad = TREND[over, high is not None and high <= 0]
    return _bounded(question, rho, "", good, bad, **facts)


NEVER_CHANGES = N_("“{name}” never changes.")


def _slope(question: Question) -> Answer:
    against = question.word("against")
    x, y = question.pairs(against=against)
    line = fit_line(x, y) if len(x) > 2 else None
    facts: dict[str, Fact] = {"name": question.title()}
    if line is None:
        raise question.too_few()
    least = question.maybe("r2_min")
    if least is not None and line.r2 < least:
        facts |= {"figure": Figure(line.r2), "low": Figure(least)}
        template = N_("No straight line fits “{name}”: {figure} (1 is exact); it should be at least {low}.")
        return Answer(False, Reason(template, facts), Figure(line.r2))
    if against:
        facts["other"] = question.title(against)
        good = N_("“{name}” changes by {figure} when “{other}” changes by 1.")
        bad = N_("“{name}” changes by {figure} when “{other}” changes by 1; it should be {wanted}.")
    else:
        good = N_("“{name}” changes by {figure} every second.")
        bad = N_("“{name}” changes by {figure} every second; it should be {wanted}.")
    return _bounded(question, line.slope, question.unit, good, bad, **facts)


def _peaks(question: Question) -> Answer:
    times, values = question.pairs()
    found = peaks(values, question.number("height", 0))
    facts: dict[str, Fact] = {"name": question.title()}
    spacing = question.range("spacing", "s")
    for before, after in pairwise(found):
        apart = times[after] - times[before]
        if spacing and not spacing.holds(apart):
            facts |= {"figure": Figure(apart, "s"), "time": Figure(times[before], "s"), "wanted": spacing}
            template = N_("After the peak of “{name}” at {time} the next came {figure} later; "
                          "it should be {wanted}.")  # fmt: skip
            return Answer(False, Reason(template, facts), Figure(apart, "s"))
    return _bounded(
        question, len(found), "",
        N_("“{name}” has {figure} peaks."),
        N_("“{name}” has {figure} peaks; it should be {wanted}."),
        **facts,
    )  # fmt: skip


def _period(question: Question) -> Answer:
    return _bounded(
        question, _beat(question, question.columns), "s",
        N_("One beat of “{name}” takes {figure}."),
        N_("One beat of “{name}” takes {figure}; it should be {wanted}."),
        name=question.title(),
    )  # fmt: skip


def _beat(question: Question, columns: Columns) -> float:
    """The period in seconds. Raises Unjudged where there is no beat."""
    found = beat(*question.pairs(columns))
    if found is None:
        raise Unjudged(N_("“{name}” does not go up and down in a beat."), name=question.title())
    if found.unsteady > STEADY:
        raise Unjudged(
            N_("“{name}” goes up and down, and not in a steady beat: about every {figure}."),
            name=question.title(),
            figure=Figure(found.period_s, "s"),
        )
    return found.period_s


def _settle(question: Question) -> Answer:
    times, values = question.pairs()
    by_s = question.number("by_s", 0)
    final = question.range("final", question.unit)
    assert final is not None
    late = [value for time, value in zip(times, values, strict=True) if time >= by_s]
    facts: dict[str, Fact] = {"name": question.title(), "time": Figure(by_s, "s"), "wanted": final}
    if not late:
        raise Unjudged(N_("It was measured for less than {time}."), time=facts["time"])
    inside = sum(final.holds(value) for value in late) / len(late)
    ends = Figure(fmean(late[-max(1, len(late) // 10) :]), question.unit)
    facts["figure"] = ends
    if inside >= SETTLED_SHARE and final.holds(ends.value):
        return Answer(True, Reason(N_("“{name}” came to rest at {figure}."), facts), ends)
    if final.holds(ends.value):
        template = N_("“{name}” came to rest at {figure} later than {time} after the start.")
    else:
        template = N_("“{name}” ended at {figure}; it should be {wanted}.")
    return Answer(False, Reason(template, facts), ends)


def _step(question: Question) -> Answer:
    found = jump(*question.pairs())
    if found is None:
        raise question.too_few()
    facts: dict[str, Fact] = {"name": question.title(), "time": Figure(found.time_s, "s")}
    when = question.range("at_s", "s")
    if when and not when.holds(found.time_s):
        template = N_("“{name}” jumped at {time}; that should happen at {wanted}.")
        return Answer(False, Reason(template, {**facts, "wanted": when}), Figure(found.time_s, "s"))
    return _bounded(
        question, found.size, question.unit,
        N_("“{name}” jumped by {figure} at {time}."),
        N_("The greatest jump of “{name}” was {figure}, at {time}; it should be {wanted}."),
        **facts,
    )  # fmt: skip


def _toggles(question: Question) -> Answer:
    _times_s, values = question.pairs()
    return _bounded(
        question, switches(values, question.number("threshold", 0.5)), "",
        N_("“{name}” switched {figure} times."),
        N_("“{name}” switched {figure} times; it should be {wanted}."),
        name=question.title(),
    )  # fmt: skip


def _peak_time(question: Question) -> Answer:
    times, values = question.pairs()
    smooth = running_mean(values, round(SMOOTHED * len(values)))
    top = times[max(range(len(smooth)), key=smooth.__getitem__)]
    if min(values) == max(values):
        raise Unjudged(NEVER_CHANGES, name=question.title())
    between = question.range("between", "s")
    assert between is not None
    facts: dict[str, Fact] = {"name": question.title(), "figure": Figure(top, "s"), "wanted": between}
    met = between.holds(top)
    template = (
        N_("“{name}” was highest at {figure}.")
        if met
        else N_("“{name}” was highest at {figure}; it should be at {wanted}.")
    )
    return Answer(met, Reason(template, facts), Figure(top, "s"))


# -- two parts, two channels -------------------------------------------------------------------------------


def _measured(question: Question, where: Where) -> float:
    """What `measure` says of one part: the mean, unless it is the period or the distance from low to high."""
    columns = question.select(where)
    measure = question.word("measure", "mean")
    if measure == "period":
        return _beat(question, columns)
    _times_s, values = question.pairs(columns)
    return max(values) - min(values) if measure == "spread" else fmean(values)


def _parts(question: Question) -> tuple[Where, ...]:
    value = question.values["parts"]
    assert isinstance(value, Parts)
    return value.items


def _compared(question: Question) -> tuple[float, float, dict[str, Fact]]:
    of, to = question.part("of"), question.part("to")
    facts: dict[str, Fact] = {"name": question.title(), "of": _shown_part(of), "to": _shown_part(to)}
    return _measured(question, of), _measured(question, to), facts


def _shown_part(where: Where) -> str:
    seconds = f"{where.seconds[0]:g}-{where.seconds[1]:g} s" if where.seconds else ""
    return where.segment or seconds


RATIO = {
    "mean": (
        N_("“{name}” in “{of}” is {figure} times that in “{to}”."),
        N_("“{name}” in “{of}” is {figure} times that in “{to}”; it should be {wanted}."),
    ),
    "period": (
        N_("A beat of “{name}” in “{of}” takes {figure} times as long as in “{to}”."),
        N_("A beat of “{name}” in “{of}” takes {figure} times as long as in “{to}”; it should be {wanted}."),
    ),
    "spread": (
        N_("“{name}” moves {figure} times as far in “{of}” as in “{to}”."),
        N_("“{name}” moves {figure} times as far in “{of}” as in “{to}”; it should be {wanted}."),
    ),
}
DIFFERENCE = {
    "mean": (
        N_("“{name}” in “{of}” differs by {figure} from that in “{to}”."),
        N_("“{name}” in “{of}” differs by {figure} from that in “{to}”; it should be {wanted}."),
    ),
    "period": (
        N_("One beat of “{name}” in “{of}” differs by {figure} from that in “{to}”."),
        N_("One beat of “{name}” in “{of}” differs by {figure} from that in “{to}”; it should be {wanted}."),
    ),
    "spread": (
        N_("How far “{name}” moves differs by {figure} between “{of}” and “{to}”."),
        N_("How far “{name}” moves differs by {figure} between “{of}” and “{to}”; it should be {wanted}."),
    ),
}


def _ratio(question: Question) -> Answer:
    of, to, facts = _compared(question)
    if to == 0:
        raise Unjudged(N_("“{name}” is 0 in “{to}”: nothing can be divided by that."), **facts)
    good, bad = RATIO[question.word("measure", "mean")]
    return _bounded(question, of / to, "", good, bad, **facts)


def _difference(question: Question) -> Answer:
    of, to, facts = _compared(question)
    measure = question.word("measure", "mean")
    good, bad = DIFFERENCE[measure]
    return _bounded(question, of - to, "s" if measure == "period" else question.unit, good, bad, **facts)


def _correlate(question: Question) -> Answer:
    against = question.word("against")
    x, y = question.pairs(against=against)
    facts: dict[str, Fact] = {"name": question.title(), "other": question.title(against)}
    r = pearson(x, y)
    if r is None:
        raise Unjudged(NEVER_CHANGES, **facts) if len(y) > 1 else question.too_few()
    return _bounded(
        question, r, "",
        N_("“{name}” and “{other}” go together by {figure} (1 wholly, 0 not at all, -1 in opposite ways)."),
        N_("“{name}” and “{other}” go together by {figure} (1 wholly, 0 not at all, -1 in opposite ways); "
           "it should be {wanted}."),
        **facts,
    )  # fmt: skip


def _classify(question: Question) -> Answer:
    truth, said = question.pairs(against=question.word("truth"))
    right = sum(one == other for one, other in zip(truth, said, strict=True)) / len(said)
    wrong = Counter((one, other) for one, other in zip(truth, said, strict=True) if one != other)
    facts: dict[str, Fact] = {"name": question.title(), "percent": Figure(100 * right, "%")}
    if not wrong:
        good = bad = N_("“{name}” is always right.")
    else:
        (really, taken), times = min(wrong.items(), key=lambda pair: (-pair[1], pair[0]))
        facts |= {"really": Figure(really), "taken": Figure(taken), "times": Figure(times)}
        good = N_("“{name}” is right in {percent}; mostly {really} was taken for {taken} ({times} times).")
        bad = N_("“{name}” is right in {percent}, which should be more; mostly {really} was taken for "
                 "{taken} ({times} times).")  # fmt: skip
    return _bounded(question, right, "", good, bad, **facts)


_CHECKS: Mapping[str, Callable[[Question], Answer]] = {
    "count": _count, "rate": _rate, "gap": _gap, "range": _range, "monotonic": _monotonic, "trend": _trend,
    "slope": _slope, "ratio": _ratio, "difference": _difference, "peaks": _peaks, "period": _period,
    "settle": _settle, "step": _step, "toggles": _toggles, "correlate": _correlate,
    "peak_time": _peak_time, "classify": _classify,
}  # fmt: skip
