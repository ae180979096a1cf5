"""The labels of a classroom, as a value. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from makerlab.errors import MakerError
from makerlab.i18n import N_, _
from makerlab.labels import board_id

MAX_CHARS = 24
"""A label stands at the beginning of lines; 24 Chinese characters take half of one."""
_LIKE_A_PORT = re.compile(r"(?i)com\d+|lpt\d+|[a-z0-9]+:.*|.*[/\\].*")


class BadLabel(MakerError):
    what = N_("“{label}” cannot be a label: {reason}.")
    todo = N_("Take a short name, for example: 第3组-1")


class LabelTaken(MakerError):
    what = N_("Another board has the label {label} already ({id}).")
    todo = N_("Take another label, or take it from that board: maker label remove {label}")


class NoSuchLabel(MakerError):
    what = N_("No board has the label {label}.")
    todo = N_("See which there are: maker label list")


@dataclass(frozen=True)
class Entry:
    """A board with a label. `id` as board_id.read gives it, `board` a boards.yaml key ("" if unknown), `port`
    where it was seen last ("" if never)."""

    id: str
    label: str
    board: str = ""
    port: str = ""


def checked(text: str) -> str:
    """A label as it is kept: no space at its ends, one form for each character. Raises BadLabel."""
    label = unicodedata.normalize("NFC", text).strip()
    reason = ""
    if not label:
        reason = _("it is empty")
    elif len(label) > MAX_CHARS:
        reason = _("it has more than {count} characters").format(count=MAX_CHARS)
    elif not label.isprintable():
        reason = _("there is a character in it that cannot be seen")
    elif _LIKE_A_PORT.fullmatch(label):
        reason = _("it looks like a port or a file")
    elif not label[0].isalnum():
        reason = _("it must begin with a letter, a Chinese character or a digit")
    if reason:
        raise BadLabel(label=label[:MAX_CHARS], reason=reason)
    return label


class Book:
    """Boards by id; no label stands twice (case does not count). A change gives a new book."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: Mapping[str, Entry] = {entry.id: entry for entry in entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self._entries.values(), key=lambda entry: _counting_order(entry.label)))

    def __len__(self) -> int:
        return len(self._entries)

    def of_id(self, board_id: str) -> Entry | None:
        return self._entries.get(board_id)

    def named(self, label: str) -> Entry | None:
        """The board with this label."""
        wanted = _folded(label)
        return next((entry for entry in self._entries.values() if _folded(entry.label) == wanted), None)

    def with_entry(self, entry: Entry) -> Book:
        """With this board's label, which replaces one that the same board had. Raises LabelTaken."""
        holder = self.named(entry.label)
        if holder is not None and holder.id != entry.id:
            raise LabelTaken(label=entry.label, id=board_id.shown(holder.id))
        return Book([*(one for one in self._entries.values() if one.id != entry.id), entry])

    def without(self, label: str) -> Book:
        """Without this label. Raises NoSuchLabel."""
        entry = self.named(label)
        if entry is None:
            raise NoSuchLabel(label=label)
        return Book(one for one in self._entries.values() if one is not entry)


def _folded(label: str) -> str:
    return unicodedata.normalize("NFC", label).strip().casefold()


def _counting_order(label: str) -> list[tuple[int, str]]:
    """Group 2 before group 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", label)]
