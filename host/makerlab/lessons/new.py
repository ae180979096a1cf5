"""A new lesson out of six answers: small, whole, and without a mistake, for its author to change.

The texts lie in template/, the kinds of measurement in template/kinds.yaml; `make` puts them together for the
boards that were chosen. Pure: answers in, files out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from makerlab.boards import Board, Family
from makerlab.i18n import pick
from makerlab.lessons.markdown import digest
from makerlab.lessons.model import LESSON_FILE, PERIOD_MINUTES, SCHEMA_FOLDER, Text
from makerlab.lessons.schema_of_lesson import FILE as SCHEMA_FILE
from makerlab.lessons.schema_of_lesson import lesson_schema
from makerlab.sensors import GROUND, POWER, Sensor, SensorCatalogue, pin_number
from makerlab.yamlfile import Entry, read

UNPLUGGED = "nothing"
"""Instead of a kind: a lesson without boards."""
HEAP_SPARE = 1000
"""Bytes of a micro:bit V1's memory that a new lesson's program leaves free at least."""
LICENCE, CODE_LICENCE = "CC-BY-SA-4.0", "MIT"
MAX_SLUG_CHARS = 40

_SAFE = re.compile(
    r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()（），。、；：？！“”…·-]*[\w\u4e00-\u9fff）。？！”…]|\w"
)
"""A text that no YAML reader takes for anything else without quotes."""


@dataclass(frozen=True)
class On:
    """A kind of measurement on one family of boards."""

    sensor: str
    quantity: str
    range: str
    resistor: str = ""
    wire: str = ""
    """What of a scene is at the sensor's signal pin, where that has to be said."""


@dataclass(frozen=True)
class Kind:
    """One of template/kinds.yaml, which says what the fields are."""

    key: str
    name: Text
    question: Text
    before: Text
    change: Text
    say: Text
    home: Text
    scheme: str
    code: str
    safety: str
    hertz: float
    seconds: int
    good: Mapping[str, str]
    bad: Mapping[str, str]
    expect: str
    on: Mapping[str, On]

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))


@dataclass(frozen=True)
class Answers:
    """`titles` in one language or both, the first is the original; `kind` is a key of `kinds()` or UNPLUGGED;
    `question` "" for the kind's own."""

    id: str
    titles: Mapping[str, str]
    author: str
    grades: Sequence[int]
    boards: Sequence[Board]
    kind: str
    minutes: int = PERIOD_MINUTES
    question: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Boards that one program fits: the same sensor on the same pins."""

    id: str
    family: Family
    boards: tuple[Board, ...]
    on: On
    sensor: Sensor


@cache
def kinds() -> Mapping[str, Kind]:
    """What a new lesson can measure."""
    file = "template/kinds.yaml"
    top = read(_text("kinds.yaml"), file).fields(("kinds",))["kinds"]
    return {key: _kind(key, entry) for key, entry in top.items().items()}


def slug_of(text: str) -> str:
    """A name for a folder and an id out of a title: lower-case ASCII; "" where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_SLUG_CHARS].strip("-")


def make(answers: Answers, sensors: SensorCatalogue) -> dict[str, bytes]:
    """The files of the new lesson."""
    texts = dict(_Maker(answers, sensors).files())
    return {path: text.encode("utf-8") for path, text in texts.items()}


