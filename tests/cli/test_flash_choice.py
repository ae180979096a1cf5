"""What `maker flash` takes: a version instead of a file; and micro:bits that have a drive and no port."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makerlab.cli.flash_station import Here
from makerlab.errors import InMaintenance
from makerlab.flash import drive, lone_drive
from makerlab.flash.daplink import DETAILS
from makerlab.flash.drive import Volume, find_drives
from makerlab.flash.lone_drive import LoneDrive, NoPort, Settled, lone
from makerlab.flash.model import Progress
from makerlab.link.ports import PortInfo

V1, V2, ESP32 = "emulated:microbit-v1/choice", "virtual:microbit-v2/choice", "virtual:esp32/choice"
NUMBER = "9904360258994E45005B40150000005B000000009796990B"


def test_a_version_is_looked_for_among_the_images_of_each_board(maker):
    right = maker("flash", "--port", V2, "--image", "v2.1.2", "--dry-run")
    assert right.code == 0 and "2.1.2" in right.out, right
    other_board = maker("flash", "--port", V2, "--image", "1.27.0", "--dry-run")
    assert other_board.code == 1 and "1.27.0" in other_board.errors[-2] and "2.1.2" in other_board.errors[-1]
    not_fetched = maker("flash", "--port", ESP32, "--image", "1.27.0")
    assert not_fetched.code == 1 and re.search(r"v1\.27\.0\.bin", not_fetched.errors[-2]), not_fetched


def test_a_version_that_no_board_has_is_said_before_any_is_looked_for(maker):
    nothing = maker("flash", "--port", V2, "--image", "9.9")
    assert nothing.code == 1 and len(nothing.errors) == 2
    assert "9.9" in nothing.errors[0] and "1.27.0" in nothing.errors[1]


def test_a_file_that_is_called_like_a_version_is_a_file(maker):
    Path("1.27.0").write_bytes(b"<html>404</html>")
    ended = maker("flash", "--port", ESP32, "--image", "1.27.0")
    assert ended.code == 1 and "web page" in ended.errors[-2]


@pytest.fixture
def microbits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Plugs in drives: `microbits("MICROBIT", mode)` gives the folder."""
    volumes: list[Volume] = []

    def plug(label: str, mode: str = "Interface") -> Path:
        folder = tmp_path / label
        folder.mkdir()
        text = f"Unique ID: {NUMBER}\r\nDaplink Mode: {mode}\r\nInterface Version: 0255\r\n"
        (folder / DETAILS).write_text(text, encoding="ascii")
        volumes.append(Volume(folder, label))
        return folder

    monkeypatch.setattr(drive, "_volumes", lambda: volumes)
    return plug


@pytest.mark.parametrize(
    ("label", "mode", "says"),
    [("MAINTENANCE", "Bootloader", "maintenance mode"), ("MICROBIT", "Interface", "no serial port")],
)
def test_a_micro_bit_without_a_port_is_a_board_of_the_run_with_its_cause(maker, microbits, label, mode, says):
    folder = microbits(label, mode)
    for more in ([], ["--dry-run"]):
        ended = maker("flash", "--all", *more)
        assert ended.code == 1 and says in ended.errors[-2] and str(folder) in ended.errors[-2], ended
    retried = maker("flash", "--retry-failed")
    assert retried.code == 1 and says in retried.errors[-2]
    doctor = maker("doctor")
    assert any(str(folder) in line and says.split()[-1] in line for line in doctor.out.splitlines()), doctor


def test_with_nothing_at_all_there_is_no_board(maker):
    ended = maker("flash", "--all")
    assert ended.code == 1 and "No board" in ended.errors[-2]


def test_a_drive_is_lone_only_without_the_port_of_its_board(microbits):
    microbits("MICROBIT")
    (found,) = find_drives()

    class Usb:
        serial = NUMBER.lower()

    assert lone([found], [PortInfo("COM3", "", Usb())]) == []
    assert lone([found], [PortInfo("COM3", "", None)]) == [found]
    said: list[Progress] = []
    with pytest.raises(NoPort):
        LoneDrive(found).flash(said.append)
    assert [one.unique_id for one in said] == [NUMBER]
    microbits("MAINTENANCE", "Bootloader")
    with pytest.raises(InMaintenance):
        LoneDrive(find_drives()[1]).plan(said.append)


def test_a_drive_is_waited_for_to_get_its_port():
    class Found:
        folder = Path("E:")

    settled, late = Settled(), lone_drive.SETTLE_S
    assert settled.look([Found], 10.0) == [] and settled.look([Found], 9.9 + late) == []
    assert settled.look([Found], 10.0 + late) == [Found]
    assert settled.look([], 20.0) == [] and settled.look([Found], 21.0) == []


def test_the_station_sees_them_when_no_board_is_being_flashed(microbits, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lone_drive, "SETTLE_S", 0.0)
    folder = microbits("MAINTENANCE", "Bootloader")
    here = Here()
    assert [info.port for info in here(True) if info.port == str(folder)] == []
    assert [info.port for info in here(False) if info.port == str(folder)] == [str(folder)]
    assert isinstance(LoneDrive(here.lone[str(folder)]), LoneDrive)
