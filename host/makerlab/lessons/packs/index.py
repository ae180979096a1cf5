"""A list of packs that can be searched without opening them. Pure.

    index.json     canonical JSON: the packs, the digest of search.json, and who put the list together
    search.json    canonical JSON: which terms are in which of them (search.py)
    packs/*.mkl    the packs; a file's name follows from what the list says of it (`file_of`), so that no list
                   can lead to another file

The signature stands in index.json itself: the two change in one step, and a reader never sees one without
the other. It covers the list; each pack has signatures of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from makerlab.errors import DataError
from makerlab.i18n import LANGUAGES, N_, _, pick
from makerlab.lessons.model import LESSON_ID, SHA256, STATUSES, SUFFIX, VERSION, Lesson
from makerlab.lessons.packs import canonical, keys, search
from makerlab.lessons.packs.keys import OwnKey, PublicKey
from makerlab.lessons.packs.pack import MAX_PACK_BYTES, MAX_WORD_CHARS, Pack, slug_of
from makerlab.lessons.plain import plain
from makerlab.lessons.versions import order

FORMAT = "1.0"
INDEX, SEARCH, PACKS = "index.json", "search.json", "packs"
MAX_PACKS = 5_000
MAX_INDEX_BYTES = 8_000_000
"""A thousand packs take less than one."""
MAX_TITLE_CHARS = 120
MAX_SUMMARY_CHARS = 300
MAX_ITEMS = 60
"""Boards, places in curricula, or parents."""
_DOMAIN = b"mkindex-v1\n"
MAX_CODE_CHARS = 60
_CODE = re.compile(rf"[A-Za-z0-9.:+-]{{1,{MAX_CODE_CHARS}}}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")


class BadIndex(DataError):
    what = N_("The list of lessons {path} cannot be used: {problem}.")
    todo = N_(
        "Whoever keeps it mends it with: maker lesson publish FOLDER. The packs themselves are not touched."
    )


class NewerIndex(BadIndex):
    what = N_("The list of lessons {path} was made by a newer makerlab (format {format}).")
    todo = N_("Install the newest makerlab on this computer, then try again.")


@dataclass(frozen=True)
class Entry:
    """A pack as the list shows it. `boards` are keys of boards.yaml (none for a lesson without electronics),
    `alignment` is "scheme:code", `parents` digests of what it was made from, `signers` key ids."""

    id: str
    version: str
    digest: str
    size: int
    title: Mapping[str, str]
    summary: Mapping[str, str]
    grades: tuple[int, ...]
    minutes: int
    boards: tuple[str, ...]
    alignment: tuple[str, ...]
    license: str
    status: str
    parents: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return slug_of(self.id)

    @property
    def shown_title(self) -> str:
        return pick(dict(self.title)) or self.id

    def value(self) -> dict[str, Any]:
        lists = {
            name: list(getattr(self, name))
            for name in ("grades", "boards", "alignment", "parents", "signers")
        }
        return {
            **{name: one for name, one in lists.items() if one},
            "id": self.id,
            "version": self.version,
            "digest": self.digest,
            "size": self.size,
            "title": dict(self.title),
            "summary": dict(self.summary),
            "minutes": self.minutes,
            "license": self.license,
            "status": self.status,
        }


@dataclass(frozen=True)
class Index:
    """`entries` by id and version, newest version first; `terms` as search.index gives them for the entries.

    `signer` put the list together, None when nobody signed it. Not `complete`: its search.json was missing or
    of another list, so that only titles and summaries are searched.
    """

    entries: tuple[Entry, ...]
    terms: search.Terms
    signer: PublicKey | None = None
    complete: bool = True


def entry_of(lesson: Lesson, digest: str, size: int, signers: Iterable[str] = ()) -> Entry:
    return Entry(
        lesson.id,
        lesson.version,
        digest,
        size,
        {language: _one_line(text, MAX_TITLE_CHARS) for language, text in lesson.title.items()},
        {language: _one_line(text, MAX_SUMMARY_CHARS) for language, text in lesson.summary.items()},
        tuple(sorted(set(lesson.grades))),
        lesson.minutes,
        _codes(board for target in lesson.targets for board in target.boards),
        _codes(f"{one.scheme}:{one.code}" for one in lesson.alignment),
        lesson.license[:MAX_CODE_CHARS],
        lesson.status,
        tuple(one.digest for one in lesson.derived_from if one.digest)[:MAX_ITEMS],
        tuple(sorted(signers)),
    )


def _one_line(text: str, limit: int) -> str:
    return plain(" ".join(text.split()), limit)


def _codes(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if _CODE.fullmatch(text)))[:MAX_ITEMS]


def texts_of(lesson: Lesson) -> list[str]:
    """What a lesson is found by."""
    texts = [*lesson.title.values(), *lesson.summary.values(), slug_of(lesson.id)]
    texts += [text for keyword in lesson.keywords for text in keyword.values()]
    texts += lesson.project.driving_question.values()
    texts += [name for channel in lesson.channels for name in channel.name.values()]
    texts += [name for author in lesson.authors for name in author.name.values()]
    return texts


def made(found: Iterable[tuple[Entry, Iterable[str]]]) -> Index:
    """The index of entries, each with its terms; one of each digest, with all its signers."""
    best: dict[str, tuple[Entry, set[str]]] = {}
    for entry, terms in found:
        if entry.digest in best:
            before, own = best[entry.digest]
            signers = tuple(sorted({*before.signers, *entry.signers}))
            best[entry.digest] = (replace(max(before, entry, key=lambda one: one.size), signers=signers), own)
        else:
            best[entry.digest] = (entry, set(terms))
    ordered = sorted(best.values(), key=lambda one: one[0].digest)
    ordered.sort(key=lambda one: order(one[0].version), reverse=True)
    ordered.sort(key=lambda one: one[0].id)
    listed: dict[str, list[int]] = {}
    for number, (_entry, terms) in enumerate(ordered):
        for term in terms:
            listed.setdefault(term, []).append(number)
    return Index(tuple(entry for entry, _terms in ordered), listed)


def terms_by_entry(index: Index) -> list[tuple[Entry, set[str]]]:
    """The entries with their terms, as `made` takes them."""
    own: list[set[str]] = [set() for _entry in index.entries]
    for term, numbers in index.terms.items():
        for number in numbers:
            own[number].add(term)
    return list(zip(index.entries, own, strict=True))


def file_of(entry: Entry) -> str:
    """Where the pack of an entry lies, from the index's folder."""
    return f"{PACKS}/{file_name(entry.id, entry.version, entry.digest)}"


