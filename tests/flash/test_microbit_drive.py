"""DAPLink's drive: found, told apart, written to and awaited; the drive is a model that behaves like one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from microbit_hexes import small_hex

from makerlab.errors import InMaintenance, NoDrive, PortLost, WriteFailed
from makerlab.flash import drive
from makerlab.flash.daplink import CAUSES, read_details, read_failure, write_failure
from makerlab.flash.drive import (
    Drive,
    Volume,
    drive_of,
    find_drives,
    folder_volumes,
    linux_volumes,
    need_drive,
    send,
    wait_back,
    windows_volumes,
)
from makerlab.i18n import set_language
from makerlab.virtual.daplink import DaplinkDrive, Faults

# As a micro:bit V2 has it (support.microbit.org, "DETAILS.TXT").
DETAILS_V2 = """\
# DAPLink Firmware - see https://mbed.com/daplink\r
Unique ID: 9904360258434e45003e400e00000059000000009796990b\r
HIC ID: 9796990b\r
Auto Reset: 1\r
Automation allowed: 0\r
Overflow detection: 0\r
Incompatible image detection: 1\r
Page erasing: 0\r
Daplink Mode: Interface\r
Interface Version: 0255\r
Bootloader Version: 0255\r
Git SHA: 1436bdcc67029fdfc0ff03b73e12045bb6a9f272\r
Local Mods: 0\r
USB Interfaces: MSD, CDC, HID, WebUSB\r
Bootloader CRC: 0x828c6069\r
Interface CRC: 0x5b5cc0f5\r
Remount count: 0\r
URL: https://microbit.org/device/?id=9904&v=0255\r
"""
ID_1, ID_2 = "9901" + "1" * 44, "9904" + "2" * 44


# -- its text files ----------------------------------------------------------------------------------------


def test_details_say_which_board_it_is():
    found = read_details(DETAILS_V2)
    assert found is not None
    assert found.unique_id == "9904360258434E45003E400E00000059000000009796990B"
    assert (found.mode, found.version, found.remounts) == ("interface", "0255", 0)
    assert not found.is_calliope


def test_details_of_old_firmware_count_no_mounts():
    text = "".join(
        line for line in DETAILS_V2.splitlines(True) if "Remount" not in line and "Mode" not in line
    )
    found = read_details(text)
    assert found is not None and (found.mode, found.remounts) == ("interface", None)


@pytest.mark.parametrize("text", ["", "hello", "Unique ID: 1234", "Unique ID: " + "x" * 48])
def test_another_details_txt_is_none(text: str):
    assert read_details(text) is None


# DAPLink's own sentences (source/daplink/error.c), whole.
SENTENCES = {
    "The transfer timed out.": (504, True),
    "File sent out of order by PC. Target might not be programmed correctly.": (506, True),
    "The interface firmware FAILED to reset/halt the target MCU": (507, False),
    "The hex file cannot be decoded. Checksum calculation failure occurred.": (521, True),
    "The hex file you dropped isn't compatible with this mode or device. Are you in MAINTENANCE mode? "
    "See HELP FAQ.HTM": (524, False),
    "The application image is not compatible with the target.": (529, False),
    "In application programming failed because the update sent was incomplete.": (537, False),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_failure_is_known_by_its_sentence_with_types_or_without(sentence: str):
    code, passes = SENTENCES[sentence]
    assert read_failure(sentence + "\r\n")[:2] == (code, passes)
    types = "transient, user" if passes else "user"
    assert read_failure(f"error: {sentence}\r\ntype: {types}\r\n")[:2] == (code, passes)


def test_what_the_board_says_of_the_types_counts_more_than_what_we_know():
    assert read_failure("error: The transfer timed out.\r\ntype: user\r\n").passes is False


def test_an_unknown_failure_is_shown_in_the_boards_own_words():
    found = read_failure("error: The moon is full.\r\ntype: internal\r\n")
    assert (found.code, found.passes, found.cause.shown_problem) == (None, False, "The moon is full.")


def test_every_failure_is_explained_in_both_languages():
    codes = [code for cause in CAUSES for code in cause.codes]
    assert len(codes) == len(set(codes)) and set(codes) == set(range(501, 540)) - {538}  # 538 has no sentence
    for code in codes:
        found = read_failure(write_failure(code))
        assert found.code == code and found.passes == ("transient" in found.cause.types)
    try:
        set_language("zh")
        for cause in CAUSES:
            assert cause.shown_problem != cause.problem and cause.shown_advice != cause.advice
    finally:
        set_language("en")


# -- where drives are --------------------------------------------------------------------------------------


class FakeKernel32:
    """Windows with C: (a disk), E: and F: (removable; F: a card reader without a card), Z: on the network."""

    def __init__(self) -> None:
        self.kinds = {"C:\\": 3, "E:\\": 2, "F:\\": 2, "Z:\\": 4}
        self.asked: list[str] = []
        self.mode = 0

    def SetErrorMode(self, mode: int) -> None:
        self.mode = mode

    def GetLogicalDrives(self) -> int:
        return sum(1 << (ord(root[0]) - ord("A")) for root in self.kinds)

    def GetDriveTypeW(self, root: str) -> int:
        return self.kinds[root]

    def GetVolumeInformationW(self, root, label, size, *_rest) -> int:
        self.asked.append(root)
        if root == "F:\\":
            return 0
        label.value = "MICROBIT"
        return 1


def test_windows_is_asked_for_removable_drives_only_and_shows_no_box():
    windows = FakeKernel32()
    assert [(str(v.folder)[:2], v.label) for v in windows_volumes(windows)] == [("E:", "MICROBIT")]
    assert windows.asked == ["E:\\", "F:\\"] and windows.mode == drive.SEM_FAILCRITICALERRORS


MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
/dev/sdb /media/ada/MICROBIT vfat rw 0 0
/dev/sdc /run/media/ada/MICROBIT1 vfat rw 0 0
/dev/sdd /mnt/my\\040board vfat rw 0 0
school:/home /home nfs4 rw 0 0
broken
"""


