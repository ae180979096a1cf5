"""Programs on virtual boards in simulated time: the same to the byte, days in seconds, never without end."""

from __future__ import annotations

import pytest

from makerlab.files.strip import strip
from makerlab.resources import firmware_dir
from makerlab.virtual import unattended
from makerlab.virtual.profile import ESP32, MICROBIT_V2, Profile
from makerlab.virtual.scene import Scene, load
from makerlab.virtual.unattended import Ending, Ran, run
from makerlab.wire.decoder import Decoder
from makerlab.wire.events import Mark, Samples

SCENE = """
s:
  quantities:
    light_lux: [{day: {low: 0, high: 900, day_s: 86400}}, {noise: 3}]
    button: [{presses: {at_s: [3, 7.5]}}]
"""
KINDS = pytest.mark.parametrize("profile", [ESP32, MICROBIT_V2], ids=lambda profile: profile.key)


def module(name: str, edition: str = "") -> bytes:
    source = (firmware_dir() / "lab" / f"{name}{edition}.py").read_text(encoding="utf-8")
    return strip(source).encode()


def scene() -> Scene:
    return load(SCENE, "s.yaml")["s"].with_seed(3)


def ran(profile: Profile, source: str, seconds: float, edition: str = "") -> Ran:
    files = {"main.py": source.encode(), "lab.py": module("lab", edition)}
    return run(profile, files, "main.py", scene(), seconds)


def rows(found: Ran) -> list[tuple[int, ...]]:
    events = Decoder().feed(found.output)
    return [row for event in events if isinstance(event, Samples) for row in event.rows]


COUNT = "from lab import channel, run\nchannel('one', '', lambda: 1)\n"


@KINDS
def test_the_same_run_sends_the_same_bytes_at_the_same_times(profile: Profile):
    source = COUNT + "import random\nchannel('dice', '', lambda: 5)\nrun(10)\n"
    assert ran(profile, source, 20).pieces == ran(profile, source, 20).pieces


@KINDS
@pytest.mark.parametrize(("hz", "seconds"), [(50, 20), (5, 60), (0.016667, 86_400)])
def test_rows_come_when_they_are_due_from_a_fiftieth_of_a_second_to_a_day(
    profile: Profile, hz: float, seconds: float
):
    found = ran(profile, f"{COUNT}run({hz})\n", seconds)
    times = [row[1] / 1000 for row in rows(found)]
    assert found.ending is Ending.STOPPED and found.seconds == pytest.approx(seconds, abs=0.1)
    assert len(times) == pytest.approx(hz * seconds, abs=2)
    for index, time in enumerate(times):
        assert time - times[0] == pytest.approx(index / hz, abs=0.003)
    assert b"late=0" in found.output and not found.traceback


def test_the_edition_for_the_v1_runs_too():
    source = "from lab import channel, run\nfrom microbit import display\n"
    found = ran(
        MICROBIT_V2, source + "channel('light', '', display.read_light_level)\nrun(5)\n", 30, "_microbit_v1"
    )
    assert found.ending is Ending.STOPPED
    assert len(rows(found)) == pytest.approx(150, abs=1)


def test_a_short_press_is_seen_between_two_rows_that_are_minutes_apart():
    source = "from lab import channel, event_when, run\nfrom microbit import button_a\n"
    source += "channel('one', '', lambda: 1)\nevent_when('A', button_a.is_pressed)\nrun(0.01)\n"
    events = Decoder().feed(ran(MICROBIT_V2, source, 300).output)
    marks = [event.ticks / 1000 for event in events if isinstance(event, Mark)]
    assert marks == [pytest.approx(3, abs=0.05), pytest.approx(7.5, abs=0.05)]


@KINDS
def test_timers_ring_in_simulated_time(profile: Profile):
    start = {
        "esp32": "from machine import Timer\nTimer(0).init(period=1000, callback=lambda t: print('tick'))\n",
        "microbit-v2": "from microbit import run_every\nrun_every(lambda: print('tick'), s=1)\n",
    }[profile.key]
    found = ran(profile, start + "import time\nfor _ in range(100):\n time.sleep_ms(100)\n", 60)
    assert found.output.count(b"tick") == pytest.approx(10, abs=1)
    assert found.ending is Ending.ITSELF and found.seconds == pytest.approx(10, abs=0.5)


@KINDS
def test_a_program_that_only_prints_is_ended_by_ctrl_c(profile: Profile):
    found = ran(profile, "import time\nn = 0\nwhile True:\n print(n)\n n += 1\n time.sleep(1)\n", 10)
    assert found.ending is Ending.INTERRUPTED
    assert found.output.startswith(b"0\r\n1\r\n") and found.output.count(b"\r\n") >= 10


@KINDS
def test_what_goes_wrong_is_told_with_its_line(profile: Profile):
    found = ran(profile, COUNT + "channel('two', '', lambda: 1 / 0)\nrun(5)\n", 10)
    assert found.ending is Ending.ITSELF
    assert 'File "main.py", line 3' in found.traceback
    assert found.traceback.rstrip().endswith("ZeroDivisionError: divide by zero")


@KINDS
@pytest.mark.parametrize("loop", ["while True: pass\n", "x = 1\nwhile True: x = (x * 7) % 999983\n"])
def test_a_program_that_computes_without_end_is_ended(
    profile: Profile, loop: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unattended, "STUCK_S", 0.5)
    assert ran(profile, loop, 5).ending is Ending.STUCK


def test_a_program_that_catches_everything_is_ended_too():
    loop = "while True:\n try:\n  while True: print('x' * 8000)\n except BaseException: pass\n"
    found = ran(ESP32, loop, 1)
    assert found.ending is Ending.DEAF and found.seconds == pytest.approx(7, abs=0.5)


def test_a_program_that_never_stops_printing_is_ended():
    found = ran(ESP32, "while True: print('x' * 1000)\n", 1e6)
    assert found.ending is Ending.FLOOD
    assert len(found.output) <= unattended.MAX_BYTES


def test_memory_is_limited():
    found = ran(ESP32, "big = []\nwhile True: big.append(bytearray(100000))\n", 5)
    assert "MemoryError" in found.traceback


def test_input_that_nobody_types_ends_with_the_time():
    assert ran(ESP32, "input('name? ')\n", 5).seconds == pytest.approx(5, abs=0.1)


def test_rows_on_change_are_looked_for_at_every_beat():
    source = "import time\nfrom lab import channel, changed, run\n"
    source += "channel('slow', '', lambda: time.ticks_ms() // 5000)\nrun(2, when=changed)\n"
    found = ran(ESP32, source, 60)
    assert [row[2] for row in rows(found)][:12] == list(range(12))


@KINDS
def test_a_day_of_plain_prints_takes_no_time_either(profile: Profile):
    source = "import time\nfor n in range(1440):\n print(n)\n time.sleep_ms(60000)\n"
    found = ran(profile, source, 90_000)
    assert found.ending is Ending.ITSELF and found.seconds == pytest.approx(86_400, abs=1)
