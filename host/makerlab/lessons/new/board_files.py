"""The programs, wires and scenes of a new lesson."""

from __future__ import annotations

import json
from collections.abc import Iterator

from makerlab.lessons.new.plan import Group, Plan
from makerlab.sensors import GROUND, POWER, pin_number

_COLOURS = {POWER: "red", GROUND: "black"}


def program(plan: Plan, group: Group) -> str:
    kind, sensor, board = plan.kind, group.sensor, group.boards[0]
    quantity = sensor.quantities[group.on.quantity]
    pins = sensor.connection.boards[board.key]
    numbers = {signal: pin_number(board, pin) for signal, pin in pins.items()}
    if sensor.make:
        imports = [f"from {sensor.module} import {sensor.make.partition('(')[0]}"]
        made, read_call = [f"sensor = {sensor.make.format(**numbers)}"], f"sensor.{quantity.read}"
    else:
        imports = [f"from {sensor.module} import {quantity.read}"]
        made, read_call = [], quantity.read
    imports += [sensor.connection.needs] if sensor.connection.needs else []
    scale = "" if quantity.scale == "1" else f", {quantity.scale}"
    comments = [f"# {kind.question[language]}" for language in ("en", "zh")]
    lines = [
        *comments,
        "",
        "from lab import channel, run",
        *sorted(imports),
        "",
        *made,
        *([""] if made else []),
        "# region measure",
        f'channel("{kind.key}", "{quantity.unit}", {read_call}{scale})',
        f'run({kind.hertz:g}, "{kind.key}")',
        "# endregion",
    ]
    return "\n".join(lines) + "\n"


def wiring(plan: Plan, group: Group) -> Iterator[str]:
    sensor, board = group.sensor, group.boards[0]
    supply = plan.sensors.supplies[group.family]
    pins = {**supply, **sensor.connection.boards[board.key]}
    yield f"target: {group.id}"
    yield f"boards: [{', '.join(one.key for one in group.boards)}]"
    yield "parts:"
    yield "  - id: sensor"
    yield f"    sensor: {sensor.key}"
    if group.on.resistor:
        yield "  - id: resistor"
        yield from ("    name:", "      zh: 10 kΩ 电阻", "      en: 10 kohm resistor", "    pins: [a, b]")
    yield "wires:"
    for printed, end in sensor.wires.items():
        yield _wire(pins[end], f"sensor.{printed.split(' / ')[0]}", _COLOURS.get(end, "yellow"))
    if group.on.resistor:
        signal = next(iter(sensor.connection.boards[board.key].values()))
        yield _wire(signal, "resistor.a", "yellow")
        yield _wire(pins[group.on.resistor], "resistor.b", _COLOURS[group.on.resistor])


def scenes(plan: Plan) -> Iterator[str]:
    wires = {
        next(iter(group.sensor.connection.boards[board.key].values())): group.on.wire
        for group in plan.groups
        if group.on.wire
        for board in group.boards
    }
    yield "# What the sensors of a virtual board see while the lesson is tested."
    for name, curves in (("good", plan.kind.good), ("bad", plan.kind.bad)):
        yield f"{name}:"
        yield "  quantities:"
        for quantity, curve in curves.items():
            yield f"    {quantity}: {curve}"
        if wires:
            inner = ", ".join(f"{json.dumps(pin)}: {quantity}" for pin, quantity in wires.items())
            yield f"  wiring: {{{inner}}}"


def _wire(pin: str, to: str, colour: str) -> str:
    return f"  - {{from: {json.dumps(pin) if pin.isdigit() else pin}, to: {to}, colour: {colour}}}"
