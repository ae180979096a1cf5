"""lesson.yaml of a new lesson, line by line: what a person would write, with what each part is for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from makerlab.lessons.model import PERIOD_MINUTES, SCHEMA_FOLDER, Text
from makerlab.lessons.new.plan import Group, Plan
from makerlab.lessons.schema_of_lesson import FILE as SCHEMA_FILE

LICENCE, CODE_LICENCE = "CC-BY-SA-4.0", "MIT"
HEAP_SPARE = 1000
"""Bytes of a micro:bit's memory that a new lesson's program leaves free at least."""
_SAFE = re.compile(
    r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()（），。、；：？！“”…·-]*[\w\u4e00-\u9fff）。？！”…]|\w"
)
"""A text that no YAML reader takes for anything else without quotes."""


def lesson_yaml(plan: Plan) -> Iterator[str]:
    """The lines of lesson.yaml."""
    answers, kind = plan.answers, plan.kind
    yield f"# yaml-language-server: $schema={SCHEMA_FOLDER}/{SCHEMA_FILE}"
    yield 'format: "1.0"'
    yield f"id: {answers.id}"
    yield "version: 0.1.0"
    yield from _told(plan, "status")
    yield "status: draft"
    yield f"languages: [{', '.join(plan.languages)}]"
    yield from _texts(plan, "title", answers.titles)
    yield from _texts(plan, "summary", _summary(plan))
    yield f"license: {LICENCE}"
    yield f"code_license: {CODE_LICENCE}"
    yield "authors:"
    yield from _texts(plan, "- name", dict.fromkeys(plan.languages, answers.author), 1)
    yield "    role: author"
    yield f"grades: [{', '.join(map(str, answers.grades))}]"
    yield f"minutes: {answers.minutes}"
    yield f"periods: {-(-answers.minutes // PERIOD_MINUTES)}"
    yield from _told(plan, "alignment")
    yield "alignment:"
    yield f"  - scheme: {kind.scheme}"
    yield f'    code: "{kind.code}"'
    yield "    strength: main"
    yield from _told(plan, "pbl")
    yield "pbl:"
    yield from _texts(plan, "driving_question", {one: plan.question(one) for one in plan.languages}, 1)
    yield "  elements: [question, inquiry, reflection, product]"
    yield from _texts(plan, "product", _PRODUCT, 1)
    yield "objectives:"
    yield "  - id: evidence"
    yield from _texts(plan, "text", _OBJECTIVE, 2)
    yield "    literacy: cn-sci-2022:l.inquiry"
    yield from _targets(plan)
    yield from _materials(plan)
    yield "safety:" if plan.plugged else "safety: []"
    if plan.plugged:
        yield f"  - code: {kind.safety}"
    yield from _tasks(plan)
    yield from _steps(plan)
    yield "home:"
    yield "  minutes: 20"


def _summary(plan: Plan) -> dict[str, str]:
    if not plan.plugged:
        return {"zh": "先预测，再测量，用数据说话。", "en": "Predict, measure, and let the data speak."}
    return {
        "zh": f"先预测，再用开发板测{plan.kind.name['zh']}，用数据说话。",
        "en": f"Predict, measure the {plan.kind.name['en']} with a board, and let the data speak.",
    }


def _targets(plan: Plan) -> Iterator[str]:
    kind = plan.kind
    if not plan.plugged:
        yield "unplugged: true"
        return
    yield from _told(plan, "targets")
    yield "targets:"
    for group in plan.groups:
        yield f"  - id: {group.id}"
        yield f"    boards: [{', '.join(board.key for board in group.boards)}]"
        yield f"    main: code/{group.id}/main.py"
        if group.sensor.wires:
            yield f"    sensors: [{group.on.sensor}]"
        heap = min(board.limits.heap_bytes for board in group.boards)
        if group.family == "microbit":
            yield f"    heap_max: {heap - HEAP_SPARE}"
    yield from _told(plan, "channels")
    yield "channels:"
    yield f"  - id: {kind.key}"
    yield from _texts(plan, "name", kind.name, 2)
    first, *others = plan.groups
    yield from _scale(plan, first, 2)
    if others:
        yield "    by:"
        for group in others:
            yield f"      {group.id}:"
            yield from _scale(plan, group, 4)
    yield "acquisition:"
    yield f"  - rate_hz: {kind.hertz:g}"
    yield f"    duration_s: {kind.seconds}"
    yield from _expect(plan)
    yield from _told(plan, "scenes")
    yield "scenes:"
    for name, more in (("good", ""), ("bad", "    must_fail: [main, compare]")):
        yield f"  - id: {name}"
        yield "    file: data/scenes.yaml"
        yield f"    scene: {name}"
        if more:
            yield more
    wirings = [f"wiring/{group.id}.yaml" for group in plan.groups if group.sensor.wires]
    if wirings:
        yield f"wiring: [{', '.join(wirings)}]"


def _scale(plan: Plan, group: Group, level: int) -> Iterator[str]:
    unit = group.sensor.quantities[group.on.quantity].unit
    if unit:
        yield f"{'  ' * level}unit: {unit}"
    yield f"{'  ' * level}range: [{group.on.range}]"


def _expect(plan: Plan) -> Iterator[str]:
    kind = plan.kind
    rows = round(kind.hertz * kind.seconds)
    quarter = kind.seconds // 4
    yield from _told(plan, "expect")
    yield "expect:"
    yield "  - id: rows"
    yield "    check: count"
    yield f"    min: {rows * 9 // 10}"
    yield f"    max: {-(-rows * 11 // 10)}"
    yield from _texts(
        plan,
        "say",
        {
            "zh": f"{kind.seconds} 秒里大约有 {rows} 行数据。",
            "en": f"There are about {rows} rows in {kind.seconds} seconds.",
        },
        2,
    )
    yield "  - id: main"
    yield f"    channel: {kind.key}"
    if kind.expect == "swings":
        yield from ("    check: period", "    min: 1.8", "    max: 2.2")
    else:
        yield "    check: trend"
        yield "    max: -0.9" if kind.expect == "falls" else "    min: 0.9"
    yield from _texts(plan, "say", kind.say, 2)
    yield "  - id: compare"
    yield f"    channel: {kind.key}"
    if kind.expect == "swings":
        count = kind.seconds // 2
        yield "    check: peaks"
        yield from ("    height: 200", f"    min: {count - 2}", f"    max: {count + 2}")
        yield from _texts(plan, "say", _SWINGS, 2)
        return
    first, last = f"{{t: [0, {quarter}]}}", f"{{t: [{kind.seconds - quarter}, {kind.seconds}]}}"
    of, to = (first, last) if kind.expect == "falls" else (last, first)
    yield from ("    check: ratio", f"    of: {of}", f"    to: {to}", "    min: 1.2")
    yield from _texts(plan, "say", _FALLS if kind.expect == "falls" else _RISES, 2)


def _materials(plan: Plan) -> Iterator[str]:
    yield "materials:" if plan.plugged else "materials: []"
    if not plan.plugged:
        return
    yield "  - id: board"
    names = dict.fromkeys(board.shown_name for group in plan.groups for board in group.boards)
    shown = {"zh": " 或 ".join(names), "en": " or ".join(names)}
    yield from _texts(plan, "name", shown, 2)
    yield from ("    qty: 1", "    per: group", "    kind: board")
    for key in dict.fromkeys(group.on.sensor for group in plan.groups if group.sensor.wires):
        yield f"  - id: {key.replace('_', '-')}"
        yield from _texts(plan, "name", plan.sensors.sensors[key].name, 2)
        yield from ("    qty: 1", "    per: group", "    kind: module", "    home:")
        yield from _texts(plan, "none", _NOT_AT_HOME, 3)


def _tasks(plan: Plan) -> Iterator[str]:
    yield from _told(plan, "tasks")
    yield "tasks:"
    for name, step, kind, title, minutes in (
        ("measure", "measure", "required", _TASKS["measure"], plan.answers.minutes // 4),
        ("explain", "compare", "required", _TASKS["explain"], plan.answers.minutes // 8),
        ("change-one", "compare", "optional", _TASKS["change-one"], 0),
    ):
        yield f"  - id: {name}"
        yield f"    step: {step}"
        yield f"    kind: {kind}"
        yield from _texts(plan, "title", title, 2)
        if minutes:
            yield f"    minutes: {minutes}"
        if kind == "required":
            yield "    objective: evidence"


def _steps(plan: Plan) -> Iterator[str]:
    total = plan.answers.minutes
    asking, comparing = max(1, total // 4), max(1, total // 4)
    yield from _told(plan, "steps")
    yield "steps:"
    for number, (name, minutes) in enumerate(
        (("question", asking), ("measure", max(1, total - asking - comparing)), ("compare", comparing)), 1
    ):
        yield f"  - id: {name}"
        yield f"    file: {number}-{name}.md"
        yield from _texts(plan, "title", _STEPS[name], 2)
        yield f"    minutes: {minutes}"


def _told(plan: Plan, key: str) -> Iterator[str]:
    """What a part of the file is for, as a comment in the author's language."""
    yield f"\n# {_COMMENTS[key][plan.languages[0]]}"


