"""What was answered, and what follows from it: the kind of measurement, and which boards share a program."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from makerlab.boards import Board, Family
from makerlab.lessons.model import PERIOD_MINUTES
from makerlab.lessons.new.kinds import UNPLUGGED, Kind, On, kinds
from makerlab.sensors import Sensor, SensorCatalogue, pin_number

MAX_SLUG_CHARS = 40


@dataclass(frozen=True)
class Answers:
    """`titles` in one language or both, the first is the original; `kind` is a key of `kinds()` or
    UNPLUGGED."""

    id: str
    titles: Mapping[str, str]
    author: str
    grades: Sequence[int]
    boards: Sequence[Board]
    kind: str
    minutes: int = PERIOD_MINUTES


@dataclass(frozen=True)
class Group:
    """Boards that one program fits: the same sensor on the same pins."""

    id: str
    family: Family
    boards: tuple[Board, ...]
    on: On
    sensor: Sensor


@dataclass(frozen=True)
class Plan:
    """A new lesson before it is written. Without boards (`plugged` False) there are no groups, and the kind
    only lends its place in the curriculum."""

    answers: Answers
    sensors: SensorCatalogue
    kind: Kind
    groups: tuple[Group, ...]

    @property
    def plugged(self) -> bool:
        return self.answers.kind != UNPLUGGED

    @property
    def languages(self) -> list[str]:
        return list(self.answers.titles)

    def question(self, language: str) -> str:
        """The driving question that the lesson begins with."""
        return self.kind.question[language] if self.plugged else self.answers.titles[language]


def plan_of(answers: Answers, sensors: SensorCatalogue) -> Plan:
    if answers.kind == UNPLUGGED:
        return Plan(answers, sensors, next(iter(kinds().values())), ())
    kind = kinds()[answers.kind]
    return Plan(answers, sensors, kind, _grouped(answers, kind, sensors))


def _grouped(answers: Answers, kind: Kind, sensors: SensorCatalogue) -> tuple[Group, ...]:
    """The boards, together where sensor and pins are the same."""
    groups: dict[tuple[str, ...], list[Board]] = {}
    for board in answers.boards:
        on = kind.on[board.family]
        pins = sensors.sensors[on.sensor].connection.boards[board.key]
        # The program has the number, the wiring the name that is printed on the board.
        numbers = (pin_number(board, pin) for pin in pins.values())
        groups.setdefault((board.family, *pins.values(), *numbers), []).append(board)
    made: list[Group] = []
    for boards in groups.values():
        family = boards[0].family
        first = all(group.family != family for group in made)
        name = family if first else boards[0].key
        on = kind.on[family]
        made.append(Group(name, family, tuple(boards), on, sensors.sensors[on.sensor]))
    return tuple(made)


def slug_of(text: str) -> str:
    """A name for a folder and an id out of a title: lower-case ASCII; "" where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_SLUG_CHARS].strip("-")
