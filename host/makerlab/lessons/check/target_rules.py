"""Targets: boards and sensors that there are, each board in one target, and no faster than the sensors."""

from __future__ import annotations

import math
from collections.abc import Iterator

from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry
from makerlab.lessons.finding import Finding
from makerlab.lessons.model import Target
from makerlab.yamlfile import meant

MS_PER_S = 1000


def targets(source: Source) -> Iterator[Finding]:
    """Boards and sensors that there are, each board in one target."""
    lesson = source.lesson
    assert lesson is not None
    taken: dict[str, str] = {}
    for index, target in enumerate(lesson.targets):
        if not target.boards and source.at("targets", index, "boards").name == "boards":
            what = _("“{name}” should not be empty.").format(name="boards")
            yield at_entry(
                source.at("targets", index, "boards"), "empty-list", what, _("Write at least one.")
            )
        for at, key in enumerate(target.boards):
            entry = source.at("targets", index, "boards", at)
            if not key:
                continue
            if key not in source.boards:
                what = _("There is no board “{key}”.").format(key=key)
                yield at_entry(entry, "unknown-board", what, meant(key, source.boards))
            elif key in taken:
                what = _("The board “{key}” is in the target “{target}” already.").format(
                    key=key, target=taken[key]
                )
                todo = _("Each board runs one program: delete one of the two.")
                yield at_entry(entry, "board-twice", what, todo)
            taken.setdefault(key, target.id)
        yield from _sensors(source, index, target)
        for board in source.boards_of(target):
            heap = board.limits.heap_bytes
            if target.heap_max > heap:
                what = _("{board} has {heap:,} bytes for a program, less than heap_max.").format(
                    board=board.shown_name, heap=heap
                )
                entry = source.at("targets", index, "heap_max")
                yield at_entry(
                    entry, "heap", what, _("Write a smaller number: what the program takes at most.")
                )


def _sensors(source: Source, index: int, target: Target) -> Iterator[Finding]:
    for at, key in enumerate(target.sensors):
        entry = source.at("targets", index, "sensors", at)
        if not key:
            continue
        sensor = source.sensors.sensors.get(key)
        if sensor is None:
            what = _("There is no sensor “{key}”.").format(key=key)
            yield at_entry(entry, "unknown-sensor", what, meant(key, source.sensors.sensors))
            continue
        for board in source.boards_of(target):
            if board.key not in sensor.boards:
                what = _("{sensor} does not work with {board}.").format(
                    sensor=sensor.shown_name, board=board.shown_name
                )
                todo = _("It works with: {boards}.").format(boards=_(", ").join(sensor.boards))
                yield at_entry(entry, "sensor-board", what, todo)


def rates(source: Source) -> Iterator[Finding]:
    """No more rows a second than the sensors can give."""
    lesson = source.lesson
    assert lesson is not None
    for index, taken in enumerate(lesson.acquisition):
        for target in lesson.targets:
            if lesson.acquisition_of(target.id) is not taken:
                continue
            for key in target.sensors:
                sensor = source.sensors.sensors.get(key)
                if sensor is not None and taken.rate_hz * sensor.measure_ms > MS_PER_S:
                    what = _(
                        "{sensor} takes {ms} ms for a measurement: {rate:g} a second are too many."
                    ).format(sensor=sensor.shown_name, ms=sensor.measure_ms, rate=taken.rate_hz)
                    todo = _("At most {rate:g} a second, here and in the program.").format(
                        rate=math.floor(10 * MS_PER_S / sensor.measure_ms) / 10
                    )
                    yield at_entry(source.at("acquisition", index, "rate_hz"), "too-fast", what, todo)
