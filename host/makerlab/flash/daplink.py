"""What DAPLink, the firmware of a micro:bit's USB chip, writes into the files of its drive. Pure.

DETAILS.TXT says which board it is; FAIL.TXT is there when the last file was not taken. (DAPLink:
source/daplink/drag-n-drop/vfs_user.c, source/daplink/error.c.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from makerlab.boards import MICROBIT_SERIAL_CHARS
from makerlab.i18n import N_, _

DETAILS, FAIL = "DETAILS.TXT", "FAIL.TXT"
MAINTENANCE = "MAINTENANCE"
"""The drive's name while DAPLink's bootloader runs instead of DAPLink itself."""
CODE_BASE = 500
"""A micro:bit V2 shows this plus the number of the error in DAPLink's error.h."""
TRANSIENT = "transient"
"""The type of an error that may be gone at the next try."""

_FIELD = re.compile(r"^([A-Za-z ]+):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True)
class Details:
    """DETAILS.TXT.

    unique_id   the USB serial number of the board, which its serial port has too
    mode        "interface", or "bootloader" in maintenance mode
    version     of DAPLink: "0255"; "" if it is not said
    remounts    how often the drive has come back since the board got power; None where old firmware does not
                count
    text        the whole file
    """

    unique_id: str
    mode: str
    version: str
    remounts: int | None
    text: str

    @property
    def is_calliope(self) -> bool:
        """Whether it is a Calliope mini, which has the board id of a micro:bit."""
        return "calliope" in self.text.lower()


class Cause(NamedTuple):
    """Why DAPLink refuses a file: its types of these errors, their numbers with how their sentences begin,
    and two texts for a person."""

    types: tuple[str, ...]
    codes: dict[int, str]
    problem: str
    advice: str

    @property
    def shown_problem(self) -> str:
        return _(self.problem)

    @property
    def shown_advice(self) -> str:
        return _(self.advice)


class Failure(NamedTuple):
    """What FAIL.TXT means: the number that a V2 shows meanwhile (None where unknown), whether another try may
    help, and why."""

    code: int | None
    passes: bool
    cause: Cause


_OWN_TROUBLE = N_("its USB chip has trouble of its own")
_RENEW = N_(
    "Unplug it and plug it in again. If it happens every time, renew its DAPLink firmware: "
    "microbit.org/get-started/user-guide/firmware"
)

# The numbers are those of source/daplink/error.h plus CODE_BASE.
CAUSES = (
    Cause(
        ("transient",),
        {
            503: "An error occurred during the transfer",
            505: "Possible mismatch between file size and size programmed",
            506: "File sent out of order by PC",
        },
        N_("the computer did not send it in one piece"),
        N_(
            "Close what else uses the drive (a virus scanner, an open folder window), plug the board "
            "straight into the computer, and flash it again."
        ),
    ),
    Cause(
        ("transient", "user"),
        {504: "The transfer timed out"},
        N_("the rest of the file did not come in time"),
        N_("Take another cable or USB socket, straight at the computer, and flash it again."),
    ),
    Cause(
        ("target",),
        {
            507: "The interface firmware FAILED to reset/halt the target MCU",
            508: "The interface firmware FAILED to download the flash programming algorithms",
            509: "The flash algo missing for a region",
            510: "The interface firmware FAILED to download the flash data contents",
            511: "The interface firmware FAILED to initialize the target MCU",
            512: "The interface firmware FAILED to uninitialize the target MCU",
            514: "The interface firmware FAILED to unlock the target",
        },
        N_("its main chip does not answer"),
        N_(
            "Take everything off its pins, unplug battery and USB, plug USB in again, and flash it again. If "
            "it happens every time, this board is broken."
        ),
    ),
    Cause(
        ("target",),
        {
            515: "Flash algorithm erase sector command FAILURE",
            516: "Flash algorithm erase all command FAILURE",
            517: "Flash algorithm write command FAILURE",
            518: "Flash algorithm write verify command FAILURE",
        },
        N_("its memory does not keep what is written"),
        N_(
            "Plug it straight into the computer and flash it again. If it happens every time, its memory is "
            "worn out."
        ),
    ),
    Cause(
        ("user",),
        {513: "The interface firmware ABORTED programming. Image is trying to set security bits"},
        N_("the file wants to lock the chip"),
        N_("Use another hex, or leave it out: maker brings a runtime."),
    ),
    Cause(
        ("transient", "user"),
        {
            521: "The hex file cannot be decoded. Checksum calculation failure",
            522: "The hex file cannot be decoded. Parser logic failure",
            523: "The hex file cannot be programmed. Logic failure",
        },
        N_("it was damaged on its way"),
        N_("Take another cable or USB socket, straight at the computer, and flash it again."),
    ),
    Cause(
        ("user",),
        {
            524: "The hex file you dropped isn't compatible with this mode or device",
            525: "The hex file offset load address is not correct",
            529: "The application image is not compatible with the target",
        },
        N_("it is for another board, or this one is in maintenance mode"),
        N_(
            "Unplug it, plug it in again without touching its reset button, and see what it is: maker "
            "boards. A V1 and a V2 need different files."
        ),
    ),
    Cause(
        ("user",),
        {
            526: "The starting address for the bootloader update is wrong",
            527: "The starting address for the interface update is wrong",
            528: "The application file format is unknown",
        },
        N_("it takes it for no program"),
        N_("Use another hex, or leave it out: maker brings a runtime."),
    ),
    Cause(
        ("internal",),
        {
            501: "An error has occurred",
            502: "An internal error has occurred",
            519: "End of stream has been reached",
            520: "End of stream is unknown",
        },
        _OWN_TROUBLE,
        _RENEW,
    ),
    Cause(
        ("interface",),
        {
            530: "In application programming initialization failed",
            531: "In application programming uninit failed",
            532: "In application programming write failed",
            533: "In application programming sector erase failed",
            534: "In application programming mass erase failed",
            535: "In application programming aborted due to an out of bounds address",
            536: "In application programming not supported on this device",
            537: "In application programming failed because the update sent was incomplete",
            539: "The bootloader CRC did not pass",
        },
        _OWN_TROUBLE,
        _RENEW,
    ),
)
_UNKNOWN = Cause(
    (),
    {},
    N_("its USB chip gives a reason nobody knows"),
    N_("Unplug it, plug it in again, and flash it again; another cable often helps."),
)

_OF_SENTENCE = {sentence: (code, cause) for cause in CAUSES for code, sentence in cause.codes.items()}


def read_details(text: str) -> Details | None:
    """What DETAILS.TXT says; None if this is no DAPLink's."""
    fields = {key.strip().lower(): value for key, value in _FIELD.findall(text)}
    unique_id = fields.get("unique id", "")
    if len(unique_id) != MICROBIT_SERIAL_CHARS or not re.fullmatch("[0-9A-Fa-f]+", unique_id):
        return None
    mode = fields.get("daplink mode", "Interface").lower()
    count = fields.get("remount count", "")
    remounts = int(count) if count.isdecimal() else None
    return Details(unique_id.upper(), mode, fields.get(f"{mode} version", ""), remounts, text)


def read_failure(text: str) -> Failure:
    """What FAIL.TXT says, and what that means. A sentence that is not in DAPLink's source is given as it is;
    old firmware writes no types."""
    fields = {key.strip().lower(): value for key, value in _FIELD.findall(text)}
    sentence = fields.get("error", text.strip())
    types = {part.strip() for part in fields.get("type", "").split(",")} - {""}
    known = [found for begin, found in _OF_SENTENCE.items() if sentence.startswith(begin)]
    code, cause = known[0] if known else (None, _UNKNOWN._replace(problem=sentence or _UNKNOWN.problem))
    return Failure(code, TRANSIENT in (types or cause.types), cause)


def write_failure(code: int) -> str:
    """FAIL.TXT for an error, as DAPLink writes it."""
    sentence, cause = next((s, cause) for s, (number, cause) in _OF_SENTENCE.items() if number == code)
    return f"error: {sentence}\r\ntype: {', '.join(cause.types)}\r\n"
