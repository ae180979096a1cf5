"""Boards of the ESP32 family, flashed by the genuine esptool: virtual ones, whose flash tells whether a
verdict is true. They hang on a plain connection where wires do not matter: pyserial's RFC 2217 is slow."""

from __future__ import annotations

import hashlib

import images
import pytest
from virtual_esp32 import Given, flash, job_for, on_flash, plugged_in

from makerlab.connect import connect
from makerlab.errors import (
    ImageTooBig,
    NoBootloader,
    NotProven,
    PortLost,
    PortMissing,
    WriteFailed,
    WrongImage,
)
from makerlab.flash import esp32
from makerlab.flash.esptool_adaptation import chips, leave_out_dumps, load
from makerlab.flash.image import read_image
from makerlab.flash.journal import Journal
from makerlab.flash.model import Flashed, Progress, Stage
from makerlab.virtual.rom.faults import Faults


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def image(folder):
    return read_image(images.micropython(folder, size=100_000), "fw.bin", chips())


@pytest.fixture
def soon(monkeypatch):
    """A board that will not answer is given up at once."""
    monkeypatch.setattr(esp32, "START_WAIT_S", 0.0)


def stages(said):
    seen = []
    for progress in said:
        if not seen or seen[-1] is not progress.stage:
            seen.append(progress.stage)
    return seen


def test_an_empty_board_is_flashed_and_says_itself_what_it_runs(image):
    with plugged_in() as (board, plug):
        result, said = flash(plug, image)
        assert isinstance(result, Flashed), result
        assert on_flash(board, image)
        assert image.runtime in result.runtime and result.written_bytes == board.written
        assert result.unique_id == ":".join(f"{byte:02x}" for byte in board.mac)
    assert stages(said) == [
        Stage.CONNECTING, Stage.CHECKING, Stage.WRITING, Stage.VERIFYING, Stage.STARTING, Stage.ASKING,
    ]  # fmt: skip
    written = [progress.done for progress in said if progress.stage is Stage.WRITING]
    assert written == sorted(written)
    assert said[-4].done == said[-4].size == sum(len(part.data) for part in image.parts)


def test_over_the_wires_too(image):
    """RFC 2217: reset into the loader, change of rate and reset out of it, by DTR and RTS."""
    with plugged_in(plain=False) as (board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, Flashed), result
        assert on_flash(board, image)


def test_unchanged_nothing_is_written_and_nvs_and_files_stay(image):
    with plugged_in() as (board, plug):
        flash(plug, image)
        nvs = board.flash.read(0x9000, 0x6000)
        assert nvs.strip(b"\xff"), "a board that has run has something in its NVS"
        files = board.flash.read(0x200000, 0x200000)
        before = board.written
        result, said = flash(plug, image)
        assert isinstance(result, Flashed) and result.written_bytes == 0 and board.written == before
        assert len(result.unchanged) == 3 and Stage.WRITING not in stages(said)
        assert board.flash.read(0x9000, 0x6000) == nvs
        assert board.flash.read(0x200000, 0x200000) == files


def test_a_new_version_replaces_the_application_only(image, folder):
    newer = read_image(images.micropython(folder, size=100_000, seed=5), "newer.bin", chips())
    with plugged_in() as (board, plug):
        flash(plug, image)
        nvs = board.flash.read(0x9000, 0x6000)
        result, _said = flash(plug, newer)
        assert isinstance(result, Flashed), result
        assert result.written_bytes == len(newer.parts[2].data)
        assert on_flash(board, newer) and board.flash.read(0x9000, 0x6000) == nvs


@pytest.mark.parametrize("chip", ["esp32s2", "esp32s3", "esp32c3", "esp32c6"])
def test_each_chip_gets_its_image_at_its_own_offsets(chip, folder, soon):
    image = read_image(images.micropython(folder, chip), f"{chip}.bin", chips())
    with plugged_in(chip=chip) as (board, plug):
        result, _said = flash(plug, image)
        assert on_flash(board, image)
        # What starts there is the runtime of a virtual ESP32: it must not pass for another chip.
        assert isinstance(result, NotProven) and "with ESP32" in result.message