def file_name(lesson_id: str, version: str, digest: str) -> str:
    return f"{slug_of(lesson_id)}-{version}-{digest[:12]}{SUFFIX}"


def entry_of_pack(pack: Pack, lesson: Lesson) -> Entry:
    return entry_of(lesson, pack.digest, len(pack.data()), pack.signatures)


# -- what fits ---------------------------------------------------------------------------------------------


def fitting(index: Index, query: str = "", grade: int = 0, board: str = "", minutes: int = 0) -> list[Entry]:
    """The entries with these words, for this grade and board, that take no more than these minutes; the best
    first, and only the newest version of each. 0 and "" mean any; "microbit" is a V1 or a V2."""
    titles = [" ".join(entry.title.values()) for entry in index.entries]
    found: dict[str, Entry] = {}
    for number in search.search(query, index.terms, titles):
        entry = index.entries[number]
        if grade and grade not in entry.grades:
            continue
        if board and not any(one == board or one.startswith(f"{board}-") for one in entry.boards):
            continue
        if minutes and entry.minutes > minutes:
            continue
        before = found.get(entry.id)
        if before is None or order(entry.version) > order(before.version):
            found[entry.id] = entry  # where the first stood: a dict keeps its places
    return list(found.values())


# -- files -------------------------------------------------------------------------------------------------


def written(index: Index, key: OwnKey | None = None, when: str = "") -> tuple[bytes, bytes]:
    """index.json and search.json."""
    terms = {"format": FORMAT, "terms": {term: list(numbers) for term, numbers in index.terms.items()}}
    search_data = canonical.to_bytes(terms)
    value: dict[str, Any] = {
        "format": FORMAT,
        "packs": [entry.value() for entry in index.entries],
        "search": hashlib.sha256(search_data).hexdigest(),
    }
    if key is not None:
        value["signed"] = {"key": key.public.key, "name": key.name, "when": when}
        value["sig"] = key.sign(_DOMAIN + canonical.to_bytes(value))
    return canonical.to_bytes(value), search_data


