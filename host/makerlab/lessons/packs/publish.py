"""Putting packs into a folder that serves as an index: a USB stick, a share of the school, a web server's.

The packs are what counts; the list is made of them. Whoever publishes first adds packs, then writes a list of
all that lie there, and then looks whether others came meanwhile: if so, writes it again. Whatever order two
publishers' steps have, the last list written has both their packs, without a lock that a computer that went
off would leave behind. A list that is missing, half or out of date is mended the same way, by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from makerlab.errors import FileProblem, MakerError, system_reason
from makerlab.i18n import _
from makerlab.lessons import disk, library
from makerlab.lessons.description import lesson_of
from makerlab.lessons.model import LESSON_FILE, SUFFIX
from makerlab.lessons.packs import index as indexes
from makerlab.lessons.packs import search
from makerlab.lessons.packs.index import (
    INDEX,
    MAX_INDEX_BYTES,
    MAX_PACKS,
    PACKS,
    SEARCH,
    BadIndex,
    Entry,
    Index,
)
from makerlab.lessons.packs.keys import OwnKey
from makerlab.lessons.packs.pack import Pack

ROUNDS = 50
"""Each is only needed when somebody else published in the instant before."""


@dataclass(frozen=True)
class Published:
    """`left_out` are files among the packs that are no packs, by name, and why."""

    index: Index
    left_out: dict[str, MakerError]


def publish(folder: Path, packs: Sequence[Pack], key: OwnKey | None = None, when: str = "") -> Published:
    """Add `packs` to the index in `folder` (made if it is not there), and list all that lie in it; with `key`
    the list is signed. Raises FileProblem, and BadFile for a pack this program cannot list.

    A pack that lies there already only gets the signatures it lacks.
    """
    new = [(pack, indexes.entry_of_pack(pack, lesson_of(pack.files, LESSON_FILE))) for pack in packs]
    for pack, entry in new:
        _put(folder / indexes.file_of(entry), pack)
    for _round in range(ROUNDS):
        listed, left_out = _listed(folder)
        index = indexes.made(listed)
        _write(folder, index, key, when)
        names = {Path(indexes.file_of(entry)).name for entry in index.entries}
        if not _pack_names(folder) - names - left_out.keys() and _is_there(folder, index):
            return Published(index, left_out)
    raise FileProblem(path=folder, detail=_("others publish there all the time"))


def _put(path: Path, pack: Pack) -> None:
    try:
        before = library.read_pack(path) if path.exists() else None
    except MakerError:
        before = None  # half, from a copy that broke off: this one is whole
    if before is not None and before.digest == pack.digest:
        for key_id, content in before.signatures.items():
            if key_id not in pack.signatures:
                pack = pack.with_signature(key_id, content)
    if before != pack:
        disk.write(path, pack.data())


def _listed(folder: Path) -> tuple[list[tuple[Entry, set[str]]], dict[str, MakerError]]:
    """Every pack in the folder with its terms; those the list has already are not opened unless their size
    is another."""
    found, left_out = [], {}
    known = _known(folder)
    names = sorted(_pack_names(folder))
    if len(names) > MAX_PACKS:
        problem = _("more than {count:,} packs lie there").format(count=MAX_PACKS)
        raise BadIndex(path=folder, problem=problem)
    for name in names:
        path = folder / PACKS / name
        if (before := known.get(name)) is not None and before[0].size == _size(path):
            found.append(before)
            continue
        try:
            one = library.open_path(path)
            assert one.pack is not None
            entry = indexes.entry_of_pack(one.pack, one.lesson)
        except MakerError as error:
            left_out[name] = error
            continue
        if Path(indexes.file_of(entry)).name == name:
            found.append((entry, search.terms_of(indexes.texts_of(one.lesson))))
        else:
            # Copied there by hand, under a name of its own: readers look for the one that follows from it.
            _put(folder / indexes.file_of(entry), one.pack)
            _remove(path)
            found.append((entry, search.terms_of(indexes.texts_of(one.lesson))))
    return found, left_out


def _known(folder: Path) -> dict[str, tuple[Entry, set[str]]]:
    """What the list there says, by the packs' names; nothing when it cannot be used."""
    try:
        index = _read(folder)
    except MakerError:
        return {}
    if not index.complete:
        return {}  # what lies in the packs can be searched for as well, once they were read
    return {Path(indexes.file_of(one[0])).name: one for one in indexes.terms_by_entry(index)}


def _read(folder: Path) -> Index:
    listed, terms = (disk.read(folder / name, MAX_INDEX_BYTES) for name in (INDEX, SEARCH))
    return indexes.read(listed, terms, str(folder / INDEX))


def _write(folder: Path, index: Index, key: OwnKey | None, when: str) -> None:
    listed, terms = indexes.written(index, key, when)
    # The list last: until then the old one is whole; readers do without a search.json that is not its own.
    disk.write(folder / SEARCH, terms)
    disk.write(folder / INDEX, listed)


def _is_there(folder: Path, index: Index) -> bool:
    """Whether the list on the disk is whole and at least ours: somebody else's may have come after it."""
    try:
        there = _read(folder)
    except MakerError:
        return False
    ours, theirs = ({entry.digest for entry in one.entries} for one in (index, there))
    return there.complete and ours <= theirs


def _pack_names(folder: Path) -> set[str]:
    try:
        return {path.name for path in (folder / PACKS).iterdir() if path.suffix == SUFFIX}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise FileProblem(path=folder / PACKS, detail=system_reason(error)) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