def test_a_plan_changes_nothing_and_leaves_the_board_running(image):
    with plugged_in() as (board, plug):
        flash(plug, image)
        before = hashlib.md5(board.flash.read(0, board.flash.size)).digest()
        plan = job_for(plug, image).plan(lambda progress: None)
        assert plan.bytes_to_write == 0
        assert hashlib.md5(board.flash.read(0, board.flash.size)).digest() == before
        with connect(plug.address) as connection:
            assert connection.board.key == "esp32"


def test_the_wrong_image_is_refused_before_anything_is_changed(folder):
    image = read_image(images.micropython(folder, "esp32s3"), "s3.bin", chips())
    with plugged_in() as (board, plug):
        result, said = flash(plug, image)
        assert isinstance(result, WrongImage) and "ESP32-S3" in result.message
        assert board.written == 0 and Stage.WRITING not in stages(said)


def test_an_image_for_a_larger_board_is_refused(folder):
    partitions = (*images.PARTITIONS[:3], ("vfs", 1, 0x81, 0x200000, 0x600000))
    image = read_image(images.micropython(folder, partitions=partitions), "8mb.bin", chips())
    with plugged_in() as (board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, ImageTooBig) and board.written == 0


def test_another_runtime_than_the_image_has_does_not_pass(folder, soon):
    banner = b"MicroPython v1.99.0 on 2030-01-01"
    image = read_image(images.micropython(folder, banner=banner), "future.bin", chips())
    with plugged_in() as (_board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, NotProven) and "1.99.0" in result.message


def test_a_cable_pulled_while_it_is_written_is_said_so(image, monkeypatch):
    from esptool import cmds

    monkeypatch.setattr(cmds, "DEFAULT_CONNECT_ATTEMPTS", 1)  # it looks for the port seven times, 1 s each
    with plugged_in(faults=Faults(unplug_at=60_000)) as (board, plug):
        result, said = flash(plug, image)
        assert isinstance(result, WriteFailed) and "broke off" in result.message
        assert Stage.WRITING in stages(said) and not on_flash(board, image)


def test_a_cable_pulled_before_that_too(image):
    with plugged_in(faults=Faults(unplug_at=30)) as (board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, PortLost | NoBootloader) and board.written == 0


def test_nobody_at_the_port(image):
    with plugged_in() as (_board, plug):
        plug.unplug()
        result, _said = flash(plug, image)
        assert isinstance(result, PortMissing)


def test_a_block_that_arrives_damaged_once_is_written_again(image):
    with plugged_in(faults=Faults(corrupt_block=3)) as (board, plug):
        result, said = flash(plug, image)
        assert isinstance(result, Flashed) and on_flash(board, image)
        assert stages(said).count(Stage.CONNECTING) == 2


def test_memory_that_keeps_nothing_right_never_passes(image):
    with plugged_in(faults=Faults(worn_out=True)) as (board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, WriteFailed) and not on_flash(board, image)


def test_a_chip_that_does_not_answer_has_no_bootloader(image, monkeypatch):
    monkeypatch.setattr(esp32, "CONNECT_ATTEMPTS", 1)
    with plugged_in(faults=Faults(mute=True)) as (_board, plug):
        result, _said = flash(plug, image)
        assert isinstance(result, NoBootloader) and "BOOT" in result.hint


def test_a_rate_that_the_bridge_garbles_is_left_and_the_good_one_kept(image, monkeypatch):
    from esptool.loader import ESPLoader

    for function in (ESPLoader.check_command, ESPLoader.read_reg):  # esptool waits 3 s for each answer
        monkeypatch.setattr(function, "__defaults__", (*function.__defaults__[:-1], 0.2))
    journal = Journal.forgetful()
    with plugged_in(faults=Faults(refused_bauds=frozenset({460_800}))) as (board, plug):
        result, _said = flash(plug, image, rates=journal)
        assert isinstance(result, Flashed), result
        assert on_flash(board, image) and journal.rate(plug.address) == 230_400


