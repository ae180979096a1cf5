"""The JSON Schema of lesson.yaml (draft 2020-12), made from the same tables as its reader.

It is published as schema/lesson-1.0.json, so that editors complete keys and underline mistakes while a
teacher writes. It says what the reader (description.py) says of single fields; how they fit together is
check's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from makerlab.i18n import LANGUAGES
from makerlab.lessons import description as d
from makerlab.lessons import model
from makerlab.lessons.expectation_kinds import CHECKS, MEASURES, VALUE_FORMS
from makerlab.lessons.vocabulary import PBL, SAFETY, SCHEMES, vocabulary

FILE = "lesson-1.0.json"
Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}


def lesson_schema() -> Schema:
    """The whole schema, as JSON values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:makerlab:{FILE.removesuffix('.json')}",
        "title": "makerlab lesson.yaml",
        "description": "课包的说明文件；maker lesson check 检查更多。 The description of a lesson; "
        "maker lesson check looks at more.",
        **_object(_FIELDS, d.REQUIRED),
        "$defs": _DEFINITIONS,
    }


def _object(fields: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(required),
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _words(words: Sequence[str]) -> Schema:
    return {"enum": list(words)}


def _pattern(pattern: re.Pattern[str]) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern.pattern})$"}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def _range(low: float, high: float) -> Schema:
    return {"type": "array", "items": _number(low, high), "minItems": 2, "maxItems": 2}


def _told(schema: Schema, zh: str, en: str) -> Schema:
    """With what an editor shows when the mouse rests on it."""
    return {**schema, "description": f"{zh} {en}"}


def _suggested(words: Sequence[str]) -> Schema:
    """Any text; an editor proposes these."""
    return {**TEXT, "examples": list(words)}


T, ID = _ref("text"), _ref("id")
MINUTES = _whole(1, d.MAX_MINUTES)
TARGETS = _list(TEXT)

_SCALE: dict[str, Schema] = {
    "unit": _pattern(d.UNIT),
    "range": _range(-d.BIG, d.BIG),
    "resolution": _number(1e-9, d.BIG),
    "accuracy": TEXT,
}
_PART: Schema = {**_object({"t": _range(0, d.MAX_S), "segment": TEXT}), "minProperties": 1}
_VALUES: dict[str, Schema] = {
    "number": _number(-d.BIG, d.BIG),
    "range": _range(-d.BIG, d.BIG),
    "channel": TEXT,
    "where": _PART,
    "parts": _list(_PART),
    "measure": _words(MEASURES),
    "rising or falling": _words(("rising", "falling")),
}
_EXPECT: dict[str, Schema] = {
    "id": ID,
    "check": _told(_words(list(CHECKS)), "检查什么。", "What is checked."),
    "say": _told(T, "用学生的话说。", "In a pupil's words."),
    "channel": _pattern(d.ON_THE_WIRE),
    "by": {"type": "object"},
    "targets": TARGETS,
    **{name: _VALUES[form] for name, form in VALUE_FORMS.items()},
}


def _expectation() -> Schema:
    """What else stands there depends on the check."""
    conditions = []
    for name, kind in CHECKS.items():
        bounds = ("min", "max") if kind.bounded else ()
        values = {*kind.needs, *kind.may, *bounds, "where"}
        then: Schema = {
            "required": [*kind.needs, *(("channel",) if kind.channel else ())],
            "properties": {
                **{other: False for other in VALUE_FORMS if other not in values},
                "by": {
                    "additionalProperties": _object(
                        {value: _VALUES[VALUE_FORMS[value]] for value in VALUE_FORMS if value in values}
                    )
                },
            },
        }
        if kind.bounded:
            then["anyOf"] = [{"required": ["min"]}, {"required": ["max"]}]
        conditions.append(
            {"if": {"properties": {"check": {"const": name}}, "required": ["check"]}, "then": then}
        )
    return {**_object(_EXPECT, ("id", "check", "say")), "allOf": conditions}


