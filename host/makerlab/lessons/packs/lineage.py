"""Where a lesson comes from: making one from another with credit, and who is to be credited. Pure.

`derived_from` lists everything a lesson goes back to, the nearest first, with authors and licences: credit
does not depend on having the others at hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from makerlab.errors import DataError, MakerError
from makerlab.i18n import N_, _
from makerlab.lessons.description import describe, lesson_of
from makerlab.lessons.model import LESSON_FILE, Author, Lesson, Origin, Relation, Text
from makerlab.lessons.packs import licences
from makerlab.lessons.packs.pack import normalised

FIRST_VERSION = "0.1.0"
NOTHING_YET: Text = {"zh": "刚开始改编，还没有改动。", "en": "Just begun; nothing is changed yet."}


class NotForked(DataError):
    """facts: `lesson`, `problem`, `advice` (translated)."""

    what = N_("Nothing can be made from {lesson}: {problem}.")
    todo = N_("{advice}")


class SameId(MakerError):
    what = N_("The new lesson cannot have the id {id}: it is that of the lesson it is made from.")
    todo = N_("Take an id of your own, for example: --id my-school/{slug}")


@dataclass(frozen=True)
class Credit:
    """A lesson to be named. `relation` is how the one before was made from it, "" for the lesson itself."""

    id: str
    version: str
    authors: tuple[Author, ...]
    license: str
    relation: Relation | str = ""
    changes: Text | None = None
    digest: str = ""


def fork(
    files: Mapping[str, bytes],
    digest: str,
    new_id: str,
    author: Text,
    relation: Relation = "remix",
    changes: Text = NOTHING_YET,
) -> dict[str, bytes]:
    """The files of a new lesson made from this one (`digest` is its pack's, "" if it was never packed).

    Its lesson.yaml is the old one but for id, version, status, authors and lineage: comments stay. Raises
    NotForked, SameId, BadFile.
    """
    parent = lesson_of(files)
    if licences.forbids_changes(parent.license):
        raise NotForked(
            lesson=parent.shown_title,
            problem=_("its licence ({license}) does not allow changed versions").format(
                license=parent.license
            ),
            advice=_("Ask its authors for another licence, or use it as it is."),
        )
    if new_id == parent.id:
        raise SameId(id=new_id, slug=new_id.rpartition("/")[2])
    origin = Origin(parent.id, parent.version, relation, parent.license, parent.authors, changes, digest)
    author_text = {language: words for language, words in author.items() if language in parent.languages}
    blocks = {
        "id": [f"id: {new_id}"],
        "version": [f"version: {FIRST_VERSION}"],
        "status": ["status: draft"],
        "authors": ["authors:", *_author_lines(Author(author_text, "author"))],
        "derived_from": ["derived_from:", *_origin_lines((origin, *parent.derived_from))],
    }
    text = normalised(LESSON_FILE, files[LESSON_FILE]).decode("utf-8")
    made = {**files, LESSON_FILE: _with_blocks(text, blocks).encode("utf-8")}
    lesson_of(made)
    return made


def credits(lesson: Lesson, digest: str) -> list[Credit]:
    """The lesson and everything it goes back to, the nearest first."""
    own = Credit(lesson.id, lesson.version, lesson.authors, lesson.license, digest=digest)
    return [
        own,
        *(
            Credit(one.id, one.version, one.authors, one.license, one.relation, one.changes, one.digest)
            for one in lesson.derived_from
        ),
    ]


# -- writing lesson.yaml -----------------------------------------------------------------------------------


def _with_blocks(text: str, blocks: Mapping[str, list[str]]) -> str:
    """lesson.yaml with these top-level keys, each in place of its lines; a new one comes behind `authors`."""
    top = describe(text).top
    assert top is not None, "lesson_of has read it"
    lines = text.rstrip("\n").split("\n")
    starts = {name: entry.line - 1 for name, entry in top.items().items()}
    ends = _ends(lines, sorted(starts.values()))
    for name in sorted(starts, key=lambda name: starts[name], reverse=True):
        if name in blocks:
            new = list(blocks[name])
            if name == "authors" and "derived_from" not in starts:
                new += blocks["derived_from"]
            lines[starts[name] : ends[starts[name]]] = new
    return "\n".join(lines) + "\n"


def _ends(lines: list[str], starts: list[int]) -> dict[int, int]:
    """For each top-level key's line the line behind its value: comments and empty lines before the next key
    belong to that key."""
    ends = {}
    for start, following in zip(starts, [*starts[1:], len(lines)], strict=True):
        end = following
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        ends[start] = end
    return ends


def _origin_lines(origins: tuple[Origin, ...]) -> list[str]:
    lines = []
    for one in origins:
        lines += [
            f"  - id: {one.id}",
            f"    version: {_quoted(one.version)}",
            *([f"    digest: {_quoted(one.digest)}"] if one.digest else []),
            f"    relation: {one.relation}",
            f"    license: {one.license}",
            "    authors:",
            *(f"    {line}" for author in one.authors for line in _author_lines(author)),
            "    changes:",
            *_text_lines(one.changes, 6),
        ]
    return lines


def _author_lines(author: Author) -> list[str]:
    return [
        "  - name:",
        *_text_lines(author.name, 6),
        f"    role: {author.role}",
        *(["    org:", *_text_lines(author.org, 6)] if author.org else []),
    ]


def _text_lines(text: Text, indent: int) -> list[str]:
    return [f"{' ' * indent}{language}: {_quoted(words)}" for language, words in text.items()]


def _quoted(words: str) -> str:
    """In double quotes, as YAML 1.2 reads JSON."""
    return json.dumps(" ".join(words.split()), ensure_ascii=False)