def _texts(plan: Plan, key: str, texts: Mapping[str, str], level: int = 0) -> Iterator[str]:
    """A text in the lesson's languages, each on a line of its own."""
    indent = "  " * level
    yield f"{indent}{key}:"
    inner = indent + ("    " if key.startswith("- ") else "  ")
    for language in plan.languages:
        yield f"{inner}{language}: {_quoted(texts[language])}"


def _quoted(text: str) -> str:
    """A text as YAML: in quotes where a reader could take it for something else."""
    if _SAFE.fullmatch(text) and not text.isascii():
        return text
    if re.fullmatch(r"[A-Za-z][\w ().-]*", text) and text.lower() not in ("yes", "no", "on", "off", "y", "n"):
        return text if text.lower() not in ("true", "false", "null") else json.dumps(text)
    return json.dumps(text, ensure_ascii=False)


_COMMENTS: Mapping[str, Text] = {
    "status": {
        "zh": "draft 草稿；试教过改成 trial，定稿改成 stable。",
        "en": "draft; trial once it was taught, stable when it is settled.",
    },
    "alignment": {
        "zh": "对应的课程标准和代码；strength 写 main（主要）或 support（相关）。",
        "en": "Places in curricula; strength is main or support.",
    },
    "pbl": {
        "zh": "项目：驱动性问题、成果，和用到的要素。",
        "en": "The project: its driving question, its product, and the elements it has.",
    },
    "targets": {
        "zh": "每种程序给哪些开发板用，外接哪些传感器（maker sensors list）。",
        "en": "Which boards each program is for, and which sensors are connected (maker sensors list).",
    },
    "channels": {
        "zh": "测什么：名字和单位要和程序里的一样。",
        "en": "What is measured: names and units as in the programs.",
    },
    "expect": {
        "zh": "好的数据是什么样的；maker lesson test 会在虚拟板上检查。",
        "en": "What good data look like; maker lesson test checks it on virtual boards.",
    },
    "scenes": {
        "zh": "测试时虚拟板看到什么；有 must_fail 的场景里，这些预期必须不通过。",
        "en": "What virtual boards see in the test; with must_fail, those expectations must not hold.",
    },
    "tasks": {
        "zh": "任务：required 必做，optional 选做，extension 拓展；步骤里写“:::task 名字”。",
        "en": "Tasks: required, optional or extension; in its step each has a block “:::task name”.",
    },
    "steps": {
        "zh": "步骤：文字在 steps/zh/ 里；各步骤的分钟数加起来等于整节课。",
        "en": "Steps: their texts are in steps/en/; their minutes add up to the lesson's.",
    },
}
_STEPS: Mapping[str, Text] = {
    "question": {"zh": "提出问题", "en": "Ask the question"},
    "measure": {"zh": "测量", "en": "Measure"},
    "compare": {"zh": "比较和说明", "en": "Compare and explain"},
}
_TASKS: Mapping[str, Text] = {
    "measure": {"zh": "测一次，记下来", "en": "Measure once and write it down"},
    "explain": {"zh": "用数据说明发现", "en": "Explain what you found with data"},
    "change-one": {"zh": "改变一样条件再测", "en": "Change one thing and measure again"},
}
_PRODUCT = {"zh": "一句有数据作证据的结论", "en": "A conclusion with data as evidence"}
_OBJECTIVE = {"zh": "能用测到的数据说明自己的发现。", "en": "Explain a finding with measured data."}
_FALLS = {"zh": "开始时的数值比结束时大。", "en": "The number at the start is greater than at the end."}
_RISES = {"zh": "结束时的数值比开始时大。", "en": "The number at the end is greater than at the start."}
_SWINGS = {"zh": "20 秒里大约摆 10 个来回。", "en": "There are about 10 swings in 20 seconds."}
_NOT_AT_HOME = {"zh": "家里不用它，看“在家做”。", "en": "Not needed at home: see the sheet for home."}
