"""The list of packs: found in both languages, small, and never believed when it is half or changed."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lesson import lesson_files

from makerlab.lessons.description import lesson_of
from makerlab.lessons.packs import canonical, index, keys, pack, search
from makerlab.lessons.packs.index import BadIndex, Index, NewerIndex

KEY = keys.new("李老师", bytes(32))
WHEN = "2026-11-24T08:30:00Z"
LESSONS = (
    {"id": "cn.a/cup", "zh": "哪种杯子最保温？", "en": "Which cup keeps warm longest?", "grades": "5"},
    {"id": "cn.a/lamp", "zh": "灯离得越远，光变暗多少？", "en": "How fast does light fade?", "minutes": 80},
    {"id": "cn.a/night", "zh": "聪明的小夜灯", "en": "A night light that decides", "boards": "microbit-v1"},
    {"id": "cn.a/noise", "zh": "教室有多吵？", "en": "How loud is our classroom?", "grades": "4"},
)


def listed(*lessons: dict[str, object]) -> Index:
    found = []
    for facts in lessons or LESSONS:
        made = pack.build(lesson_files(**facts))  # type: ignore[arg-type]
        lesson = lesson_of(made.files)
        found.append((index.entry_of_pack(made, lesson), search.terms_of(index.texts_of(lesson))))
    return index.made(found)


def slugs(**wanted: object) -> list[str]:
    return [entry.slug for entry in index.fitting(listed(), **wanted)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("保温", "cup"), ("保温杯", "cup"), ("杯", "cup"), ("哪种杯子最保温", "cup"), ("WARM", "cup"),
        ("夜灯", "night"), ("night", "night"), ("ｎｉｇｈｔ", "night"), ("吵", "noise"), ("classr", "noise"),
        ("light fade", "lamp"), ("光 变暗", "lamp"), ("小夜灯 light", "night"),
    ],
)  # fmt: skip
def test_words_find_lessons_in_both_languages(query, first):
    assert slugs(query=query)[0] == first


def test_all_words_must_fit():
    assert slugs(query="night warm") == []
    assert slugs(query="火箭") == []
    assert slugs(query="？！") == slugs()


def test_a_word_in_the_title_comes_first():
    # Every one of them says "light" in its summary or question; two do in their titles.
    assert set(slugs(query="light")[:2]) == {"lamp", "night"}


def test_filters():
    assert slugs(grade=4) == ["noise"]
    assert slugs(board="microbit-v1") == ["night"]
    assert "lamp" not in slugs(minutes=40) and "lamp" in slugs(minutes=80)
    assert slugs(query="light", grade=5, board="esp32", minutes=80)[0] == "lamp"


def test_only_the_newest_version_is_shown():
    both = listed({"version": "1.10.0"}, {"version": "1.9.0"}, {"version": "1.10.0-rc.1"})
    assert len(both.entries) == 3
    assert [entry.version for entry in index.fitting(both)] == ["1.10.0"]


def test_packs_are_merged_by_digest():
    made = index.terms_by_entry(listed())
    assert index.made([*made, *reversed(made)]) == listed()


# -- files -------------------------------------------------------------------------------------------------


def test_what_is_written_is_read():
    made = listed()
    data, terms = index.written(made, KEY, WHEN)
    read = index.read(data, terms, "index.json")
    assert read.entries == made.entries
    assert read.terms == made.terms
    assert read.signer == KEY.public
    assert read.complete
    assert index.written(made, KEY, WHEN) == (data, terms)


def test_a_search_list_of_another_index_is_made_anew():
    data, _terms = index.written(listed())
    for other in (b"", b"{", index.written(listed(LESSONS[0]))[1]):
        read = index.read(data, other, "index.json")
        assert not read.complete
        assert index.fitting(read, "保温")[0].slug == "cup"


def test_an_index_half_written_is_told():
    data, terms = index.written(listed(), KEY, WHEN)
    for end in range(0, len(data), 7):
        with pytest.raises(BadIndex, match="half"):
            index.read(data[:end], terms, "index.json")


def test_a_signed_index_cannot_be_changed():
    data, terms = index.written(listed(), KEY, WHEN)
    dice = random.Random(3)
    for _round in range(400):
        at = dice.randrange(len(data))
        changed = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
        with pytest.raises(BadIndex):
            index.read(changed, terms, "index.json")


def test_a_newer_index():
    data, terms = index.written(listed())
    newer = data.replace(b'{"format":"1.0"', b'{"format":"2.0"')
    with pytest.raises(NewerIndex, match=r"2\.0"):
        index.read(newer, terms, "index.json")


def evil(**changes: object) -> bytes:
    data, _terms = index.written(listed(LESSONS[0]))
    value = json.loads(data)
    value["packs"][0] |= changes
    return canonical.to_bytes(value)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../../evil"}, {"id": "a/../b"}, {"version": "../1"}, {"digest": "00"}, {"digest": "../" * 20},
        {"size": -1}, {"size": "9"}, {"file": "../evil"}, {"title": {"zh": "\x1b[31m"}}, {"title": "x"},
        {"grades": ["5"]}, {"boards": [[]]}, {"boards": ["\x1b"]}, {"status": "best"}, {"minutes": None},
        {"signers": ["x"]}, {"license": "a b"}, {"summary": {"zh": "长" * 400}},
    ],
)  # fmt: skip
def test_what_an_entry_cannot_say(changes):
    with pytest.raises(BadIndex):
        index.read(evil(**changes), b"", "index.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(json_values, json_values)
def test_any_json_is_refused_in_words(packs, more):
    value = {"format": "1.0", "packs": packs, "search": more, "sig": more, "signed": more}
    for one in (value, packs):
        with pytest.raises(BadIndex):
            index.read(canonical.to_bytes(one), b"", "index.json")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=30))
def test_searching_never_fails_and_finds_a_text_by_itself(texts, query):
    terms = search.index([text] for text in texts)
    found = search.search(query, terms, texts)
    assert sorted(set(found)) == sorted(found)
    for number, text in enumerate(texts):
        assert number in search.search(text, terms, texts)