class _Maker:
    def __init__(self, answers: Answers, sensors: SensorCatalogue) -> None:
        self._answers = answers
        self._sensors = sensors
        self._languages = list(answers.titles)
        self._kind = kinds()[answers.kind if answers.kind != UNPLUGGED else "light"]
        self._plugged = answers.kind != UNPLUGGED
        self._groups = self._grouped() if self._plugged else []

    def _grouped(self) -> list[Group]:
        """The boards, together where sensor and pins are the same."""
        groups: dict[tuple[str, ...], list[Board]] = {}
        for board in self._answers.boards:
            on = self._kind.on[board.family]
            pins = self._sensors.sensors[on.sensor].connection.boards[board.key]
            # The program has the number, the wiring the name that is printed on the board.
            numbers = (pin_number(board, pin) for pin in pins.values())
            groups.setdefault((board.family, *pins.values(), *numbers), []).append(board)
        made: list[Group] = []
        for boards in groups.values():
            family = boards[0].family
            first = all(group.family != family for group in made)
            name = family if first else boards[0].key
            on = self._kind.on[family]
            made.append(Group(name, family, tuple(boards), on, self._sensors.sensors[on.sensor]))
        return made

    def files(self) -> Iterator[tuple[str, str]]:
        yield LESSON_FILE, "\n".join(self._lesson()) + "\n"
        names = ("1-question", "2-measure", "3-compare")
        for name in names:
            template = name if self._plugged or name != "2-measure" else "2-measure-unplugged"
            yield from self._translated(f"steps/{{language}}/{name}.md", f"steps/{template}")
        yield from self._translated("teacher/{language}.md", "teacher/guide")
        yield from self._translated("home/{language}.md", "home/sheet")
        for group in self._groups:
            yield f"code/{group.id}/main.py", self._program(group)
            if group.sensor.wires:
                yield f"wiring/{group.id}.yaml", "\n".join(self._wiring(group)) + "\n"
        if self._plugged:
            yield "data/scenes.yaml", "\n".join(self._scenes()) + "\n"
        yield "LICENSE.md", f"{LICENCE} https://creativecommons.org/licenses/by-sa/4.0/\n"
        yield f"{SCHEMA_FOLDER}/{SCHEMA_FILE}", json.dumps(lesson_schema(), ensure_ascii=False) + "\n"

    # -- texts -----------------------------------------------------------------------------------------

    def _translated(self, path: str, template: str) -> Iterator[tuple[str, str]]:
        """A text in every language; a translation says in its first line what it was made from."""
        original = ""
        for language in self._languages:
            text = self._filled(_text(f"{template}.{language}.md"), language)
            if original:
                text = f"<!-- src: {digest(original)} -->\n{text}"
            else:
                original = text
            yield path.format(language=language), text

    def _filled(self, text: str, language: str) -> str:
        kind = self._kind
        values = {
            "question": self._question(language),
            "name": kind.name[language],
            "before": kind.before[language],
            "change": kind.change[language],
            "home": kind.home[language] if self._plugged else _AT_HOME[language],
            "safety": kind.safety,
            "pace": _pace(kind.hertz)[language],
            "seconds": str(kind.seconds),
            "middle": str(kind.seconds // 2),
            "code": self._code(),
        }
        if not self._plugged:
            # Nothing measures, so what the block shows is not there.
            text = re.sub(r":::expect main\n:::\n\n", "", text)
            values["name"] = _RESULT[language]
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", value)
        return text

    def _question(self, language: str) -> str:
        own = self._answers.question.get(language)
        return own or (self._kind.question[language] if self._plugged else self._answers.titles[language])

    def _code(self) -> str:
        """The programs, each for its boards."""
        pulled = [f"```python file=code/{group.id}/main.py lines=measure\n```" for group in self._groups]
        if len(pulled) < 2:
            return "".join(pulled)
        blocks = zip(self._groups, pulled, strict=True)
        return "\n\n".join(f":::board {group.id}\n{code}\n:::" for group, code in blocks)

    # -- lesson.yaml -----------------------------------------------------------------------------------

    def _lesson(self) -> Iterator[str]:
        answers, kind = self._answers, self._kind
        yield f"# yaml-language-server: $schema={SCHEMA_FOLDER}/{SCHEMA_FILE}"
        yield 'format: "1.0"'
        yield f"id: {answers.id}"
        yield "version: 0.1.0"
        yield from self._told("status")
        yield "status: draft"
        yield f"languages: [{', '.join(self._languages)}]"
        yield from self._texts("title", answers.titles)
        yield from self._texts("summary", self._summary())
        yield f"license: {LICENCE}"
        yield f"code_license: {CODE_LICENCE}"
        yield "authors:"
        yield from self._texts("- name", dict.fromkeys(self._languages, answers.author), 1)
        yield "    role: author"
        yield f"grades: [{', '.join(map(str, answers.grades))}]"
        yield f"minutes: {answers.minutes}"
        yield f"periods: {-(-answers.minutes // PERIOD_MINUTES)}"
        yield from self._told("alignment")
        yield "alignment:"
        yield f"  - scheme: {kind.scheme}"
        yield f'    code: "{kind.code}"'
        yield "    strength: main"
        yield from self._told("pbl")
        yield "pbl:"
        yield from self._texts("driving_question", {one: self._question(one) for one in self._languages}, 1)
        yield "  elements: [question, inquiry, reflection, product]"
        yield from self._texts("product", _PRODUCT, 1)
        yield "objectives:"
        yield "  - id: evidence"
        yield from self._texts("text", _OBJECTIVE, 2)
        yield "    literacy: cn-sci-2022:l.inquiry"
        yield from self._targets()
        yield from self._materials()
        yield "safety:" if self._plugged else "safety: []"
        if self._plugged:
            yield f"  - code: {kind.safety}"
        yield from self._tasks()
        yield from self._steps()
        yield "home:"
        yield "  minutes: 20"

    def _summary(self) -> dict[str, str]:
        if not self._plugged:
            return {"zh": "先预测，再测量，用数据说话。", "en": "Predict, measure, and let the data speak."}
        return {
            "zh": f"先预测，再用开发板测{self._kind.name['zh']}，用数据说话。",
            "en": f"Predict, measure the {self._kind.name['en']} with a board, and let the data speak.",
        }

    def _targets(self) -> Iterator[str]:
        kind = self._kind
        if not self._plugged:
            yield "unplugged: true"
            return
        yield from self._told("targets")
        yield "targets:"
        for group in self._groups:
            yield f"  - id: {group.id}"
            yield f"    boards: [{', '.join(board.key for board in group.boards)}]"
            yield f"    main: code/{group.id}/main.py"
            if group.sensor.wires:
                yield f"    sensors: [{group.on.sensor}]"
            heap = min(board.limits.heap_bytes for board in group.boards)
            if group.family == "microbit":
                yield f"    heap_max: {heap - HEAP_SPARE}"
        yield from self._told("channels")
        yield "channels:"
        yield f"  - id: {kind.key}"
        yield from self._texts("name", kind.name, 2)
        first, *others = self._groups
        yield from self._scale(first, 2)
        if others:
            yield "    by:"
            for group in others:
                yield f"      {group.id}:"
                yield from self._scale(group, 4)
        yield "acquisition:"
        yield f"  - rate_hz: {kind.hertz:g}"
        yield f"    duration_s: {kind.seconds}"
        yield from self._expect()
        yield from self._told("scenes")
        yield "scenes:"
        for name, more in (("good", ""), ("bad", "    must_fail: [main, compare]")):
            yield f"  - id: {name}"
            yield "    file: data/scenes.yaml"
            yield f"    scene: {name}"
            if more:
                yield more
        wirings = [f"wiring/{group.id}.yaml" for group in self._groups if group.sensor.wires]
        if wirings:
            yield f"wiring: [{', '.join(wirings)}]"

    def _scale(self, group: Group, level: int) -> Iterator[str]:
        unit = group.sensor.quantities[group.on.quantity].unit
        if unit:
            yield f"{'  ' * level}unit: {unit}"
        yield f"{'  ' * level}range: [{group.on.range}]"

    def _expect(self) -> Iterator[str]:
        kind = self._kind
        rows = round(kind.hertz * kind.seconds)
        quarter = kind.seconds // 4
        yield from self._told("expect")
        yield "expect:"
        yield "  - id: rows"
        yield "    check: count"
        yield f"    min: {rows * 9 // 10}"
        yield f"    max: {-(-rows * 11 // 10)}"
        yield from self._texts(
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
        yield from self._texts("say", kind.say, 2)
        yield "  - id: compare"
        yield f"    channel: {kind.key}"
        if kind.expect == "swings":
            count = kind.seconds // 2
            yield "    check: peaks"
            yield from ("    height: 200", f"    min: {count - 2}", f"    max: {count + 2}")
            yield from self._texts("say", _SWINGS, 2)
            return
        first, last = f"{{t: [0, {quarter}]}}", f"{{t: [{kind.seconds - quarter}, {kind.seconds}]}}"
        of, to = (first, last) if kind.expect == "falls" else (last, first)
        yield from ("    check: ratio", f"    of: {of}", f"    to: {to}", "    min: 1.2")
        yield from self._texts("say", _FALLS if kind.expect == "falls" else _RISES, 2)

    def _materials(self) -> Iterator[str]:
        yield "materials:" if self._plugged else "materials: []"
        if not self._plugged:
            return
        yield "  - id: board"
        names = dict.fromkeys(board.shown_name for group in self._groups for board in group.boards)
        shown = {"zh": " 或 ".join(names), "en": " or ".join(names)}
        yield from self._texts("name", shown, 2)
        yield from ("    qty: 1", "    per: group", "    kind: board")
        for key in dict.fromkeys(group.on.sensor for group in self._groups if group.sensor.wires):
            yield f"  - id: {key.replace('_', '-')}"
            yield from self._texts("name", self._sensors.sensors[key].name, 2)
            yield from ("    qty: 1", "    per: group", "    kind: module", "    home:")
            yield from self._texts("none", _NOT_AT_HOME, 3)

    def _tasks(self) -> Iterator[str]:
        yield from self._told("tasks")
        yield "tasks:"
        for name, step, kind, title, minutes in (
            ("measure", "measure", "required", _TASKS["measure"], self._answers.minutes // 4),
            ("explain", "compare", "required", _TASKS["explain"], self._answers.minutes // 8),
            ("change-one", "compare", "optional", _TASKS["change-one"], 0),
        ):
            yield f"  - id: {name}"
            yield f"    step: {step}"
            yield f"    kind: {kind}"
            yield from self._texts("title", title, 2)
            if minutes:
                yield f"    minutes: {minutes}"
            if kind == "required":
                yield "    objective: evidence"

    def _steps(self) -> Iterator[str]:
        total = self._answers.minutes
        asking, comparing = max(1, total // 4), max(1, total // 4)
        yield from self._told("steps")
        yield "steps:"
        for number, (name, minutes) in enumerate(
            (("question", asking), ("measure", max(1, total - asking - comparing)), ("compare", comparing)), 1
        ):
            yield f"  - id: {name}"
            yield f"    file: {number}-{name}.md"
            yield from self._texts("title", _STEPS[name], 2)
            yield f"    minutes: {minutes}"

    def _told(self, key: str) -> Iterator[str]:
        """What a part of the file is for, as a comment in the author's language."""
        yield f"\n# {_COMMENTS[key][self._languages[0]]}"

    def _texts(self, key: str, texts: Mapping[str, str], level: int = 0) -> Iterator[str]:
        """A text in the lesson's languages, each on a line of its own."""
        indent = "  " * level
        yield f"{indent}{key}:"
        inner = indent + ("    " if key.startswith("- ") else "  ")
        for language in self._languages:
            yield f"{inner}{language}: {_quoted(texts[language])}"

    # -- programs and wires ----------------------------------------------------------------------------

    def _program(self, group: Group) -> str:
        kind, sensor, board = self._kind, group.sensor, group.boards[0]
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

    def _wiring(self, group: Group) -> Iterator[str]:
        sensor, board = group.sensor, group.boards[0]
        supply = self._sensors.supplies[group.family]
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

    def _scenes(self) -> Iterator[str]:
        wires = {
            next(iter(group.sensor.connection.boards[board.key].values())): group.on.wire
            for group in self._groups
            if group.on.wire
            for board in group.boards
        }
        yield "# What the sensors of a virtual board see while the lesson is tested."
        for name, curves in (("good", self._kind.good), ("bad", self._kind.bad)):
            yield f"{name}:"
            yield "  quantities:"
            for quantity, curve in curves.items():
                yield f"    {quantity}: {curve}"
            if wires:
                inner = ", ".join(f"{json.dumps(pin)}: {quantity}" for pin, quantity in wires.items())
                yield f"  wiring: {{{inner}}}"


def _pace(hertz: float) -> Text:
    if hertz < 1:
        seconds = f"{1 / hertz:g}"
        return {"zh": f"每 {seconds} 秒记一行数据", "en": f"a row every {seconds} seconds"}
    return {"zh": f"每秒记 {hertz:g} 行数据", "en": f"{hertz:g} rows a second"}


def _wire(pin: str, to: str, colour: str) -> str:
    return f"  - {{from: {json.dumps(pin) if pin.isdigit() else pin}, to: {to}, colour: {colour}}}"


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
_COLOURS = {POWER: "red", GROUND: "black"}
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
_AT_HOME = {
    "zh": "和家里人一起再做一次，看结果一样不一样。",
    "en": "Do it once more with your family: is the result the same?",
}
_RESULT = {"zh": "结果", "en": "result"}


@cache
def _text(file: str) -> str:
    return (resources.files("makerlab.lessons") / "template" / file).read_text(encoding="utf-8")


def _kind(key: str, entry: Entry) -> Kind:
    texts = ("name", "question", "before", "change", "say", "home")
    rest = ("alignment", "safety", "hertz", "seconds", "good", "bad", "expect", "on")
    fields = entry.fields((*texts, *rest))
    alignment = fields["alignment"].fields(("scheme", "code"))
    return Kind(
        key=key,
        **{name: fields[name].texts() for name in texts},
        scheme=alignment["scheme"].text(),
        code=alignment["code"].text(),
        safety=fields["safety"].text(),
        hertz=fields["hertz"].number(0.01, 1000),
        seconds=fields["seconds"].integer(1, 10_000),
        good={name: curve.text() for name, curve in fields["good"].items().items()},
        bad={name: curve.text() for name, curve in fields["bad"].items().items()},
        expect=fields["expect"].choice(("falls", "rises", "swings")),
        on={family: _on(one) for family, one in fields["on"].items().items()},
    )


def _on(entry: Entry) -> On:
    fields = entry.fields(("sensor", "quantity", "range"), ("resistor", "wire"))
    return On(
        fields["sensor"].text(),
        fields["quantity"].text(),
        fields["range"].text(),
        fields["resistor"].choice((POWER, GROUND)) if "resistor" in fields else "",
        fields["wire"].text() if "wire" in fields else "",
    )
