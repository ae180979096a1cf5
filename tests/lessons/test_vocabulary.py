"""The shipped vocabularies: whole, in both languages, and one word for each word of lesson.yaml."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from makerlab.lessons import model
from makerlab.lessons.markdown import CONTAINERS
from makerlab.lessons.model import Alignment
from makerlab.lessons.vocabulary import PBL, SAFETY, SCHEMES, literacy, term, vocabulary, word, words
from makerlab.lessons.wiring import COLOURS

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("scheme", [*SCHEMES, PBL, SAFETY])
def test_every_text_is_there_in_its_language(scheme):
    for one in vocabulary(scheme).terms.values():
        assert HAN.search(one.text["zh"]) and not HAN.search(one.text["en"]), one.code
    texts = Counter(one.text["zh"] for one in vocabulary(scheme).terms.values())
    assert max(texts.values()) == 1


def test_science_has_13_concepts_and_54_contents():
    terms = vocabulary("cn-sci-2022").terms
    kinds = Counter(one.kind for one in terms.values())
    assert kinds == {"literacy": 4, "crosscutting": 4, "concept": 13, "content": 54}
    counts = Counter(int(code.partition(".")[0]) for code, one in terms.items() if one.kind == "content")
    assert [counts[number] for number in range(1, 14)] == [7, 4, 3, 2, 6, 3, 4, 6, 6, 4, 3, 3, 3]


def test_information_technology_has_nine_modules_and_four_themes():
    kinds = Counter(one.kind for one in vocabulary("cn-it-2022").terms.values())
    assert kinds == {"literacy": 4, "strand": 6, "module": 9, "theme": 4}
    assert vocabulary("cn-it-2022").terms["m.control"].grades == (5, 6)


def test_ten_groups_of_tasks_eight_practices_seven_elements():
    assert sum(one.kind == "content" for one in vocabulary("cn-labour-2022").terms.values()) == 10
    assert sum(one.kind == "practice" for one in vocabulary("ngss").terms.values()) == 8
    assert len(vocabulary(PBL).terms) == 7


def test_a_code_is_found_or_a_near_one_named():
    found = term(Alignment("cn-sci-2022", "3.3"))
    assert found is not None and found.text["zh"] == "声音与光的传播"
    assert term(Alignment("cn-sci-2022", "3.9")) is None
    assert term(Alignment("cn-sci-1999", "3.3")) is None
    assert vocabulary("ngss").near("5-ESS-1-1")[0] == "5-ESS1-1"
    assert literacy("cn-sci-2022:l.inquiry") is not None
    assert literacy("cn-sci-2022:3.3") is None and literacy("nonsense") is None


def test_safety_has_a_level_for_every_code():
    assert {one.kind for one in vocabulary(SAFETY).terms.values()} == set(model.SAFETY_LEVELS)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("status", model.STATUSES),
        ("role", model.ROLES),
        ("relation", model.RELATIONS),
        ("level", model.LEVELS),
        ("strength", model.STRENGTHS),
        ("mode", model.MODES),
        ("task", model.TASK_KINDS),
        ("per", model.PERS),
        ("material", model.MATERIAL_KINDS),
        ("safety_level", model.SAFETY_LEVELS),
        ("block", tuple(CONTAINERS)),
        ("colour", COLOURS),
    ],
)
def test_every_word_of_the_format_has_a_name(field, values):
    assert set(words(field)) == set(values)
    assert word(field, values[0], "zh") != word(field, values[0], "en")
    assert word(field, "unheard") == "unheard"
