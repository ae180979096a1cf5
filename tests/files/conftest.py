"""Genuine MicroPython for these tests. Each board is switched on once for a module; a test finds it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from genuine import PORTS, Bench

from makerlab.boards import catalogue
from makerlab.connect import pace_of
from makerlab.files.transfer import BoardFiles
from makerlab.link import open_link
from makerlab.repl.session import Session


@pytest.fixture(scope="module")
def switched_on() -> Iterator[dict[str, Bench]]:
    benches: dict[str, Bench] = {}
    yield benches
    for bench in benches.values():
        bench.link.close()


@pytest.fixture
def bench(request: pytest.FixtureRequest, switched_on: dict[str, Bench]) -> Bench:
    """The board named by an indirect parameter, empty, in a new session."""
    kind: str = request.param
    limits = catalogue().boards[kind].limits
    if kind not in switched_on:
        link = open_link(PORTS[kind])
        switched_on[kind] = Bench(kind, link, Session(link), limits)
    link = switched_on[kind].link
    session = Session(link)
    session.enter()
    session.pace = pace_of(limits)
    session.restart()
    files = BoardFiles(session, limits)
    for entry in files.list().entries:
        files.remove(entry.name, recursive=True)
    return Bench(kind, link, session, limits)