def test_linux_drives_are_the_fat_ones():
    assert linux_volumes(MOUNTS) == [
        (Path("/media/ada/MICROBIT"), "MICROBIT"),
        (Path("/run/media/ada/MICROBIT1"), "MICROBIT"),
        (Path("/mnt/my board"), ""),
    ]


def test_macos_drives_are_folders(tmp_path: Path):
    (tmp_path / "MICROBIT").mkdir()
    (tmp_path / "note.txt").write_text("", encoding="utf-8")
    assert folder_volumes(tmp_path) == [(tmp_path / "MICROBIT", "MICROBIT")]
    assert folder_volumes(tmp_path / "nothing") == []


# -- the drive as it behaves -------------------------------------------------------------------------------


class Recorder(DaplinkDrive):
    """A drive that keeps what was written to it in `got`."""

    def __init__(self, parent: Path, unique_id: str, faults: Faults | None = None) -> None:
        self.got: list[bytes] = []
        super().__init__(parent, unique_id, self.take, faults)

    def take(self, content: bytes) -> int:
        self.got.append(content)
        return 0


Plug = Callable[..., Recorder]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "LOOK_S", 0.01)
    monkeypatch.setattr(drive, "UNPLUGGED_S", 0.2)


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    """Plug a board in."""
    drives: list[Recorder] = []

    def make(unique_id: str = ID_1, faults: Faults | None = None) -> Recorder:
        parent = tmp_path / unique_id
        parent.mkdir()
        drives.append(Recorder(parent, unique_id, faults))
        return drives[-1]

    yield make
    for one in drives:
        one.close()


def looking_at(*drives: DaplinkDrive) -> Callable[[], list[Drive]]:
    return lambda: find_drives(lambda: [Volume(one.folder, one.label) for one in drives])


def write(board: Recorder, *others: Recorder, data: bytes = small_hex()) -> Drive:
    find = looking_at(*others, board)
    before = need_drive("COM3", board.unique_id, find)
    send("COM3", before, data)
    return wait_back("COM3", before, find, lambda: board.plugged)


def test_a_written_hex_arrives_whole_and_the_drive_comes_back(plug: Plug):
    board = plug()
    after = write(board)
    assert board.got == [small_hex()]
    assert after.failure() is None and after.details.remounts == 1
    assert not (after.folder / drive.FILE_NAME).exists()


def test_of_two_boards_the_one_with_the_number_is_written_to(plug: Plug):
    first, second = plug(ID_1), plug(ID_2)
    write(second, first)
    assert (first.transfers, second.transfers) == (0, 1)
    assert drive_of(ID_2.lower(), looking_at(first, second)()) is not None


def test_a_refusal_is_read_once_the_drive_is_back_and_gone_after_the_next(plug: Plug):
    board = plug(faults=Faults(refusals=(504,)))
    failure = write(board).failure()
    assert failure is not None and failure[:2] == (504, True)
    assert write(board).failure() is None


def test_a_hex_without_end_is_given_up_by_the_board(plug: Plug):
    failure = write(plug(), data=small_hex().rsplit(b":", 1)[0]).failure()
    assert failure is not None and failure.code == 504


def test_firmware_that_counts_no_mounts_is_back_when_the_file_is_gone(plug: Plug):
    board = plug()
    seen = looking_at(board)

    def uncounted() -> list[Drive]:
        return [one._replace(details=replace(one.details, remounts=None)) for one in seen()]

    before = need_drive("COM3", ID_1, uncounted)
    send("COM3", before, small_hex())
    assert wait_back("COM3", before, uncounted, lambda: True).failure() is None
    assert board.transfers == 1


def test_no_drive_with_the_boards_number_is_named(plug: Plug):
    with pytest.raises(NoDrive, match="COM3"):
        need_drive("COM3", ID_2, looking_at(plug(ID_1)))


def test_maintenance_mode_is_told_before_anything_is_written(plug: Plug):
    board = plug(faults=Faults(maintenance=True))
    with pytest.raises(InMaintenance, match="MAINTENANCE"):
        need_drive("COM3", ID_1, looking_at(board))


def test_a_board_unplugged_while_it_is_written_to_is_lost_soon(plug: Plug):
    with pytest.raises(PortLost):
        write(plug(faults=Faults(unplugged=True)))


def test_a_drive_that_stays_away_ends_the_wait(plug: Plug, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drive, "BACK_WAIT_S", 0.3)
    with pytest.raises(WriteFailed, match="did not come back"):
        write(plug(faults=Faults(stays_away=True)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a file that is always full")
def test_a_full_drive_is_named(plug: Plug):
    board = plug(faults=Faults(full=True))
    with pytest.raises(NoDrive, match="the disk is full"):
        write(board)
    assert board.transfers == 0


def test_a_drive_that_takes_its_time_is_awaited(plug: Plug):
    assert write(plug(faults=Faults(away_s=1.0))).failure() is None


def test_a_drive_that_cannot_be_written_to_is_named(plug: Plug):
    board = plug()
    before = need_drive("COM3", ID_1, looking_at(board))
    board.close()
    (board.folder / drive.FILE_NAME).mkdir()
    with pytest.raises(NoDrive, match="not usable"):
        send("COM3", before, small_hex())
