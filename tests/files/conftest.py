"""Genuine boards for these tests: an ESP32's runtime in WebAssembly and a micro:bit V1's in QEMU.

Each is switched on once for a module; a test finds it empty, at its prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from makerlab.boards import Limits, catalogue
from makerlab.connect import pace_of
from makerlab.files.transfer import BoardFiles
from makerlab.link import Link, open_link
from makerlab.repl.session import Session
from makerlab.virtual.emulated import find_tool

needs_qemu = pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm")
ESP32 = pytest.param("esp32", id="ESP32")
MICROBIT_V1 = pytest.param("microbit-v1", id="V1", marks=needs_qemu)
PORTS = {"esp32": "virtual:esp32?fresh=1", "microbit-v1": "emulated:microbit-v1?fresh=1"}


class Bench(NamedTuple):
    """A board on the bench."""

    kind: str
    link: Link
    session: Session
    limits: Limits

    def files(self, **options: object) -> BoardFiles:
        return BoardFiles(self.session, self.limits, **options)  # type: ignore[arg-type]


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


both = pytest.mark.parametrize("bench", [ESP32, MICROBIT_V1], indirect=True)
esp32 = pytest.mark.parametrize("bench", [ESP32], indirect=True)
microbit_v1 = pytest.mark.parametrize("bench", [MICROBIT_V1], indirect=True)
