"""A micro:bit written past its drive. pyOCD is the genuine one: its sessions, hex reader, erasing and writing
by sectors; only the chip at the end of its wires, with the code that writes its flash, is a model."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from intelhex import IntelHex
from micropython_microbit_fs import get_bundled_hex
from pyocd.core import exceptions
from pyocd.core.memory_map import MemoryType
from pyocd.flash.builder import FlashBuilder
from pyocd.flash.flash import Flash
from pyocd.probe.debug_probe import DebugProbe
from pyocd.target import TARGET
from pyocd.utility.sequencer import CallSequence

from makerlab.boards import Usb, catalogue
from makerlab.errors import DriveRefused, InMaintenance, NoDrive, PortLost, WriteFailed
from makerlab.flash import microbit, swd
from makerlab.flash.microbit import MicrobitJob
from makerlab.flash.microbit_cache import Firmware
from makerlab.flash.model import Stage
from makerlab.link.ports import PortInfo

NUMBER = "9904360258994E45005B40150000005B000000009796990B"
BOARD = catalogue().boards["microbit-v2"]
HEX = get_bundled_hex(2).content
ONE_LINE = b":0400000000040020D8\n:00000001FF\n"


class Chip:
    """What the wires lead to."""

    def __init__(self):
        self.flash = {}
        self.resets = 0
        self.fails = None


@pytest.fixture
def chip(monkeypatch):
    chip = Chip()

    class ModelFlash(Flash):
        """Does itself what the algorithm that pyOCD loads into the chip's memory does."""

        def init(self, operation, *args, **options):
            if chip.fails:
                raise chip.fails

        def uninit(self):
            pass

        cleanup = uninit

        def get_flash_builder(self):
            return FlashBuilder(self)

        def erase_all(self):
            chip.flash.clear()

        def erase_sector(self, address):
            for at in range(address, address + self.region.sector_size):
                chip.flash.pop(at, None)

        def program_page(self, address, data):
            chip.flash.update(enumerate(data, address))

        def load_page_buffer(self, number, address, data):
            self.program_page(address, data)

        def start_program_page_with_buffer(self, number, address):
            pass

        def wait_for_completion(self, timeout=None):
            return 0

    class ModelTarget(TARGET["nrf52833"]):
        """Its memory map is pyOCD's."""

        def create_init_sequence(self):
            return CallSequence()

        def init(self):
            for region in self.memory_map.iter_matching_regions(type=MemoryType.FLASH):
                region.flash_class = ModelFlash
                region.flash = ModelFlash(self, region.algo)
                region.flash.region = region

        selected_core = SimpleNamespace(node_name="cpu", core_number=0)

        def read_memory_block8(self, address, size):
            return [chip.flash.get(at, 0xFF) for at in range(address, address + size)]

        def disconnect(self, resume=True):
            pass

        def reset(self, reset_type=None):
            chip.resets += 1

    class ModelProbe(DebugProbe):
        unique_id, vendor_name, product_name, is_open = NUMBER, "Arm", "BBC micro:bit CMSIS-DAP", True
        supported_wire_protocols, wire_protocol, capabilities = (DebugProbe.Protocol.SWD,), None, set()

        @classmethod
        def get_all_connected_probes(cls, unique_id=None, is_explicit=False):
            return [cls()]

        @classmethod
        def get_probe_with_id(cls, unique_id, is_explicit=False):
            return cls() if unique_id == NUMBER else None

        def open(self):
            pass

        close = flush = open

        def set_clock(self, frequency):
            assert frequency == swd.CLOCK_HZ

    monkeypatch.setitem(TARGET, "nrf52833", ModelTarget)
    monkeypatch.setattr("pyocd.probe.aggregator.PROBE_CLASSES", {"model": ModelProbe})
    return chip


def test_the_whole_hex_is_in_the_chip_and_it_is_started(chip):
    chip.flash[0x70000] = 0x12  # of the program before
    data = HEX.encode("ascii")
    said = []
    swd.write("COM3", BOARD, NUMBER, data, said.append)
    wanted = IntelHex(io.StringIO(HEX)).todict()
    wanted.pop("start_addr", None)
    assert all(chip.flash.get(at, 0xFF) == byte for at, byte in wanted.items())
    assert chip.flash.get(0x70000, 0xFF) == wanted.get(0x70000, 0xFF) and chip.resets == 1
    shares = [one.done for one in said if one.stage is Stage.WRITING]
    assert shares == sorted(shares) and shares[-1] == len(data) and said[-1].stage is Stage.STARTING


@pytest.mark.parametrize(
    "error", [exceptions.ProbeError("Unable to open device"), OSError(19, "gone"), ValueError("No backend")]
)
def test_what_pyocd_says_is_one_line(chip, error):
    chip.fails = error
    with pytest.raises(swd.SwdFailed) as caught:
        swd.write("COM3", BOARD, NUMBER, ONE_LINE, [].append)
    assert str(error) in caught.value.message and "COM3" in caught.value.message


def test_another_board_is_not_taken_for_it(chip):
    with pytest.raises(swd.SwdFailed, match="not there"):
        swd.write("COM3", BOARD, NUMBER[:-1] + "0", b"", [].append)
    assert chip.flash == {} and chip.resets == 0


@pytest.fixture
def job(monkeypatch):
    """A micro:bit whose drive is nowhere."""
    monkeypatch.setattr(microbit, "drives_here", list)
    monkeypatch.setattr(microbit, "ports_here", list)
    monkeypatch.setattr(microbit, "PORT_WAIT_S", 0.0)
    return MicrobitJob(PortInfo("COM3", "", Usb(0x0D28, 0x0204, NUMBER)), Firmware({}))


def test_a_board_without_a_usable_drive_is_written_this_way_and_must_answer_all_the_same(chip, job):
    said = []
    with pytest.raises(PortLost):  # nothing is at its port here: that it was written is no proof
        job.flash(said.append)
    assert chip.resets == 1 and len(chip.flash) > 300_000
    assert said[-1].stage is Stage.STARTING


def test_without_the_extra_the_error_says_what_would_help(job, monkeypatch):
    monkeypatch.setattr(swd, "is_there", lambda: False)
    with pytest.raises(NoDrive) as caught:
        job.flash([].append)
    assert "MICROBIT" in caught.value.hint and "pip install makerlab[swd]" in caught.value.hint


def refused(code):
    return DriveRefused(port="COM3", detail="", code=code, advice="")


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (refused(503), True), (refused(504), True), (refused(537), True), (refused("?"), False),
        (refused(507), False), (refused(518), False), (refused(513), False), (refused(529), False),
        (WriteFailed(port="COM3", detail=""), True), (NoDrive(port="COM3", problem="", advice=""), True),
        (InMaintenance(port="COM3"), False),
    ],
)  # fmt: skip
def test_it_is_for_trouble_with_the_drive_only(error, helps):
    assert swd.may_help(error) is helps
