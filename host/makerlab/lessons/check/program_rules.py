"""Programs: Python that can be read, modules that the boards have, channels as in lesson.yaml.

Whether a program runs is `maker lesson test`'s; here is what can be seen without running anything.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from makerlab.boards import Board
from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry
from makerlab.lessons.finding import Finding
from makerlab.lessons.model import Target
from makerlab.resources import firmware_dir
from makerlab.sensors import SensorCatalogue
from makerlab.syntax import parse
from makerlab.yamlfile import meant, read

NOT_ON_V1 = frozenset(
    ("microphone", "speaker", "pin_logo", "pin_speaker", "SoundEvent", "Sound", "set_volume", "run_every")
)
"""Names of the module microbit that a micro:bit V1 does not have (microbit-micropython.readthedocs.io)."""
V1 = "microbit-v1"
OFF_RATE = 0.01
"""How far the rate in a program may be from that of “acquisition”, as a share of it."""


class Import(NamedTuple):
    file: str
    line: int
    module: str


class Declared(NamedTuple):
    """A call of channel("name", "unit", ...)."""

    file: str
    line: int
    column: int
    name: str
    unit: str | None


def syntax(source: Source) -> Iterator[Finding]:
    """Programs that Python can read."""
    for path, text in source.texts.items():
        if not path.endswith(".py"):
            continue
        try:
            parse(text)
        except SyntaxError as error:
            what = _("Python does not understand this line.")
            yield Finding(
                path, error.lineno or 1, error.offset or 1, "error", "syntax", what,
                _("Look for a missing bracket, quote or colon, here or in the line above."),
            )  # fmt: skip
        except (ValueError, RecursionError, MemoryError):
            what = _("This is no program.")
            yield Finding(path, 1, 1, "error", "syntax", what, _("Delete it, or write it again."))


def modules(source: Source) -> Iterator[Finding]:
    """Every module that is imported is there: beside the program, in makerlab, or on the board itself."""
    lesson = source.lesson
    assert lesson is not None
    said: set[tuple[str, int, str]] = set()
    for target in lesson.targets:
        if target.main not in source.trees:
            continue
        for board in source.boards_of(target):
            own, firmware = runtime_modules(board), _firmware(board, source.sensors)
            for one in _imports(source, target, firmware):
                if one.module in own or (one.file, one.line, one.module) in said:
                    continue
                said.add((one.file, one.line, one.module))
                yield _no_module(one, board, [*own, *firmware], source)


def _no_module(one: Import, board: Board, known: list[str], source: Source) -> Finding:
    what = _("{board} has no module “{module}”.").format(board=board.shown_name, module=one.module)
    elsewhere = [
        other.shown_name
        for other in source.boards.values()
        if one.module in runtime_modules(other) or one.module in _firmware(other, source.sensors)
    ]
    if elsewhere:
        todo = _("Leave this board out of “boards”; these have it: {boards}.").format(
            boards=_(", ").join(elsewhere)
        )
    else:
        near = difflib.get_close_matches(one.module, known, 1)
        todo = (
            _("Did you mean “{word}”?").format(word=near[0])
            if near
            else _("Put the file {file} beside the program, or do without it.").format(
                file=f"{one.module}.py"
            )
        )
    return Finding(one.file, one.line, 1, "error", "no-module", what, todo)


def _imports(source: Source, target: Target, firmware: frozenset[str]) -> Iterator[Import]:
    """What a target's program imports and finds neither beside it nor in makerlab, directly or through a
    module of its own."""
    waiting, seen = [target.main], {target.main}
    while waiting:
        path = waiting.pop()
        for module, line in _import_lines(source.trees[path]):
            beside = f"{target.folder}/{module}.py"
            if beside in source.trees:
                if beside not in seen:
                    seen.add(beside)
                    waiting.append(beside)
            elif module not in firmware:
                yield Import(path, line, module)


def _import_lines(tree: ast.Module) -> list[tuple[str, int]]:
    """Top-level names of imported modules with their lines; not those a program can do without."""
    found: list[tuple[str, int]] = []
    tried = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(map(_catches_import, node.handlers))
        for part in node.body
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if id(node) in tried:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name.partition(".")[0], node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module.partition(".")[0], node.lineno))
    return found


def _catches_import(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or any(
        isinstance(node, ast.Name) and node.id in ("ImportError", "Exception")
        for node in ast.walk(handler.type)
    )


@cache
def _lab() -> frozenset[str]:
    """Modules of firmware/lab. Those with a board's name behind theirs are editions of another."""
    names = {path.stem for path in (firmware_dir() / "lab").glob("*.py")}
    return frozenset(name for name in names if not any(name.startswith(f"{other}_") for other in names))


def _firmware(board: Board, known: SensorCatalogue) -> frozenset[str]:
    """Modules of makerlab that work on a board."""
    return _lab() | {sensor.module for sensor in known.sensors.values() if board.key in sensor.boards}


