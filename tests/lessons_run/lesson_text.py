"""Lessons for tests: the little of one that expectations need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from makerlab.lessons.description import describe
from makerlab.lessons.expectations.columns import Columns, Happened
from makerlab.lessons.expectations.judge import judge_one
from makerlab.lessons.expectations.verdict import Verdict
from makerlab.lessons.model import Lesson

HEAD = """
targets:
  - id: one
    boards: [microbit-v1, microbit-v2]
    main: code/one/main.py
channels:
  - {id: light, name: {zh: 光线, en: light}, unit: lx}
  - {id: lamp, name: {zh: 灯, en: lamp}}
  - {id: distance, name: {zh: 距离, en: distance}, unit: cm}
expect:
"""


def lesson(*rules: str) -> Lesson:
    """One with these expectations, each as what stands in lesson.yaml beside id and say."""
    lines = [
        f"  - {{id: e{number}, say: {{zh: 好, en: good}}, {rule}}}\n" for number, rule in enumerate(rules)
    ]
    found = describe(HEAD + "".join(lines)).lesson
    assert found is not None
    wrong = [one.what for one in describe(HEAD + "".join(lines)).findings if one.rule != "missing-key"]
    assert not wrong, wrong
    return found


def columns(
    time_s: Sequence[float],
    events: Sequence[tuple[float, str]] = (),
    units: Mapping[str, str] | None = None,
    **values: Sequence[float | None],
) -> Columns:
    happened = [Happened(*event) for event in events]
    return Columns(time_s, values, happened, units or {"light": "lx"})


def judged(rule: str, data: Columns, board: str = "microbit-v2", *others: str) -> Verdict:
    """What comes of one expectation; `others` stand in the lesson as well."""
    made = lesson(rule, *others)
    return judge_one(made, made.expect[0], "one", board, data)
