"""`maker run --mpy`: modules compiled on this computer, on the boards that load them."""

from __future__ import annotations

import json

ESP32 = "virtual:esp32/mpy"


def files(maker) -> set[str]:
    (listing,) = json.loads(maker("ls", "--json", "--port", ESP32).out)
    return {entry["name"] for entry in listing["files"]}


def test_modules_go_compiled_and_no_source_stays_beside_them(maker):
    assert maker("run", "motion", "--port", ESP32, "--samples", "2").code == 0
    assert {"lab.py", "mpu6050.py"} <= files(maker)
    ended = maker("run", "motion", "--mpy", "--port", ESP32, "--samples", "2", "--json")
    assert (ended.code, ended.errors) == (0, [])
    assert json.loads(ended.out.splitlines()[-1])["rows"] == 2
    assert {"lab.mpy", "mpu6050.mpy"} <= files(maker)
    assert not any(name.endswith(".py") for name in files(maker))


def test_a_micro_bit_takes_sources_only(maker):
    ended = maker("run", "motion", "--mpy", "--port", "virtual:microbit-v2?fresh=1", "--samples", "2")
    assert ended.code == 2
    assert "--mpy" in ended.errors[-1]
