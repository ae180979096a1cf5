"""A micro:bit's chip written past its drive: through CMSIS-DAP, DAPLink's other way in, by pyOCD.

An optional extra, because pyOCD brings twenty packages and drivers of its own: pip install makerlab[swd]. It
is the second try, for a board whose drive does not take a hex; whether it worked is again only the board's
answer.
"""

from __future__ import annotations

import importlib.util
import io
import threading
from typing import Any

from makerlab.boards import Board
from makerlab.errors import DriveRefused, InMaintenance, MakerError, NoDrive, WriteFailed
from makerlab.flash.model import Progress, Say, Stage
from makerlab.i18n import N_, _

TARGETS = {"nrf51822": "nrf51", "nrf52833": "nrf52833"}
"""pyOCD's names of the chips in boards.yaml (pyocd/board/board_ids.py)."""
CLOCK_HZ = 1_000_000
"""pyOCD's own choice; a micro:bit has short wires, and faster gains little: the flash is slower."""
WAIT_S = 1.0

_one_at_a_time = threading.Lock()
"""pyOCD keeps the session in use in a global (Session._current_session)."""


class SwdFailed(WriteFailed):
    """Neither way worked; `detail` is what pyOCD said."""

    what = N_(
        "The micro:bit on {port} did not take its firmware through its drive, nor past it (CMSIS-DAP): "
        "{detail}"
    )
    todo = N_(
        "Unplug it, plug it in again with another cable, straight into the computer, and flash it again. If "
        "it stays so, update its DAPLink firmware: microbit.org/get-started/user-guide/firmware"
    )


TRANSFER_CODES = frozenset((*range(501, 507), *range(519, 524), *range(530, 540)))
"""Of flash.daplink.CAUSES, those that are about the way of the file and not about the file or the chip."""


def may_help(error: MakerError) -> bool:
    """Whether what failed was the drive, and not the board, the file, or DAPLink as a whole."""
    if isinstance(error, DriveRefused):
        return error.facts["code"] in TRANSFER_CODES
    return isinstance(error, (NoDrive, WriteFailed)) and not isinstance(error, InMaintenance)


def with_advice(error: MakerError) -> MakerError:
    """`error`, and what would help the next time, where the extra is not installed."""
    if "advice" not in error.facts:
        return error
    return type(error)(**{**error.facts, "advice": f"{error.facts['advice']} {advice()}"})


def is_there() -> bool:
    """Whether the extra is installed. Does not import it: that takes a second."""
    return importlib.util.find_spec("pyocd") is not None


def advice() -> str:
    """For a board that would need it."""
    return _("Boards whose drive does not work can be flashed past it after: pip install makerlab[swd]")


def write(port: str, board: Board, unique_id: str, hex_data: bytes, say: Say) -> None:
    """Erase the chip, write `hex_data`, start it. Raises SwdFailed.

    Waits while another board is written this way.
    """
    while not _one_at_a_time.acquire(timeout=WAIT_S):
        say(Progress(Stage.WAITING))
    try:
        say(Progress(Stage.CONNECTING))
        _write(port, board, unique_id, hex_data, say)
    finally:
        _one_at_a_time.release()


def _write(port: str, board: Board, unique_id: str, hex_data: bytes, say: Say) -> None:
    try:
        from pyocd.core.exceptions import Error
        from pyocd.core.session import Session
        from pyocd.flash.file_programmer import FileProgrammer
        from pyocd.probe.aggregator import DebugProbeAggregator
    except ImportError as error:  # one of its twenty packages, or a library of the system
        raise SwdFailed(port=port, detail=str(error)) from error
    size = len(hex_data)

    before, erased = 0.0, False

    def progress(share: float) -> None:
        """pyOCD counts from 0 to 1 twice: while it erases, and while it writes."""
        nonlocal before, erased
        erased, before = erased or share < before, share
        say(Progress(Stage.WRITING, int(share * size) if erased else 0, size))

    options: dict[str, Any] = {
        "target_override": TARGETS[board.chip],
        "frequency": CLOCK_HZ,
        "no_config": True,  # whatever pyocd.yaml lies in this folder is for somebody else
    }
    try:
        probe = DebugProbeAggregator.get_probe_with_id(unique_id)
        if probe is None:
            raise SwdFailed(port=port, detail=_("its debug port is not there"))
        progress(0.0)
        with Session(probe, options=options) as session:
            text = io.StringIO(hex_data.decode("ascii"))  # pyOCD's hex reader wants text, whatever it says
            FileProgrammer(
                session, progress, chip_erase="chip", smart_flash=False, keep_unwritten=False
            ).program(text, "hex")
            say(Progress(Stage.STARTING))
            session.target.reset()
    # pyOCD lets errors of its USB libraries through, of which there are three on three systems.
    except (Error, OSError, ValueError, RuntimeError) as error:
        raise SwdFailed(port=port, detail=str(error) or type(error).__name__) from error