def read(index_data: bytes, search_data: bytes, path: str) -> Index:
    """The index in the two files; `path` for messages. Raises BadIndex (NewerIndex).

    A search.json that does not belong to it (a publisher was just writing, a copy broke off) is made anew,
    of what the list says.
    """
    if len(index_data) > MAX_INDEX_BYTES:
        raise BadIndex(path=path, problem=_("it is too big"))
    try:
        value: Any = canonical.from_bytes(index_data)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("format"), str):
        raise BadIndex(path=path, problem=_("it was written only half, or damaged"))
    if value["format"] != FORMAT:
        raise NewerIndex(path=path, format=plain(value["format"], MAX_WORD_CHARS))
    try:
        entries = tuple(_entry(one) for one in value["packs"][:MAX_PACKS])
        signer = _signer(value)
        wanted = value["search"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadIndex(path=path, problem=_("it was written only half, or damaged")) from None
    terms = _terms(search_data, len(entries)) if _digest(search_data) == wanted else None
    if terms is None:
        return Index(entries, search.index(map(_listed_texts, entries)), signer, complete=False)
    return Index(entries, terms, signer)


def _entry(value: Any) -> Entry:
    """Raises KeyError, TypeError, ValueError, AttributeError for what is none."""
    known = {*Entry.__dataclass_fields__}
    sound = (
        value.keys() <= known
        and isinstance(value["id"], str)
        and len(value["id"]) <= MAX_WORD_CHARS
        and LESSON_ID.fullmatch(value["id"])
        and len(value["version"]) <= MAX_WORD_CHARS
        and VERSION.fullmatch(value["version"])
        and SHA256.fullmatch(value["digest"])
        and type(value["size"]) is int
        and 0 <= value["size"] <= MAX_PACK_BYTES
        and type(value["minutes"]) is int
        and all(type(grade) is int for grade in value.get("grades", ()))
        and all(_CODE.fullmatch(one) for name in ("boards", "alignment") for one in value.get(name, ()))
        and all(SHA256.fullmatch(one) for one in value.get("parents", ()))
        and all(_KEY_ID.fullmatch(one) for one in value.get("signers", ()))
        and _CODE.fullmatch(value["license"])
        and value["status"] in STATUSES
    )
    if not sound:
        raise ValueError("no entry")
    lists = {
        name: tuple(value.get(name, ())) for name in ("grades", "boards", "alignment", "parents", "signers")
    }
    texts = {
        "title": _texts(value["title"], MAX_TITLE_CHARS),
        "summary": _texts(value["summary"], MAX_SUMMARY_CHARS),
    }
    return Entry(**{**value, **lists, **texts})


def _texts(value: Any, limit: int) -> dict[str, str]:
    if not all(
        name in LANGUAGES and len(text) <= limit and text.isprintable() for name, text in value.items()
    ):
        raise ValueError("no text")
    return dict(value)


def _signer(value: dict[str, Any]) -> PublicKey | None:
    """Who signed. Raises ValueError when the signature is not right."""
    if "sig" not in value and "signed" not in value:
        return None
    signed = value["signed"]
    rest = {name: one for name, one in value.items() if name != "sig"}
    right = (
        keys.is_hex(signed["key"], keys.KEY_BYTES)
        and keys.is_name(signed["name"])
        and keys.is_hex(value["sig"], keys.SIGNATURE_BYTES)
        and keys.is_signed(signed["key"], value["sig"], _DOMAIN + canonical.to_bytes(rest))
    )
    if not right:
        raise ValueError("no signature")
    return PublicKey(signed["key"], signed["name"])


def _terms(data: bytes, count: int) -> dict[str, list[int]] | None:
    """What search.json holds; None when it is not sound."""
    try:
        terms = json.loads(data)["terms"]
        for numbers in terms.values():
            if not all(type(number) is int and 0 <= number < count for number in numbers):
                return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    found: dict[str, list[int]] = terms
    return found


def _listed_texts(entry: Entry) -> list[str]:
    return [*entry.title.values(), *entry.summary.values(), entry.slug]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
