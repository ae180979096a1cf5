"""The reference of lab and the sensors, from docstrings and sensors.yaml, in one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from firmware_source import FIRMWARE, Function, Module, read_module

from makerlab.boards import catalogue
from makerlab.experiment.find import by_name, names
from makerlab.i18n import set_language
from makerlab.recording.units import shown_unit
from makerlab.sensors import Quantity, Sensor, sensors

FOR_PROGRAMS = ("lab", "blocks", "logbook", "burst", "bus", "pins", "sensor")
"""Modules of firmware/lab that programs use, in this order; those that are not there are left out."""

TEXTS = {
    "title": ("Reference: lab and the sensors", "参考手册：lab 和传感器"),
    "made": (
        "Made by `.ci/firmware_docs.py` from the programs in this folder; [中文](REFERENCE.zh.md).",
        "由 `.ci/firmware_docs.py` 根据这个文件夹里的程序生成；[English](REFERENCE.md)。",
    ),
    "editor": (
        "So that VS Code completes these names: copy the folder `stubs` beside your program, and call it "
        "`typings`. In Thonny it is enough to open the files of this folder.",
        "想让 VS Code 自动补全这些名字：把文件夹 `stubs` 复制到你的程序旁边，"
        "改名为 `typings`。用 Thonny 时，直接打开这个文件夹里的文件看就行。",
    ),
    "programs": ("What programs import", "程序里能导入的模块"),
    "small": (
        "On a micro:bit V1, which has little memory, there is less: {signatures}.",
        "micro:bit V1 内存小，只有这些：{signatures}。",
    ),
    "alike": ("As in `{module}`: {names}.", "和 `{module}` 里一样的：{names}。"),
    "experiments": ("Experiments", "实验"),
    "experiment": ("Experiment", "实验"),
    "question": ("Question", "问题"),
    "sensors": ("Sensors", "传感器"),
    "sensor": ("Sensor", "传感器"),
    "what": ("What for", "用途"),
    "quantity": ("Quantity", "测什么"),
    "call": ("Call", "写法"),
    "step": ("One step is", "1 代表"),
    "range": ("Range", "范围"),
    "accuracy": ("Accuracy", "精度"),
    "board": ("Board", "开发板"),
    "boards": ("Boards: {boards}", "开发板：{boards}"),
    "time": ("One measurement takes {ms} ms.", "测一次要 {ms} 毫秒。"),
    "address": ("Address on the bus: {addresses}.", "总线地址：{addresses}。"),
    "wiring": ("Wiring ({connection})", "接线（{connection}）"),
    "only": (" ({boards} only)", "（只有 {boards}）"),
    "and": (", ", "、"),
    "program": ("A program for {board}", "{board} 的程序"),
}
"""English and Chinese."""


class Tongue(NamedTuple):
    language: str
    texts: dict[str, str]
    explain: Callable[[str, str], str]
    """Key of a docstring ("lab.channel") and the docstring -> Markdown."""


def reference(tongue: Tongue, known: dict[str, Module]) -> str:
    set_language(tongue.language)
    words = tongue.texts
    lines = [f"# {words['title']}", "", words["made"], "", words["editor"], "", f"## {words['programs']}"]
    for name in FOR_PROGRAMS:
        if name in known:
            lines += _module(known[name], tongue)
    lines += [
        "",
        f"## {words['experiments']}",
        "",
        *_row(words["experiment"], "", words["question"]),
        _rule(3),
    ]
    for name in names():
        experiment = by_name(name)
        lines += _row(f"`{name}`", experiment.shown_title, experiment.shown_question)
    lines += ["", f"## {words['sensors']}", "", *_row(words["sensor"], "", words["what"]), _rule(3)]
    for sensor in sensors().sensors.values():
        lines += _row(f"[`{sensor.key}`](#{sensor.key})", sensor.shown_name, sensor.shown_about)
    for sensor in sensors().sensors.values():
        lines += _sensor(sensor, words)
    return "\n".join(lines).rstrip() + "\n"


def _module(module: Module, tongue: Tongue) -> Iterator[str]:
    yield from ("", f"### {module.name}", "", tongue.explain(module.name, module.docstring))
    for shared in module.imports:
        origin, taken = re.fullmatch(r"from (\w+) import (.+)", shared).groups()  # type: ignore[union-attr]
        if origin in FOR_PROGRAMS:
            taken = tongue.texts["and"].join(f"`{one.split(' as ')[0]}`" for one in taken.split(", "))
            yield from ("", tongue.texts["alike"].format(module=origin, names=taken))
    for function in module.functions:
        yield from ("", f"#### {_signature(function)}", "")
        yield tongue.explain(f"{module.name}.{function.name}", function.docstring)
    small = FIRMWARE / "lab" / f"{module.name}_microbit_v1.py"
    if small.is_file():
        signatures = [_signature(function) for function in read_module(small).functions]
        own = {_signature(function) for function in module.functions}
        if signatures and set(signatures) != own:
            joined = tongue.texts["and"].join(signatures)
            yield from ("", tongue.texts["small"].format(signatures=joined))


def _signature(function: Function) -> str:
    return f"`{function.name}({function.plain})`"


def _sensor(sensor: Sensor, words: dict[str, str]) -> Iterator[str]:
    known, boards = sensors(), catalogue().boards
    yield from ("", f'<a id="{sensor.key}"></a>', "", f"### {sensor.shown_name}", "", sensor.shown_about, "")
    yield from _row(*(words[key] for key in ("quantity", "call", "step", "range", "accuracy")))
    yield _rule(5)
    for one in sensor.quantities.values():
        yield from _row(
            one.shown_name + _only(one, sensor, words),
            f"`{one.read}`",
            f"{one.scale} {shown_unit(one.unit)}".rstrip(),
            f"{one.low:.10g} … {one.high:.10g}",
            one.accuracy,
        )
    facts = [words["time"].format(ms=sensor.measure_ms)]
    if sensor.addresses:
        addresses = words["and"].join(f"0x{address:02X}" for address in sensor.addresses)
        facts.append(words["address"].format(addresses=addresses))
    yield from ("", " ".join(facts))
    if sensor.wires:
        yield from ("", words["wiring"].format(connection=sensor.connection.shown_name), "")
        yield from _row(
            words["board"], *(wire.sensor for wire in known.wiring(sensor, boards[sensor.boards[0]]))
        )
        yield _rule(len(sensor.wires) + 1)
        for key in sensor.boards:
            yield from _row(
                boards[key].shown_name, *(wire.board for wire in known.wiring(sensor, boards[key]))
            )
    else:
        on = words["and"].join(boards[key].shown_name for key in sensor.boards)
        yield from ("", words["boards"].format(boards=on))
    notes = dict.fromkeys(note for key in sensor.boards for note in known.shown_notes(sensor, boards[key]))
    yield from ("", *(f"* {note}" for note in notes), "")
    first = boards[sensor.boards[0]]
    yield from (words["program"].format(board=first.shown_name), "", "```python")
    yield from (known.program(sensor, first).rstrip(), "```")


def _only(quantity: Quantity, sensor: Sensor, words: dict[str, str]) -> str:
    if quantity.boards == sensor.boards:
        return ""
    boards = catalogue().boards
    shown = words["and"].join(boards[key].shown_name for key in quantity.boards)
    return words["only"].format(boards=shown)


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]


def _rule(columns: int) -> str:
    return "|" + "---|" * columns
