"""A micro:bit flashed from end to end: an emulated V1 starts from the very hex that was written, a virtual V2
has its files; both are asked at their genuine prompts. Faults are those of the drive's model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from microbit_hexes import V1, V2, bundled, runtime

from makerlab.boards import Usb
from makerlab.connect import connect
from makerlab.errors import (
    BadImage,
    DriveRefused,
    InMaintenance,
    MakerError,
    NoDrive,
    NotProven,
    PortBusy,
    PortLost,
    UsageProblem,
    WrongBoard,
    WrongImage,
)
from makerlab.files.transfer import BoardFiles
from makerlab.flash import drive, hexfile, microbit, swd
from makerlab.flash.drive import Volume, find_drives
from makerlab.flash.microbit import MicrobitJob
from makerlab.flash.microbit_cache import Firmware
from makerlab.flash.microbit_hex import with_files
from makerlab.flash.model import Progress, Stage
from makerlab.link import open_link
from makerlab.link.ports import PortInfo
from makerlab.virtual import daplink
from makerlab.virtual.daplink import DaplinkDrive, Faults, Programmer, unique_id_of
from makerlab.virtual.emulated import find_tool

EMULATED, VIRTUAL = "emulated:microbit-v1", "virtual:microbit-v2"
EACH_BOARD = pytest.mark.parametrize(
    ("kind", "board"),
    [
        pytest.param(
            EMULATED,
            V1,
            id="V1",
            marks=pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm"),
        ),
        pytest.param(VIRTUAL, V2, id="V2"),
    ],
)
LESSON = {"main.py": b"print('it is lesson one')\n", "helper.py": b"# made at school\n" * 60}
FIRMWARE, NO_FILES = Firmware(LESSON), Firmware({})
"""Built once for all tests."""


@pytest.fixture(autouse=True)
def drive_only(monkeypatch):
    """Here a board has its drive and no other way; test_swd.py has the other."""
    monkeypatch.setattr(swd, "is_there", lambda: False)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One home for all: the compiled runtime and built hexes are in it. Each test has a board of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(drive, "LOOK_S", 0.01)
        patch.setattr(drive, "UNPLUGGED_S", 0.2)
        patch.setattr(microbit, "PORT_WAIT_S", 0.2)
        yield


def name_of(request: pytest.FixtureRequest) -> str:
    return "".join(c if c.isalnum() else "-" for c in request.node.name)[:50]


@pytest.fixture
def port(request: pytest.FixtureRequest) -> str:
    """A virtual micro:bit V2 that no other test knows."""
    return f"{VIRTUAL}/{name_of(request)}"


def virtual(port: str) -> PortInfo:
    return PortInfo(port, "", None)


def quiet(_progress: Progress) -> None:
    pass


def files_on(port: str) -> dict[str, bytes]:
    with connect(port) as connection:
        files = BoardFiles(connection.session, connection.board.limits)
        return {entry.name: files.read(entry.name) for entry in files.list().entries}


@contextmanager
def plugged(
    port: str, faults: Faults | None = None, program: daplink.Program | None = None
) -> Iterator[DaplinkDrive]:
    """The drive of a virtual board while a job of the test looks at it as at a real one."""
    with daplink.PluggedDrive(port, faults) as board, seen({port: board}):
        if program is not None:
            board._program = program
        yield board


@contextmanager
def seen(boards: dict[str, DaplinkDrive]) -> Iterator[None]:
    """These boards, by their ports, are what is plugged into this computer."""
    with pytest.MonkeyPatch.context() as patch:
        volumes = [Volume(board.folder, board.label) for board in boards.values()]
        patch.setattr(microbit, "drives_here", lambda: find_drives(lambda: volumes))
        patch.setattr(microbit, "ports_here", lambda: [usb_port(at) for at in boards if boards[at].plugged])
        yield


def usb_port(port: str, product: str = "BBC micro:bit CMSIS-DAP") -> PortInfo:
    return PortInfo(port, "USB", Usb(0x0D28, 0x0204, unique_id_of(port), product), "1-2")


# -- all goes well -----------------------------------------------------------------------------------------


@EACH_BOARD
def test_the_board_has_the_runtime_and_the_files_and_says_so(kind: str, board, request):
    at = f"{kind}/{name_of(request)}"
    stages: list[Stage] = []
    flashed = MicrobitJob(virtual(at), FIRMWARE).flash(lambda progress: stages.append(progress.stage))
    assert runtime(board.key).release in flashed.runtime
    assert flashed.unique_id == unique_id_of(at) and flashed.written_bytes > len(bundled(board.key))
    assert list(dict.fromkeys(stages)) == [stage for stage in Stage if stage is not Stage.WAITING]
    assert files_on(at) == LESSON


@EACH_BOARD
def test_its_main_py_runs_when_it_gets_power(kind: str, board, request):
    at = f"{kind}/{name_of(request)}"
    MicrobitJob(virtual(at), FIRMWARE).flash(quiet)
    heard = b""
    with open_link(at) as link:
        while b"it is lesson one" not in heard:
            chunk = link.read(10).data
            assert chunk, heard
            heard += chunk


@EACH_BOARD
def test_what_was_on_it_before_is_gone(kind: str, board, request):
    at = f"{kind}/{name_of(request)}"
    with connect(at) as connection:
        BoardFiles(connection.session, board.limits).put({"old.py": b"1", "main.py": b"2"})
    MicrobitJob(virtual(at), Firmware({"main.py": b"3"})).flash(quiet)
    assert files_on(at) == {"main.py": b"3"}


def test_a_plan_changes_nothing(port: str):
    with connect(port) as connection:
        BoardFiles(connection.session, V2.limits).put({"old.py": b"1"})
    plan = MicrobitJob(virtual(port), FIRMWARE).plan(quiet)
    assert "helper.py, main.py" in plan.shown and plan.bytes_to_write > len(bundled(V2.key))
    assert files_on(port) == {"old.py": b"1"}


def test_two_boards_at_once_get_what_is_theirs(port: str):
    ports = [port + "-a", port + "-b"]
    done: dict[str, str] = {}

    def flash(at: str) -> None:
        done[at] = MicrobitJob(virtual(at), Firmware({"main.py": at.encode()})).flash(quiet).port

    threads = [threading.Thread(target=flash, args=(at,)) for at in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == {at: at for at in ports}
    assert [files_on(at)["main.py"] for at in ports] == [at.encode() for at in ports]


# -- refused before anything is written --------------------------------------------------------------------


def test_a_port_in_use_is_told_before_anything_is_written(port: str):
    with plugged(port) as board:
        with open_link(port), pytest.raises(PortBusy):
            MicrobitJob(usb_port(port), FIRMWARE).flash(quiet)
        assert board.transfers == 0


def images(folder: Path) -> dict[str, type[MakerError]]:
    whole = bundled(V2.key)
    made = {
        "page.hex": (b"<html>not found</html>", BadImage),
        "half.hex": (whole[: len(whole) // 2], BadImage),
        "v1.hex": (bundled(V1.key), WrongImage),
    }
    for name, (content, _error) in made.items():
        (folder / name).write_bytes(content)
    return {name: error for name, (_content, error) in made.items()}


def test_a_bad_or_wrong_image_is_refused_before_anything_is_written(port: str, tmp_path: Path):
    with plugged(port) as board:
        for name, error in images(tmp_path).items():
            with pytest.raises(error, match=name):
                MicrobitJob(usb_port(port), Firmware({}, tmp_path / name)).flash(quiet)
        assert board.transfers == 0


def test_a_calliope_is_no_micro_bit_by_its_product_or_its_details(port: str):
    serial = "9906" + unique_id_of(port)[4:]
    by_product = PortInfo("COM9", "", Usb(0x0D28, 0x0204, serial, "Calliope mini CMSIS-DAP"))
    with pytest.raises(WrongBoard, match="Calliope mini 3") as caught:
        MicrobitJob(by_product, NO_FILES).flash(quiet)
    assert "firmware of its own" in caught.value.hint
    # Windows gives no product text.
    silent = PortInfo(port, "", Usb(0x0D28, 0x0204, serial))
    with plugged(port) as board:
        details = board.folder / "DETAILS.TXT"
        said = details.read_text(encoding="utf-8").replace(board.unique_id, serial)
        details.write_text(said.replace("microbit.org", "calliope.cc"), encoding="utf-8")
        with pytest.raises(WrongBoard, match="Calliope mini 3"):
            MicrobitJob(silent, NO_FILES).flash(quiet)
        assert board.transfers == 0


def test_another_board_with_daplink_is_refused(port: str):
    other = PortInfo("COM9", "", Usb(0x0D28, 0x0204, "0240" + "1" * 44, "DAPLink CMSIS-DAP"))
    with pytest.raises(WrongBoard, match="COM9"):
        MicrobitJob(other, NO_FILES).flash(quiet)
    with pytest.raises(WrongBoard, match="something without a drive"):
        MicrobitJob(virtual("virtual:esp32"), NO_FILES).flash(quiet)


def test_a_board_whose_number_is_not_told_is_not_taken_for_any(port: str):
    with plugged(port) as board, pytest.raises(NoDrive, match="number"):
        MicrobitJob(PortInfo(port, "", Usb(0x0D28, 0x0204)), NO_FILES).flash(quiet)
    assert board.transfers == 0


def test_a_board_that_forgets_is_not_flashed():
    with pytest.raises(UsageProblem, match="forgets"):
        MicrobitJob(virtual(f"{VIRTUAL}?fresh=1"), NO_FILES).flash(quiet)


def test_maintenance_mode_and_a_missing_drive_are_told(port: str):
    with plugged(port, Faults(maintenance=True)) as board:
        with pytest.raises(InMaintenance):
            MicrobitJob(usb_port(port), NO_FILES).flash(quiet)
        assert board.transfers == 0
    with plugged(port + "-other"), pytest.raises(NoDrive):
        MicrobitJob(usb_port(port), NO_FILES).flash(quiet)


# -- the board refuses, or is not what it should be --------------------------------------------------------


def test_errors_that_pass_are_tried_again_twice(port: str):
    with plugged(port, Faults(refusals=(504, 506))) as board:
        MicrobitJob(usb_port(port), FIRMWARE).flash(quiet)
        assert board.transfers == 3
    assert files_on(port) == LESSON
    with plugged(port, Faults(refusals=(504, 504, 504))) as board:
        with pytest.raises(DriveRefused, match="error 504"):
            MicrobitJob(usb_port(port), FIRMWARE).flash(quiet)
        assert board.transfers == 3


def test_several_boards_with_a_fault_each_have_true_verdicts(port: str):
    """At once, their drives and ports all in sight of each other: who passes has the files, and nobody who
    could be flashed fails."""
    faults = {
        "good": Faults(), "twice": Faults(refusals=(505, 521)), "never": Faults(refusals=(503,) * 3),
        "worn": Faults(refusals=(517,)), "pulled": Faults(unplugged=True), "slow": Faults(away_s=0.5),
        "held": Faults(maintenance=True),
    }  # fmt: skip
    at = {name: f"{port}-{name}" for name in faults}
    boards = {at[name]: daplink.plug(at[name], fault) for name, fault in faults.items()}
    passed: set[str] = set()

    def flash(name: str) -> None:
        with suppress(MakerError):
            MicrobitJob(usb_port(at[name]), FIRMWARE).flash(quiet)
            passed.add(name)

    with ExitStack() as stack:
        for board in boards.values():
            stack.enter_context(board)
        stack.enter_context(seen(boards))
        threads = [threading.Thread(target=flash, args=(name,)) for name in faults]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert passed == {"good", "twice", "slow"}
    for name in faults:
        assert (files_on(at[name]) == LESSON) == (name in passed), name


@pytest.mark.parametrize("code", [507, 517, 524, 529, 537])
def test_errors_that_stay_are_not_tried_again(port: str, code: int):
    with plugged(port, Faults(refusals=(code,))) as board:
        with pytest.raises(DriveRefused, match=f"error {code}") as caught:
            MicrobitJob(usb_port(port), NO_FILES).flash(quiet)
        assert board.transfers == 1 and caught.value.hint


def test_a_board_unplugged_on_the_way_is_lost(port: str):
    with plugged(port, Faults(unplugged=True)), pytest.raises(PortLost):
        MicrobitJob(usb_port(port), NO_FILES).flash(quiet)


def swapped(port: str, files: dict[str, bytes]) -> Callable[[bytes], int]:
    """A chip that gets other files than were sent: what only the board itself can tell."""
    real = Programmer(port)
    return lambda _content: real(with_files(runtime(V2.key), files, V2).encode())


@pytest.mark.parametrize(
    "files", [{}, {**LESSON, "helper.py": b"# made at home\n" * 60}], ids=["none", "one changed"]
)
def test_a_board_with_other_files_than_written_is_not_passed(port: str, files: dict[str, bytes]):
    with plugged(port, program=swapped(port, files)), pytest.raises(NotProven, match=r"helper\.py"):
        MicrobitJob(usb_port(port), FIRMWARE).flash(quiet)


@pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm")
def test_a_board_with_another_release_than_written_is_not_passed(request):
    """The V1 starts from a hex that says 1.1.0, and answers so; expected was 1.1.1."""
    at = f"{EMULATED}/{name_of(request)}"
    records = hexfile.read(bundled(V1.key), "x")
    flash = b"".join(r.data for r in records if r.kind == hexfile.DATA).replace(b"v1.1.1", b"v1.1.0")
    older = []
    for record in records:
        if record.kind == hexfile.DATA:
            record, flash = record._replace(data=flash[: len(record.data)]), flash[len(record.data) :]
        older.append(record)
    real = Programmer(at)
    text = hexfile.write(older).encode()
    with (
        plugged(at, program=lambda _content: real(text)),
        pytest.raises(NotProven, match=r"v1\.1\.0 .*v1\.1\.1"),
    ):
        MicrobitJob(usb_port(at), NO_FILES).flash(quiet)