def test_a_board_that_comes_back_under_another_port_is_found(image):
    with plugged_in(faults=Faults(moves=True)) as (board, plug):
        before = plug.address
        result, _said = flash(plug, image)
        assert isinstance(result, Flashed), result
        assert result.port == plug.address != before and on_flash(board, image)


def test_esptool_is_never_told_to_force_and_says_nothing_on_its_own(image, monkeypatch, capfd):
    esptool = load()
    asked = []
    genuine = esptool.write_flash

    def write_flash(*args, **options):
        asked.append(options)
        return genuine(*args, **options)

    monkeypatch.setattr(esptool, "write_flash", write_flash)
    with plugged_in() as (_board, plug):
        flash(plug, image)
    assert len(asked) == 3 and not any(options.get("force") for options in asked)
    assert capfd.readouterr() == ("", "")


def test_hex_dumps_are_left_out_only_where_they_are_as_we_know_them(monkeypatch):
    from esptool import loader

    assert leave_out_dumps() and str(loader.HexFormatter(b"\xc0")) == ""

    class Other:
        def __init__(self, data):
            pass

        def __str__(self):
            return "something else"

    monkeypatch.setattr(loader, "HexFormatter", Other)
    assert not leave_out_dumps() and str(loader.HexFormatter(b"")) == "something else"
    monkeypatch.delattr(loader, "HexFormatter")
    assert not leave_out_dumps()


def test_a_packet_costs_no_dump(monkeypatch):
    """The behaviour that the adaptation is about: a write composes no text of its bytes."""
    from esptool import loader

    load()
    made = []
    monkeypatch.setattr(loader, "hexify", lambda *args: made.append(args) or "")

    class Port:
        def write(self, data):
            pass

    chip = object.__new__(loader.ESPLoader)
    chip._port, chip._trace_enabled = Port(), False
    chip.write(bytes(1000))
    assert made == []


def test_a_real_port_is_found_again_by_the_mac_in_its_serial_number(monkeypatch):
    from makerlab.boards import Usb
    from makerlab.link.ports import PortInfo

    def port(name, serial):
        return PortInfo(name, "", Usb(0x303A, 0x1001, serial))

    here = [port("COM3", "34:85:18:0A:BB:CC"), port("COM7", "34851800AA01")]
    monkeypatch.setattr(esp32, "list_ports", lambda: here)
    monkeypatch.setattr(
        esp32, "look_up", lambda name: (next((p for p in here if p.port == name), None), None)
    )
    assert esp32.port_with_mac("34:85:18:00:aa:01", "COM3") == "COM7"
    assert (
        esp32.port_with_mac("02:00:00:00:00:01", "COM3") == "COM3"
    )  # behind a bridge: it has no MAC to show
    assert esp32.port_with_mac("02:00:00:00:00:01", "COM4") is None
    assert esp32.port_with_mac("", "socket://127.0.0.1:1") == "socket://127.0.0.1:1"


def test_files_on_a_virtual_board_survive_its_flashing(image, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    port = "virtual:esp32/flashed"
    with connect(port) as connection:
        connection.session.exec("open('kept.txt', 'w').write('still here')")
    job = esp32.EspJob(port, Given(image))
    job.flash(lambda progress: None)
    with connect(port) as connection:
        assert connection.session.exec("print(open('kept.txt').read())").strip() == b"still here"


def test_progress_never_reaches_another_board(image, folder):
    """Two boards in two threads, each with an image of its own: each hears only of its own size."""
    import threading

    other = read_image(images.micropython(folder, size=60_000, seed=9), "other.bin", chips())
    heard: dict[int, list[Progress]] = {}
    with plugged_in(1) as (board1, plug1), plugged_in(2) as (board2, plug2):

        def work(number, plug, mine):
            heard[number] = flash(plug, mine)[1]

        threads = [
            threading.Thread(target=work, args=args) for args in ((1, plug1, image), (2, plug2, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert on_flash(board1, image) and on_flash(board2, other)
    for number, mine in ((1, image), (2, other)):
        sizes = {progress.size for progress in heard[number] if progress.stage is Stage.WRITING}
        assert sizes == {sum(len(part.data) for part in mine.parts)}
