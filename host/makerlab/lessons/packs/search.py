"""Finding lessons by words, in Chinese and English, without a network and without a word list. Pure.

Chinese has no spaces between words, so a run of Chinese characters is taken as all pairs of neighbours
(bigrams): 保温杯 is 保温 and 温杯. A run finds a lesson when half of its pairs are there, a Latin word when
a word begins with it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

MAX_QUERY_CHARS = 200
TITLE_COUNTS = 3.0
"""A word in the title says three times as much as one elsewhere."""

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_HALF = 0.5

Terms = Mapping[str, Sequence[int]]
"""For each term the numbers of the texts it is in, rising."""


def terms_of(texts: Iterable[str]) -> set[str]:
    """What a lesson can be found by."""
    found: set[str] = set()
    for text in texts:
        for run in _runs(text):
            found |= set(_parts(run))
    return found


def index(texts: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Terms of many lessons, each given by its texts."""
    found: dict[str, list[int]] = {}
    for number, own in enumerate(texts):
        for term in terms_of(own):
            found.setdefault(term, []).append(number)
    return found


def search(query: str, terms: Terms, titles: Sequence[str]) -> list[int]:
    """The numbers of the lessons that fit, the best first; all when the query has no words.

    `titles` are the lessons' titles, in every language.
    """
    runs = _runs(query[:MAX_QUERY_CHARS])
    scores = dict.fromkeys(range(len(titles)), 0.0)
    for run in runs:
        own = _scores(run, terms, len(titles))
        scores = {number: score + own[number] for number, score in scores.items() if number in own}
    for run in runs:
        for number in scores:
            if run in unicodedata.normalize("NFKC", titles[number]).casefold():
                scores[number] += TITLE_COUNTS * len(_parts(run))
    return sorted(scores, key=lambda number: (-scores[number], number))


def _scores(run: str, terms: Terms, count: int) -> dict[int, float]:
    """How well each lesson that fits one run fits it. A term that is in few lessons counts more."""
    parts = _parts(run)
    hits: dict[int, int] = {}
    scores: dict[int, float] = {}
    for part in parts:
        numbers = _numbers(part, terms)
        weight = 1 + math.log((count + 1) / (len(numbers) + 1))
        for number in numbers:
            hits[number] = hits.get(number, 0) + 1
            scores[number] = scores.get(number, 0.0) + weight
    return {number: score for number, score in scores.items() if hits[number] >= _HALF * len(parts)}


def _numbers(part: str, terms: Terms) -> set[int]:
    if part.isascii():
        fitting = [term for term in terms if term.startswith(part)]
    elif len(part) == 1:
        fitting = [term for term in terms if part in term]
    else:
        fitting = [part] if part in terms else []
    return {number for term in fitting for number in terms[term]}


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def _parts(run: str) -> list[str]:
    if run.isascii() or len(run) == 1:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]