_ORIGIN = _object(
    {
        "id": _pattern(model.LESSON_ID),
        "version": _pattern(model.VERSION),
        "relation": _words(model.RELATIONS),
        "license": _pattern(d.LICENSE),
        "authors": _list(_ref("author")),
        "changes": T,
        "digest": _pattern(model.SHA256),
    },
    ("id", "version", "relation", "license", "authors", "changes"),
)
_PROJECT = _object(
    {
        "driving_question": _told(T, "驱动性问题。", "The driving question."),
        "product": _told(T, "最后做出什么。", "What is made in the end."),
        "elements": _list(_suggested(list(vocabulary(PBL).terms))),
        "milestones": _list(
            _object(
                {"id": ID, "title": T, "minutes": MINUTES, "evidence": T},
                ("id", "title", "minutes", "evidence"),
            )
        ),
        "audience": T,
        "reflection": _list(T),
    },
    ("driving_question", "product"),
)
_TARGET = _object(
    {
        "id": ID,
        "boards": _told(TARGETS, "boards.yaml 里的开发板。", "Boards of boards.yaml."),
        "main": _pattern(d.PROGRAM),
        "sensors": _told(TARGETS, "sensors.yaml 里外接的传感器。", "Sensors of sensors.yaml to connect."),
        "firmware": _object({name: _pattern(d.VERSIONS) for name in d.FIRMWARE}),
        "heap_max": _whole(1, d.MAX_BYTES),
        "flash_max": _whole(1, d.MAX_BYTES),
    },
    ("id", "boards", "main"),
)
_MATERIAL = _object(
    {
        "id": ID,
        "name": T,
        "qty": _whole(1, d.MAX_COUNT),
        "per": _words(model.PERS),
        "kind": _words(model.MATERIAL_KINDS),
        "home": {
            **_object({"name": T, "note": T, "none": T}),
            "oneOf": [{"required": ["name"]}, {"required": ["none"]}],
        },
        "reuse": {"type": "boolean"},
    },
    ("id", "name", "qty", "per", "kind"),
)
_FIELDS: dict[str, Schema] = {
    "format": _told({"const": model.FORMAT}, "格式版本，加引号。", "Version of the format, in quotes."),
    "id": _told(_pattern(model.LESSON_ID), "永远不变的名字。", "The name that never changes."),
    "version": _pattern(model.VERSION),
    "status": _words(model.STATUSES),
    "languages": _told(_list(_words(LANGUAGES)), "第一种是原文。", "The first one is the original."),
    "title": T,
    "summary": T,
    "license": {**_pattern(d.LICENSE), "examples": ["CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0"]},
    "code_license": {**_pattern(d.LICENSE), "examples": ["MIT"]},
    "media_license": _pattern(d.LICENSE),
    "authors": _list(_ref("author")),
    "derived_from": _list(_ORIGIN),
    "grades": _list(_whole(1, d.MAX_GRADE)),
    "minutes": MINUTES,
    "periods": _whole(1, d.MAX_MINUTES // model.PERIOD_MINUTES),
    "level": _words(model.LEVELS),
    "keywords": _list(T),
    "alignment": _list(
        _object(
            {"scheme": _suggested(SCHEMES), "code": TEXT, "strength": _words(model.STRENGTHS)},
            ("scheme", "code"),
        )
    ),
    "pbl": _PROJECT,
    "objectives": _list(_object({"id": ID, "text": T, "literacy": _pattern(d.LITERACY)}, ("id", "text"))),
    "unplugged": _told({"type": "boolean"}, "不用开发板的课。", "A lesson without boards."),
    "targets": _list(_TARGET),
    "channels": _list(
        _object(
            {
                "id": _pattern(d.ON_THE_WIRE),
                "name": T,
                **_SCALE,
                "by": {"type": "object", "additionalProperties": _object(_SCALE)},
                "without": TARGETS,
            },
            ("id", "name"),
        )
    ),
    "acquisition": _list(
        _object(
            {
                "rate_hz": _number(d.MIN_HZ, d.MAX_HZ),
                "duration_s": _number(0.1, d.MAX_S),
                "mode": _words(model.MODES),
                "targets": TARGETS,
            },
            ("rate_hz", "duration_s"),
        )
    ),
    "expect": _list(_expectation()),
    "scenes": _list(
        _object(
            {
                "id": ID,
                "file": _pattern(d.SCENE_FILE),
                "scene": TEXT,
                "seed": _whole(0, d.MAX_COUNT),
                "must_fail": TARGETS,
                "targets": TARGETS,
            },
            ("id", "file", "scene"),
        )
    ),
    "materials": _list(_MATERIAL),
    "wiring": _list(_pattern(d.WIRING_FILE)),
    "safety": _list(
        _object(
            {
                "code": _suggested(list(vocabulary(SAFETY).terms)),
                "level": _words(model.SAFETY_LEVELS),
                "note": T,
            },
            ("code",),
        )
    ),
    "tasks": _list(
        _object(
            {
                "id": ID,
                "step": TEXT,
                "kind": _words(model.TASK_KINDS),
                "title": T,
                "minutes": MINUTES,
                "objective": TEXT,
                "evidence": T,
                "hint": T,
            },
            ("id", "step", "kind", "title"),
        )
    ),
    "steps": _list(
        _object(
            {"id": ID, "file": _pattern(d.STEP_FILE), "title": T, "minutes": MINUTES, "milestone": TEXT},
            ("id", "file", "title", "minutes"),
        )
    ),
    "home": {
        "oneOf": [
            {"const": "none"},
            _object(
                {
                    "minutes": MINUTES,
                    "video": _object(
                        {"script": TEXT, "url": _pattern(d.ADDRESS), "sha256": _pattern(model.SHA256)}
                    ),
                },
                ("minutes",),
            ),
        ]
    },
    "quiz": {"const": "quiz.yaml"},
    "rubric": {"const": "rubric.yaml"},
    "vocabulary": _list(_object({"zh": TEXT, "en": TEXT, "pinyin": TEXT, "meaning": T}, LANGUAGES)),
    "accessibility": _object(
        {
            "reading_level": _whole(1, d.MAX_GRADE),
            "colour_only": {"type": "boolean"},
            "keyboard": {"type": "boolean"},
        }
    ),
}
_DEFINITIONS: dict[str, Schema] = {
    "id": _pattern(model.ID),
    "text": {**_object(dict.fromkeys(LANGUAGES, TEXT)), "minProperties": 1},
    "author": _object({"name": T, "role": _words(model.ROLES), "org": T}, ("name", "role")),
}
