"""A boards.yaml with a mistake: the file, the line, what is wrong and what was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from makerlab.boards import load
from makerlab.errors import BadFile
from makerlab.i18n import set_language
from makerlab.resources import boards_file
from makerlab.yamlfile import MAX_CHARS, MAX_DEPTH, read

TEXT = boards_file().read_text(encoding="utf-8")


def complaint(text: str) -> BadFile:
    with pytest.raises(BadFile) as caught:
        load(text, "boards.yaml")
    assert caught.value.facts["path"] == "boards.yaml"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("right", "wrong", "problem", "hint"),
    [
        ("family: microbit", "famly: microbit", "famly", "family"),
        ("family: microbit", "family: microbitt", "microbitt", "microbit"),
        ("    chip: nrf51822\n", "", "“chip” is missing", "chip:"),
        ("chip: nrf51822", "chip:", "should be a text", ""),
        ("name: {zh: micro:bit V1, en: micro:bit V1}", "name: {zh: micro:bit V1}", "“en” is missing", "en:"),
        ("heap_bytes: 8_800", "heap_bytes: a lot", "whole number", ""),
        ("heap_bytes: 8_800", "heap_bytes: 8800.5", "whole number", ""),
        ("max_file_bytes: 28_214", "max_file_bytes: 99_999", "from 1024 to 29696", ""),
        ("raw_paste: false", "raw_paste: no", "“no”", "true, false"),
        (
            "sensors: [temperature, light, acc",
            "sensors: [temprature, light, acc",
            "temprature",
            "temperature",
        ),
        ("P8: {}", "P8: {mind: [busy]}", "busy", "input_only"),
        ("P8: {}", "P8: {can: adc}", "should be a list", "[a, b, c]"),
        ("P8: {}", "P7: {}", "twice", ""),
        ("{method: drive, drive: MICROBIT}", "{method: drag}", "drag", ""),
        ('"1A86:7523": CH340', '"1a86:7523": CH340', "USB id", "2341:*"),
        ('{id: "303A:0002"}', '{id: "303A:0002", adapter: rom}', "not both", ""),
        ("{adapter: daplink, serial", "{adapter: daplnk, serial", "daplnk", "daplink"),
        ("'with nRF51822'", "'with (nRF51822'", "regular expression", ""),
        ("reset: break", "reset: push", "push", ""),
        ("limits: *esp32_limits", "limits: *esp_limits", "refers to nothing", ""),
        (", bundled: 1}", ", bundled: 3}", "from 1 to 2", ""),
        (
            '{version: "1.1.1", file: micropython-microbit-v1.1.1.hex',
            '{version: "1.1.1", file: ../a.hex',
            "../a.hex",
            ".bin",
        ),
        ('address: "https://micropython.org', 'address: "micropython.org', "no address", "https://"),
        ("look_alikes:", "look-alikes:", "look-alikes", "look_alikes"),
    ],
)
def test_a_mistake_is_named_with_its_line(right, wrong, problem, hint):
    assert right in TEXT
    error = complaint(TEXT.replace(right, wrong, 1))
    assert problem in error.message
    assert hint in error.hint
    if wrong:
        assert error.facts["line"] == TEXT[: TEXT.index(right)].count("\n") + 1


def test_a_mistake_reads_well_in_chinese_too():
    set_language("zh")
    try:
        assert "boards.yaml" in complaint(TEXT.replace("chip: nrf51822", "chop: nrf51822")).message
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# nothing but a comment\n", 1),
        ("just words", 1),
        ("- a\n- b\n", 1),
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb: 'x\n", 3),
        ("a: 1\nb: c: d\n", 2),
        ("a: 1\nb: \x01\n", 2),
        ("a: 1\n--- \nb: 2\n", 2),
        ("a: &me [*me]\n", 1),
        ("sensors: 1\n? [a, b]\n: c\n", 2),
    ],
)
def test_what_is_no_yaml_or_no_boards(text, line):
    assert complaint(text).facts["line"] == line


def test_tags_make_no_objects():
    text = TEXT.replace("chip: nrf51822", "chip: !!python/object/apply:os.getcwd []")
    assert "should be a text" in complaint(text).message


@pytest.mark.parametrize("bomb", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000])
def test_a_deep_nest_is_refused_not_crashed_on(bomb):
    error = complaint(bomb)
    assert "nested" in error.message


def test_a_huge_file_is_refused():
    assert "big" in complaint("a: b\n" * (MAX_CHARS // 4)).message


def test_as_deep_as_allowed():
    entry = read("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH, "f")
    for _level in range(MAX_DEPTH):
        (entry,) = entry.entries()
    assert entry.text() == "x"


def test_aliases_carry_the_name_and_line_of_where_they_stand():
    fields = read("a: &x {k: v}\nb: *x\n", "f").items()
    assert fields["b"].items()["k"].text() == "v"
    assert (fields["b"].name, fields["b"].line) == ("b", 2)


@settings(max_examples=150)
@given(st.text(max_size=200))
@example("\ufeffa: b")
@example("%YAML 1.1\n---\na: b")
def test_any_text_is_read_or_refused_in_words(text):
    try:
        load(text, "f.yaml")
    except BadFile as error:
        assert error.facts["line"] >= 1


LINES = TEXT.splitlines(keepends=True)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(LINES) - 1), st.sampled_from(["", "x\n", "  - y\n", "}\n", "a: b\n", "      z: {\n"])
)
def test_any_line_of_the_file_replaced_is_read_or_refused_in_words(number, line):
    try:
        load("".join([*LINES[:number], line, *LINES[number + 1 :]]), "f.yaml")
    except BadFile as error:
        assert 1 <= error.facts["line"] <= len(LINES) + 1
