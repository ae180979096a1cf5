"""`maker flash --station`: who has come, and a station that is fed boards."""

from __future__ import annotations

import threading

import images
import pytest
from virtual_esp32 import job_for, on_flash, plugged_in

from makerlab.cli.flash_report import ReportFile
from makerlab.cli.flash_station import run_station
from makerlab.flash.esptool_adaptation import chips
from makerlab.flash.image import read_image
from makerlab.flash.journal import Journal
from makerlab.flash.station import Arrivals
from makerlab.link.ports import PortInfo
from makerlab.virtual.rom.faults import Faults


def port(name, location=""):
    return PortInfo(name, "", None, location)


def test_each_board_comes_once_and_again_when_it_was_taken_out():
    arrivals = Arrivals()
    com3, com4 = port("COM3", "1-1"), port("COM4", "1-2")
    assert arrivals.look([com3]) == [com3]
    assert arrivals.look([com3, com4]) == [com4]
    arrivals.finished(com3)
    assert arrivals.look([com3, com4]) == []
    assert arrivals.look([com4]) == []
    assert arrivals.look([com3, com4]) == [com3]


def test_a_board_that_changes_its_name_while_it_is_flashed_is_still_the_same():
    arrivals = Arrivals()
    app, loader = port("COM3", "1-1"), port("COM9", "1-1")
    assert arrivals.look([app]) == [app]
    assert arrivals.look([]) == [] and arrivals.look([loader]) == [] and arrivals.look([app]) == []
    assert arrivals.busy
    arrivals.finished(app)
    assert arrivals.look([app]) == [] and not arrivals.busy


def test_a_station_flashes_what_comes_and_counts(tmp_path, capsys):
    image = read_image(images.micropython(tmp_path), "fw.bin", chips())
    journal = Journal.forgetful()
    with plugged_in(1) as (good, plug1), plugged_in(2, Faults(worn_out=True)) as (_bad, plug2):
        plugs = {plug.address: plug for plug in (plug1, plug2)}
        run = journal.begin("fw.bin", [])
        verdicts = threading.Event()

        def here(busy):
            # The second board comes when the first has its verdict; then somebody presses Ctrl-C.
            entries = {entry.port: entry.passed for entry in (journal.last().boards)}
            if len(entries) == 2 and None not in entries.values():
                verdicts.set()
                raise KeyboardInterrupt
            return [port(plug1.address)] + ([port(plug2.address)] if entries.get(plug1.address) else [])

        keep = ReportFile(tmp_path / "boards.csv", "")
        with pytest.raises(SystemExit) as ended:
            run_station(lambda address: job_for(plugs[address], image), run, here, keep)
        assert ended.value.code == 3 and verdicts.is_set()
        assert on_flash(good, image)
    out = capsys.readouterr().out
    assert "PASS" in out and out.count("FAIL") == 2 and out.count("\a") == 2 and "1 of 2" in out
    assert [row.split(",")[2] for row in (tmp_path / "boards.csv").read_text().splitlines()[1:]] == [
        "PASS",
        "FAIL",
    ]


def test_a_board_that_passes_at_its_second_try_has_passed(tmp_path, capsys):
    """It is the same board by its number, though it comes to another port."""
    image = read_image(images.micropython(tmp_path), "fw.bin", chips())
    journal = Journal.forgetful()
    with plugged_in(1, Faults(worn_out=True)) as (_bad, plug1), plugged_in(1) as (good, plug2):
        plugs = {plug.address: plug for plug in (plug1, plug2)}

        def here(busy):
            verdicts = [entry.passed for entry in journal.last().boards]
            if verdicts == [False, True]:
                raise KeyboardInterrupt
            return [port((plug2 if False in verdicts else plug1).address)]

        run_station(lambda address: job_for(plugs[address], image), journal.begin("fw.bin", []), here)
        assert on_flash(good, image)
    out = capsys.readouterr().out
    assert "1 of 1 boards passed" in out
