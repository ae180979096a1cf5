"""Spoilt copies of lessons: one thing in a program or a scene is changed, as a mistake would change it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from makerlab.lessons.model import Lesson, SceneUse, Target


class Mutant(NamedTuple):
    """`what` was done to `path` of `files`; to be noticed in the scene `use` on a board of `target`."""

    kind: str
    path: str
    what: str
    files: Mapping[str, bytes]
    target: Target
    use: SceneUse


OTHER_WAY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
HARMLESS = ("set_pixel", "show", "sleep_ms")
"""Calls whose arguments change what people see or a pause, and nothing of the data."""


def mutants(lesson: Lesson, files: Mapping[str, bytes]) -> Iterator[Mutant]:
    """All of a lesson's programs and good scenes."""
    for target in lesson.targets:
        good = next(use for use in lesson.scenes_of(target.id) if not use.must_fail)
        for what, source in programs(files[target.main].decode()):
            yield Mutant("program", target.main, what, {**files, target.main: source.encode()}, target, good)
        soldered = "esp32" not in target.boards
        for what, text in scenes(files[good.file].decode(), good.scene, soldered):
            yield Mutant("scene", good.file, what, {**files, good.file: text.encode()}, target, good)


# -- programs ----------------------------------------------------------------------------------------------


def programs(source: str) -> Iterator[tuple[str, str]]:
    """A program with one number doubled or made 0, one comparison or condition turned round, one call or
    assignment left out, one word changed, one result lost."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node, tree):
            spoilt = copy.deepcopy(tree)
            change(list(ast.walk(spoilt))[index])
            yield f"line {getattr(node, 'lineno', 0)}: {what}", ast.unparse(ast.fix_missing_locations(spoilt))


def _changes(node: ast.AST, tree: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and not _is_harmless(node, tree):
        for value in {node.value * 2 or 1, 0} - {node.value}:
            yield f"{node.value} -> {value}", _setting("value", value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_name_of_run(node, tree):
        if node.value:
            yield f"{node.value!r} -> {'x' + node.value!r}", _setting("value", "x" + node.value)
    elif isinstance(node, ast.Compare):
        other = OTHER_WAY.get(type(node.ops[0]))
        if other is not None:
            yield f"{ast.unparse(node)} turned round", _setting("ops", [other(), *node.ops[1:]])
    elif isinstance(node, ast.If):
        yield f"if {ast.unparse(node.test)} always", _setting("test", ast.Constant(True))
        yield f"if {ast.unparse(node.test)} never", _setting("test", ast.Constant(False))
    elif isinstance(node, ast.Return) and node.value is not None:
        yield f"{ast.unparse(node)} -> 0", _setting("value", ast.Constant(0))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if not ast.unparse(node.value.func).endswith(HARMLESS):
            yield f"without {ast.unparse(node)}", _setting("value", ast.Constant(None))
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield f"without {ast.unparse(node)}", _setting("targets", [ast.Name("unused", ast.Store())])


def _setting(name: str, value: object):
    return lambda node: setattr(node, name, value)


def _is_harmless(node: ast.Constant, tree: ast.AST) -> bool:
    return any(
        node in ast.walk(call)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(HARMLESS)
    )


def _is_name_of_run(node: ast.Constant, tree: ast.AST) -> bool:
    """run(5, "name"): a name for people, not data."""
    return any(
        isinstance(call, ast.Call) and ast.unparse(call.func) == "run" and node in call.args[1:2]
        for call in ast.walk(tree)
    )


# -- scenes ------------------------------------------------------------------------------------------------


def scenes(text: str, name: str, soldered: bool) -> Iterator[tuple[str, str]]:
    """A scene with a quantity that is stuck, gone or partly gone; a number a tenth or three times as great; a
    step like the one before; a part of a curve left out; presses left out or late; wires somewhere else.

    Sensors that are `soldered` to the board have no wires that could be loose.
    """
    document = yaml.safe_load(text)
    quantities = document[name].get("quantities", {})
    for quantity in quantities:
        for what, change in _curve_changes(quantities[quantity], soldered or quantity == "button"):
            spoilt = copy.deepcopy(document)
            spoilt[name]["quantities"][quantity] = change
            yield f"{quantity}: {what}", yaml.safe_dump(spoilt, allow_unicode=True)
    if not soldered:
        for pin in document[name].get("wiring", {}):
            spoilt = copy.deepcopy(document)
            spoilt[name]["wiring"][pin] = "voltage_mv"
            yield f"another thing at {pin}", yaml.safe_dump(spoilt, allow_unicode=True)
        spoilt = copy.deepcopy(document)
        spoilt[name]["unplugged"] = ["i2c", "analog"]
        yield "everything unplugged", yaml.safe_dump(spoilt, allow_unicode=True)


Part = dict[str, Any]


def _curve_changes(parts: list[Part], soldered: bool) -> Iterator[tuple[str, list[Part]]]:
    if not soldered:
        yield "stuck from the start", [*parts, {"stuck": {"from_s": 0}}]
        yield "never answers", [*parts, {"unplugged": {"from_s": 0}}]
        yield "answers every other second", [*parts, {"drop_out": {"every_s": 2, "for_s": 1}}]
    for index, part in enumerate(parts):
        (kind, value), *_rest = part.items()
        if kind in ("noise", "constant"):
            continue  # a little more or less of the room is no mistake
        before, after = parts[:index], parts[index + 1 :]
        yield f"without {kind}", [*before, *after] or [{"constant": 0}]
        if kind == "steps":
            for what, steps in _step_changes(value):
                yield what, [*before, {kind: steps}, *after]
        elif kind == "presses":
            times = value["at_s"]
            for at in range(len(times)):
                yield (
                    f"press {at} forgotten",
                    [*before, {kind: {"at_s": times[:at] + times[at + 1 :]}}, *after],
                )
            yield "every press 9 s late", [*before, {kind: {"at_s": [time + 9 for time in times]}}, *after]
        else:
            for what, changed in _numbers(value):
                yield f"{kind}.{what}", [*before, {kind: changed}, *after]


def _step_changes(steps: list[Part]) -> Iterator[tuple[str, list[Part]]]:
    for at, step in enumerate(steps):
        same = [other for other in steps[:at] if other.keys() == step.keys() and other != step]
        if same and "noise" not in str(step):  # where somebody is in the way, anything may be
            yield (
                f"step {at} like one before",
                [*steps[:at], {**same[-1], "for_s": step["for_s"]}, *steps[at + 1 :]],
            )
        for inner, part in enumerate(step.get("parts", [])):
            (kind, value), *_rest = part.items()
            if kind in ("noise", "constant"):
                continue
            for what, changed in _numbers(value):
                new = [*step["parts"][:inner], {kind: changed}, *step["parts"][inner + 1 :]]
                yield f"step {at}: {kind}.{what}", [*steps[:at], {**step, "parts": new}, *steps[at + 1 :]]


def _numbers(value: Part) -> Iterator[tuple[str, Part]]:
    for key, number in value.items():
        for factor in (0.1, 3):
            yield f"{key} times {factor}", {**value, key: number * factor or 1}
