"""What counts as a board that started anew, and what a program may print without being taken for that."""

from __future__ import annotations

import pytest

from makerlab.experiment.run import STARTING


@pytest.mark.parametrize(
    "line",
    [
        "MicroPython v1.22.0 on 2023-12-27; Generic ESP32 module with ESP32",
        "12 3400 5MicroPython v1.18 on 2023-10-30; micro:bit v2.1.2 with nRF52833",  # in the middle of a row
        "ets Jul 29 2019 12:21:46",
        "ESP-ROM:esp32c3-api1-20210207",
        "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
        "MPY: soft reboot",
    ],
)
def test_a_start(line):
    assert STARTING.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "(sysname='microbit', release='1.0', version=\"micro:bit v1.0.1+b0bf4a9 on 2018-12-13; "
        "MicroPython v1.9.2-34-gd64154c73 on 2017-09-01\", machine='micro:bit with nRF51822')",
        "3.4.0; MicroPython v1.22.0 on 2023-12-27",  # sys.version
        "I like MicroPython",
    ],
)
def test_what_a_program_prints(line):
    assert not STARTING.search(line)
