"""Labels in a command: taken for a port where one is asked for, and shown beside it.

What is learnt about who is who while a command runs lies here, for everything that prints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from makerlab.errors import MakerError
from makerlab.i18n import _

if TYPE_CHECKING:
    import click

    from makerlab.connect import Connection

_PORT = re.compile(r".*[:/\\\\].*|[A-Za-z]+\d*")
"""What the name of a port can be: COM3, /dev/ttyACM0, virtual:esp32."""
_labels: dict[str, str] = {}
"""By port, the labels known so far."""
_meant: dict[str, str] = {}
"""By port, the id of the board that was asked for by its label."""


def forget() -> None:
    """Begin a command: nothing is known yet."""
    _labels.clear()
    _meant.clear()


def from_option(ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """What was typed for --port, with every label replaced by the port where its board is now."""
    return words if ctx.resilient_parsing else tuple(ports_of(words))


def ports_of(words: Sequence[str]) -> list[str]:
    """The ports that `words` mean: themselves, unless they are labels. Raises BoardNotHere, and NoSuchLabel
    for what can be neither."""
    from makerlab.labels import store

    if not words:
        return []
    book = store.load() if store.file().exists() else None
    entries = {word: entry for word in words if book and (entry := book.named(word)) is not None}
    for word in words:
        if word not in entries and not _PORT.fullmatch(word):
            from makerlab.labels.book import NoSuchLabel

            raise NoSuchLabel(label=word)
    if not entries:
        return list(words)
    from makerlab.labels import find

    ports = dict(zip(entries, find.ports_of(list(entries.values())), strict=True))
    for word, port in ports.items():
        _labels[port], _meant[port] = entries[word].label, entries[word].id
    return [ports.get(word, word) for word in words]


def learn(connection: Connection) -> None:
    """Find out which label the board in this connection has. Raises AnotherBoard when it was asked for by a
    label that another board has."""
    from makerlab.labels import store

    if not store.file().exists():
        return
    from makerlab.labels import find

    port = connection.port
    board_id = find.id_of(connection.session)
    if _meant.get(port, board_id) != board_id:
        raise find.AnotherBoard(port=port, label=_labels[port])
    if (entry := store.load().of_id(board_id)) is not None:
        _labels[port] = entry.label


def recognised(port: str, unique_id: str) -> None:
    """The board at `port` turned out to be the one with this chip's number or Unique ID."""
    from makerlab.labels import board_id, store

    if store.file().exists() and (entry := store.load().of_id(board_id.read(unique_id))) is not None:
        _labels[port] = entry.label


def known(ports: list[str]) -> None:
    """Learn the labels of those `ports` whose board is known without asking."""
    from makerlab.labels import store

    if not store.file().exists():
        return
    from makerlab.labels import find

    book = store.load()
    for port in ports:
        try:
            entry = book.of_id(find.id_at(port))
        except MakerError:
            continue
        if entry is not None:
            _labels[port] = entry.label


def label(port: str) -> str:
    """The label of the board at `port`, "" if none is known."""
    return _labels.get(port, "")


def title(port: str) -> str:
    """How a board is called in a line: "第3组-1 (COM5)", or its port alone."""
    return _labels[port] + _(" ({name})").format(name=port) if port in _labels else port


def said(port: str, text: str) -> str:
    """A line about one board of several."""
    return _("{board}: {text}").format(board=title(port), text=text)


def short(port: str) -> str:
    """The label, or the port: for names of files."""
    return _labels.get(port, port)
