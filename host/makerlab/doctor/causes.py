"""Every cause that the doctor knows, with what it is and what to do. Texts only, as in errors.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from makerlab.i18n import N_, _

Level = Literal["problem", "note"]


class Cause(NamedTuple):
    """`level`: a problem that keeps something from working, or a note. The texts have placeholders."""

    level: Level
    what: str
    todo: str


@dataclass(frozen=True)
class Finding:
    """A cause that was found: its key in CAUSES, what it is about (a port, a drive, ...), its facts."""

    cause: str
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        return CAUSES[self.cause].level

    @property
    def what(self) -> str:
        return _(CAUSES[self.cause].what).format(about=self.about, **self.facts)

    @property
    def todo(self) -> str:
        return _(CAUSES[self.cause].todo).format(about=self.about, **self.facts)


_FLASH = N_("Flash MicroPython on it: maker flash --port {about}")

CAUSES: dict[str, Cause] = {
    # -- from the cable to the port --
    "nothing-there": Cause(
        "problem",
        N_("This computer sees no board at all, not even an unknown one."),
        N_(
            "Try another cable: some only charge, and a board lights up with them all the same. Then "
            "another USB socket. Or work without a board: --port virtual:esp32"
        ),
    ),
    "no-driver": Cause(
        "problem",
        N_("A {chip} is plugged in ({id}), but there is no driver for it, so it has no port."),
        N_(
            "Install the driver: for CH340 and CH9102 from wch.cn, for CP210x from silabs.com, for FTDI "
            "from ftdichip.com. Then unplug the board and plug it in again."
        ),
    ),
    "device-problem": Cause(
        "problem",
        N_("Windows cannot use the {chip} that is plugged in (problem {number} in the device manager)."),
        N_(
            "Plug it into another socket with another cable. If it stays, remove it in the device "
            "manager, unplug it and plug it in again."
        ),
    ),
    "braille-takes-port": Cause(
        "problem",
        N_("The program brltty takes the {chip} for a Braille display, so it has no port."),
        N_("If nobody here needs Braille: sudo apt remove brltty. Then plug the board in again."),
    ),
    "ch340-driver": Cause(
        "problem",
        N_(
            "The port {about} does not work (error 31): driver {driver} of the CH340 does not get along "
            "with it."
        ),
        N_(
            "Install version 3.4 or 3.5 of the CH340 driver: device manager, this port, Update driver, "
            "Let me pick. Then restart Windows."
        ),
    ),
    "device-broken": Cause(
        "problem",
        N_("The port {about} does not work (error 31): what is plugged in does not answer Windows."),
        N_(
            "Take everything off the board's pins, and try another cable and another socket. If it stays,"
            " the driver or the board is broken."
        ),
    ),
    "pl2303-phased-out": Cause(
        "problem",
        N_("The port {about} has an old PL2303 chip that its driver refuses to work with."),
        N_("Use another USB adapter or board: Windows 11 has no driver for this chip any more."),
    ),
    "port-busy": Cause(
        "problem",
        N_("The port {about} is in use by another program: {holders}."),
        N_("Close it, or end the connection in it, and try again."),
    ),
    "port-forbidden": Cause(
        "problem",
        N_("This user may not open {about}; it belongs to the group {group}."),
        N_("Type: sudo usermod -aG {group} $USER. Then log out and in again."),
    ),
    "group-not-yet": Cause(
        "problem",
        N_("This user is in the group {group}, which may open {about}, but not yet in this session."),
        N_("Log out and in again (or restart the computer)."),
    ),
    "port-failed": Cause(
        "problem",
        N_("The port {about} cannot be opened: {detail}"),
        N_("Unplug the board, plug it in again, and try another cable or USB socket."),
    ),
    "skipped-port": Cause(
        "note",
        N_("{about} is {kind}: it is never opened, because no board can be there."),
        N_("Nothing."),
    ),
    # -- micro:bit --
    "drive-without-port": Cause(
        "problem",
        N_(
            "The micro:bit with the drive {about} has no serial port: programs can be copied, nothing "
            "measured."
        ),
        N_(
            "Update its DAPLink firmware (microbit.org/get-started/user-guide/firmware). On Windows 7 and "
            "8 it needs the mbed serial driver as well."
        ),
    ),
    "maintenance": Cause(
        "problem",
        N_("The micro:bit with the drive {about} is in maintenance mode."),
        N_(
            "Unplug it, and plug it in again without touching its reset button. If it comes back so, its "
            "DAPLink is damaged: copy a new one onto that drive (microbit.org/get-started/user-"
            "guide/firmware)."
        ),
    ),
    "old-daplink": Cause(
        "problem",
        N_("The micro:bit with the drive {about} has old DAPLink firmware ({version})."),
        N_(
            "Renew it: it takes files more reliably then (microbit.org/get-started/user-guide/firmware; "
            "two minutes, once)."
        ),
    ),
    "file-refused": Cause(
        "problem",
        N_("The micro:bit with the drive {about} did not take the last file: {problem}."),
        N_("{advice}"),
    ),
    # -- what the board says --
    "empty-board": Cause(
        "problem",
        N_("The board on {about} has nothing in its memory that could run."),
        _FLASH,
    ),
    "wrong-image": Cause(
        "problem",
        N_("The board on {about} cannot start what was flashed on it: it is damaged, or for another board."),
        _FLASH,
    ),
    "wrong-chip": Cause(
        "problem",
        N_("The firmware on {about} is for {image}, and the board is {chip}."),
        _FLASH,
    ),
    "brown-out": Cause(
        "problem",
        N_("The board on {about} gets too little power: its voltage breaks down, and it starts anew."),
        N_(
            "Use a short cable straight to the computer, or a hub with its own power supply; take motors "
            "and lamps off its pins, they need their own supply."
        ),
    ),
    "boot-loop": Cause(
        "problem",
        N_("The board on {about} starts again and again ({reason})."),
        N_(
            "Take everything off its pins. If it goes on, remove main.py and boot.py (maker rm), or flash"
            " it anew: maker flash --port {about}"
        ),
    ),
    "crash": Cause(
        "problem",
        N_("The firmware of the board on {about} has crashed ({reason})."),
        N_(
            "Take everything off its pins and reset it. If it happens again, flash it anew: maker flash "
            "--port {about}"
        ),
    ),
    "download-mode": Cause(
        "problem",
        N_("The board on {about} waits in its bootloader."),
        N_(
            "Press its reset button without the BOOT button; take off what is wired to the BOOT pin (GPIO"
            " 0 or 9)."
        ),
    ),
    "not-micropython": Cause(
        "problem",
        N_("The board on {about} runs {found}, not MicroPython."),
        _FLASH,
    ),
    "silent": Cause(
        "note",
        N_("The board on {about} says nothing: a quiet program runs, or there is no MicroPython on it."),
        N_("Press its reset button and look again: maker doctor --port {about}"),
    ),
    "hub-overload": Cause(
        "problem",
        N_(
            "{boards} boards hang on one USB hub ({about}): more than {most} are slow and unreliable "
            "together."
        ),
        N_("Divide them over several hubs with their own power supply, plugged into different sockets."),
    ),
    "hub-power": Cause(
        "problem",
        N_(
            "The USB hub {about} has no power supply of its own, and {wanted} mA are wanted of it ({most}"
            " at most)."
        ),
        N_("Plug in its power supply, or plug fewer things into it."),
    ),
    "power-cut": Cause(
        "problem",
        N_(
            "The USB socket {about} has cut off the power {times} times: something draws too much, or is "
            "shorted."
        ),
        N_(
            "Look at the wiring of what is plugged in there, above all 3V and GND, before you plug it in "
            "again."
        ),
    ),
    # -- this computer --
    "disk-full": Cause(
        "problem",
        N_("Only {free} MB are free where makerlab keeps images and data ({about})."),
        N_("Make room on that disk, or let MAKER_HOME name a folder on another one."),
    ),
    "cache-read-only": Cause(
        "problem",
        N_("Nothing can be written in {about}: {detail}."),
        N_(
            "Ask whoever runs this computer for the right to write there, or let MAKER_HOME name another "
            "folder."
        ),
    ),
    "image-changed": Cause(
        "problem",
        N_("The firmware image {about} is not what it was when it was first seen."),
        N_("Remove it with: maker firmware verify --remove. Then fetch it again."),
    ),
    "tls-interception": Cause(
        "problem",
        N_("The network inspects secure connections: {detail} ({about})."),
        N_(
            "makerlab does not download through that. Ask whoever runs the network to let micropython.org"
            " and pypi.org through, or bring a bundle: maker firmware add BUNDLE.zip"
        ),
    ),
    "clock": Cause(
        "problem",
        N_("Secure connections fail because of the date: {detail}."),
        N_("Set this computer's date and time."),
    ),
    "proxy": Cause(
        "problem",
        N_("The proxy of this computer ({about}) does not let us through: {detail}"),
        N_("Ask whoever runs the network for the right proxy; it is set in Windows, or with HTTPS_PROXY."),
    ),
    "login-page": Cause(
        "problem",
        N_("The network answers with a web page of its own instead of {about}."),
        N_("Open any page in the browser and log in to the network. Then try again."),
    ),
    "offline": Cause(
        "note",
        N_("{about} cannot be reached: {detail}."),
        N_(
            "Everything but fetching works without internet. Images come with a bundle too: maker "
            "firmware add BUNDLE.zip"
        ),
    ),
    "odd-answer": Cause(
        "note",
        N_("{about} does not give an image: {detail}."),
        N_("Name another place when you fetch images: maker firmware fetch --all --mirror ADDRESS"),
    ),
    "old-python": Cause(
        "problem",
        N_("This is Python {about}; makerlab needs 3.10 or newer."),
        N_("Install a newer Python from python.org (Windows 10 or newer) and makerlab with it."),
    ),
    "python-32-bit": Cause(
        "problem",
        N_("This is a Python of 32 bits: the virtual boards do not run with it."),
        N_("Install the 64-bit Python from python.org, and makerlab with it."),
    ),
    "missing-package": Cause(
        "problem",
        N_("The Python package {about} is missing: {without}."),
        N_("Install makerlab again; pip then gets all it needs: pip install --force-reinstall makerlab"),
    ),
    "missing-qemu": Cause(
        "note",
        N_("QEMU is not on this computer: the emulated micro:bit V1 does not run."),
        N_(
            "Only if you want it. Windows: winget install SoftwareFreedomConservancy.QEMU; macOS: brew "
            "install qemu; Linux: sudo apt install qemu-system-arm"
        ),
    ),
}
