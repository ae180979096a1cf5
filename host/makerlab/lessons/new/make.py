"""The files of a new lesson. Pure: answers in, files out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from makerlab.lessons.markdown import digest
from makerlab.lessons.model import LESSON_FILE, SCHEMA_FOLDER, Text
from makerlab.lessons.new.board_files import program, scenes, wiring
from makerlab.lessons.new.kinds import template_text
from makerlab.lessons.new.lesson_yaml import LICENCE, lesson_yaml
from makerlab.lessons.new.plan import Answers, Plan, plan_of
from makerlab.lessons.schema_of_lesson import FILE as SCHEMA_FILE
from makerlab.lessons.schema_of_lesson import lesson_schema
from makerlab.sensors import SensorCatalogue

_AT_HOME = {
    "zh": "和家里人一起再做一次，看结果一样不一样。",
    "en": "Do it once more with your family: is the result the same?",
}
_RESULT = {"zh": "结果", "en": "result"}


def make(answers: Answers, sensors: SensorCatalogue) -> dict[str, bytes]:
    """The files of the new lesson."""
    return {path: text.encode("utf-8") for path, text in _files(plan_of(answers, sensors))}


def _files(plan: Plan) -> Iterator[tuple[str, str]]:
    yield LESSON_FILE, "\n".join(lesson_yaml(plan)) + "\n"
    names = ("1-question", "2-measure", "3-compare")
    for name in names:
        template = name if plan.plugged or name != "2-measure" else "2-measure-unplugged"
        yield from _translated(plan, f"steps/{{language}}/{name}.md", f"steps/{template}")
    yield from _translated(plan, "teacher/{language}.md", "teacher/guide")
    yield from _translated(plan, "home/{language}.md", "home/sheet")
    for group in plan.groups:
        yield f"code/{group.id}/main.py", program(plan, group)
        if group.sensor.wires:
            yield f"wiring/{group.id}.yaml", "\n".join(wiring(plan, group)) + "\n"
    if plan.plugged:
        yield "data/scenes.yaml", "\n".join(scenes(plan)) + "\n"
    yield "LICENSE.md", f"{LICENCE} https://creativecommons.org/licenses/by-sa/4.0/\n"
    yield f"{SCHEMA_FOLDER}/{SCHEMA_FILE}", json.dumps(lesson_schema(), ensure_ascii=False) + "\n"


def _translated(plan: Plan, path: str, template: str) -> Iterator[tuple[str, str]]:
    """A text in every language; a translation says in its first line what it was made from."""
    original = ""
    for language in plan.languages:
        text = _filled(plan, template_text(f"{template}.{language}.md"), language)
        if original:
            text = f"<!-- src: {digest(original)} -->\n{text}"
        else:
            original = text
        yield path.format(language=language), text


def _filled(plan: Plan, text: str, language: str) -> str:
    kind = plan.kind
    values = {
        "question": plan.question(language),
        "name": kind.name[language],
        "before": kind.before[language],
        "change": kind.change[language],
        "home": kind.home[language] if plan.plugged else _AT_HOME[language],
        "safety": kind.safety,
        "pace": _pace(kind.hertz)[language],
        "seconds": str(kind.seconds),
        "middle": str(kind.seconds // 2),
        "code": _code(plan),
    }
    if not plan.plugged:
        # Nothing measures, so what the block shows is not there.
        text = re.sub(r":::expect main\n:::\n\n", "", text)
        values["name"] = _RESULT[language]
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def _code(plan: Plan) -> str:
    """The programs, each for its boards."""
    pulled = [f"```python file=code/{group.id}/main.py lines=measure\n```" for group in plan.groups]
    if len(pulled) < 2:
        return "".join(pulled)
    blocks = zip(plan.groups, pulled, strict=True)
    return "\n\n".join(f":::board {group.id}\n{code}\n:::" for group, code in blocks)


def _pace(hertz: float) -> Text:
    if hertz < 1:
        seconds = f"{1 / hertz:g}"
        return {"zh": f"每 {seconds} 秒记一行数据", "en": f"a row every {seconds} seconds"}
    return {"zh": f"每秒记 {hertz:g} 行数据", "en": f"{hertz:g} rows a second"}
