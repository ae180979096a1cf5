"""The published JSON Schema: up to date, valid, and of one mind with the reader of lesson.yaml."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from makerlab.lessons.description import describe
from makerlab.lessons.schema_of_lesson import FILE, lesson_schema

EXAMPLE = Path(__file__).parent / "example"
PUBLISHED = Path(str(resources.files("makerlab.lessons") / "schema" / FILE))
WRONG: tuple[Any, ...] = (
    "some text",
    "",
    7,
    -3,
    2.5,
    True,
    [],
    ["x"],
    {},
    {"zh": "字"},
    {"nonsense": 1},
    "1.10",
)
"""One is put in the place of every value in turn; most are wrong there."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(lesson_schema())
    return Draft202012Validator(lesson_schema())


def test_the_published_file_is_up_to_date():
    """After a change that is meant: MAKER_GOLDEN=write pytest tests/lessons/test_schema.py"""
    text = json.dumps(lesson_schema(), ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("MAKER_GOLDEN") == "write":
        PUBLISHED.write_text(text, encoding="utf-8", newline="\n")
    assert PUBLISHED.read_text(encoding="utf-8") == text


def good() -> Any:
    """The example, with the fields it does without."""
    data = yaml.safe_load((EXAMPLE / "lesson.yaml").read_text(encoding="utf-8"))
    text = {"zh": "字", "en": "word"}
    data["media_license"] = "CC-BY-4.0"
    data["unplugged"] = False
    data["derived_from"] = [
        {
            "id": "a/b",
            "version": "1.0.0",
            "relation": "remix",
            "license": "CC-BY-4.0",
            "authors": [{"name": text, "role": "author", "org": text}],
            "changes": text,
            "digest": "0" * 64,
        }
    ]
    data["home"] = {
        "minutes": 20,
        "video": {"script": "home/zh.md", "url": "https://example.org/a.mp4", "sha256": "1" * 64},
    }
    data["materials"][1]["home"]["note"] = text
    data["safety"][0]["note"] = text
    data["tasks"][0]["hint"] = text
    data["expect"] += [
        {"id": "x1", "check": "settle", "say": text, "channel": "light", "final": [1, 2], "by_s": 3},
        {
            "id": "x2",
            "check": "peaks",
            "say": text,
            "channel": "light",
            "height": 3,
            "spacing": [1, 2],
            "min": 1,
        },
        {
            "id": "x3",
            "check": "monotonic",
            "say": text,
            "channel": "light",
            "direction": "rising",
            "where": {"segment": "灯"},
        },
        {
            "id": "x4",
            "check": "classify",
            "say": text,
            "channel": "light",
            "truth": "light",
            "min": 0.9,
            "targets": ["esp32"],
        },
    ]
    return data


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(data: Any, path: tuple[str | int, ...], value: Any = None, delete: bool = False) -> Any:
    data = copy.deepcopy(data)
    place = data
    for key in path[:-1]:
        place = place[key]
    if delete:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


def reader_accepts(data: Any) -> bool:
    return not describe(json.dumps(data, ensure_ascii=False)).findings  # JSON is YAML too


def test_both_accept_a_good_lesson(validator):
    assert [error.message for error in validator.iter_errors(good())] == []
    assert reader_accepts(good())


def test_both_refuse_the_same_mistakes(validator):
    """Every field taken away, every field given a wrong value, a key that is not known in every place."""
    data = good()
    rng = random.Random(3)
    tried = refused = 0
    for path in places(data):
        variants = [changed(data, path, delete=True)] if path else []
        variants += [changed(data, path, value) for value in rng.sample(WRONG, 1)] if path else []
        place = data
        for key in path:
            place = place[key]
        if isinstance(place, dict):
            variants.append(changed(data, (*path, "surprise"), 1))
        for variant in variants:
            tried += 1
            by_schema, by_reader = validator.is_valid(variant), reader_accepts(variant)
            if not falls(variant, path):
                assert by_schema == by_reader, f"{path}: schema {by_schema}, reader {by_reader}"
            refused += not by_schema
    assert tried > 500 and refused > tried / 2


def falls(data: Any, path: tuple[str | int, ...]) -> bool:
    """Whether a range [low, high] was turned around: JSON Schema cannot say that it must not be."""
    if not path or not isinstance(path[-1], int):
        return False
    place = data
    for key in path[:-1]:
        place = place[key]
    return len(place) == 2 and all(isinstance(one, int | float) for one in place) and place[0] > place[1]
