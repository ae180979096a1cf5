"""Which boards these tests run on: virtual ones (WebAssembly), and the micro:bit V1's runtime in QEMU."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from makerlab.boards import Limits
from makerlab.files.transfer import BoardFiles
from makerlab.link import Link
from makerlab.repl.session import Session
from makerlab.virtual.emulated import find_tool

needs_qemu = pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm")
ESP32 = pytest.param("esp32", id="ESP32")
MICROBIT_V1 = pytest.param("microbit-v1", id="V1", marks=needs_qemu)
MICROBIT_V2 = pytest.param("microbit-v2", id="V2")
PORTS = {
    "esp32": "virtual:esp32?fresh=1",
    "microbit-v1": "emulated:microbit-v1?fresh=1",
    "microbit-v2": "virtual:microbit-v2?fresh=1",
}


class Bench(NamedTuple):
    """A board on the bench."""

    kind: str
    link: Link
    session: Session
    limits: Limits

    def files(self, **options: object) -> BoardFiles:
        return BoardFiles(self.session, self.limits, **options)  # type: ignore[arg-type]


every_board = pytest.mark.parametrize("bench", [ESP32, MICROBIT_V1, MICROBIT_V2], indirect=True)
esp32 = pytest.mark.parametrize("bench", [ESP32], indirect=True)
microbit_v1 = pytest.mark.parametrize("bench", [MICROBIT_V1], indirect=True)