def runtime_modules(board: Board) -> frozenset[str]:
    """What MicroPython brings on a board."""
    return _runtime(board.key, board.family)


@cache
def _runtime(key: str, family: str) -> frozenset[str]:
    file = "vocabularies/runtime_modules.yaml"
    text = (resources.files("makerlab.lessons") / file).read_text(encoding="utf-8")
    lists = read(text, file).items()
    entry = lists.get(key) or lists[family]
    return frozenset(name.text() for line in entry.entries() for name in line.entries())


def names_of_v2(source: Source) -> Iterator[Finding]:
    """What only a micro:bit V2 has, in a program that is for a V1 too."""
    lesson = source.lesson
    assert lesson is not None
    for target in lesson.targets:
        if V1 not in target.boards:
            continue
        for path, tree in source.trees.items():
            if path.startswith(f"{target.folder}/"):
                for name, line, column in _names_of_microbit(tree):
                    if name in NOT_ON_V1:
                        what = _("A micro:bit V1 has no “{name}”.").format(name=name)
                        todo = _("Leave microbit-v1 out of “boards”, or do without it.")
                        yield Finding(path, line, column, "error", "no-module", what, todo)


def _names_of_microbit(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """What a program takes out of the module microbit, with line and column."""
    everything = any(
        isinstance(node, ast.ImportFrom) and node.module == "microbit" and node.names[0].name == "*"
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "microbit":
            yield from ((alias.name, node.lineno, node.col_offset + 1) for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "microbit":
                yield node.attr, node.lineno, node.col_offset + 1
        elif everything and isinstance(node, ast.Name):
            yield node.id, node.lineno, node.col_offset + 1


def channels(source: Source) -> Iterator[Finding]:
    """Programs and lesson.yaml have the same channels, in the same units, at the same rate."""
    lesson = source.lesson
    assert lesson is not None
    for target in lesson.targets:
        if target.main not in source.trees or not target.id:
            continue
        calls = _calls(target.main, source.trees[target.main])
        if not calls.channels:
            continue
        described = {channel.id: channel.on(target.id) for channel in lesson.measured(target.id)}
        for one in calls.channels:
            if one.name not in described:
                what = _("The channel “{name}” is not in lesson.yaml.").format(name=one.name)
                todo = meant(one.name, described) if described else _("Describe it in “channels”.")
                yield Finding(one.file, one.line, one.column, "error", "channel", what, todo)
            elif one.unit is not None and one.unit != described[one.name].unit:
                what = _("The unit of “{name}” is {unit} here and {other} in lesson.yaml.").format(
                    name=one.name, unit=_quoted(one.unit), other=_quoted(described[one.name].unit)
                )
                todo = _("Correct one of the two; “by:” is for targets that count in another unit.")
                yield Finding(one.file, one.line, one.column, "error", "channel", what, todo)
        measured = {one.name for one in calls.channels}
        for at, channel in enumerate(lesson.channels):
            if channel.id in described and channel.id not in measured and not calls.others:
                what = _("The program of “{target}” does not measure “{name}”.").format(
                    target=target.id, name=channel.id
                )
                todo = _("Measure it, or name the target in “without” of the channel.")
                yield at_entry(source.at("channels", at, "id"), "channel", what, todo)
        taken = lesson.acquisition_of(target.id)
        if taken is not None and calls.rate is not None:
            rate, line = calls.rate
            if abs(rate - taken.rate_hz) > OFF_RATE * taken.rate_hz:
                what = _(
                    "The program measures {rate:g} times a second, “acquisition” says {other:g}."
                ).format(rate=rate, other=taken.rate_hz)
                yield Finding(target.main, line, 1, "warning", "rate", what, _("Correct one of the two."))


def _quoted(unit: str) -> str:
    return f"“{unit}”" if unit else _("none (a plain number)")


class Calls(NamedTuple):
    """`others`: channels whose names are worked out when the program runs, so nobody knows them here."""

    channels: list[Declared]
    others: bool
    rate: tuple[float, int] | None


def _calls(path: str, tree: ast.Module) -> Calls:
    """The calls of channel() and run() in a program, as far as their arguments are plain values."""
    found: list[Declared] = []
    others, rate = False, None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        values = _plain_arguments(node)
        if node.func.id == "channel":
            name, unit = values.get(0), values.get(1)
            if isinstance(name, str):
                plain = unit if isinstance(unit, str) else None
                found.append(Declared(path, node.lineno, node.col_offset + 1, name, plain))
            else:
                others = True
        elif node.func.id == "run" and isinstance(hz := values.get(0), int | float) and hz > 0:
            rate = (float(hz), node.lineno)
    return Calls(found, others, rate)


def _plain_arguments(node: ast.Call) -> Mapping[int, object]:
    return {
        index: argument.value
        for index, argument in enumerate(node.args)
        if isinstance(argument, ast.Constant)
    }
