"""A board of the ESP32 family through esptool: look, write what differs, start it, and ask it.

    job = EspJob("COM3", EspFirmware(Path("image.bin")), journal)
    print(job.plan(say).shown)
    flashed = job.flash(say)

esptool does all that is said to the chip, and verifies what it wrote by the chip's own MD5. That alone is no
proof: only the board's answer at its prompt is. It is never told to `force`.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from makerlab.boards import Board, catalogue
from makerlab.errors import (
    BoardSilent,
    LinkError,
    MakerError,
    NoBootloader,
    NotProven,
    PortLost,
    ReplError,
    WriteFailed,
)
from makerlab.flash.driver_calls import timed, watched
from makerlab.flash.esptool_adaptation import Listener, listening, load, unheard
from makerlab.flash.image import TABLE_BYTES, TABLE_OFFSET, EspImage, Part
from makerlab.flash.model import Flashed, Plan, Progress, Say, Stage
from makerlab.flash.plan import Reported, changed, check_fits, files_kept, plan_esp
from makerlab.i18n import N_, _
from makerlab.link import open_link
from makerlab.link.ports import list_ports, look_up
from makerlab.link.serial_port import PORT_ERRORS, ROM_BAUD, open_for_esptool
from makerlab.repl.identity import Identity, ask_identity
from makerlab.repl.session import Session

BAUDS = (460_800, 230_400, 115_200)
"""Tried from the fastest down. Above, CP210x bridges and hubs fail (esptool issue 255)."""
LEAST_TRIES = 2
"""Also of a board whose port is known to be slow: a single bad byte must not cost a verdict."""
CONNECT_ATTEMPTS = 4
"""Of esptool to reset the chip into its loader: two ways, each a short and a long one."""
START_WAIT_S = 15.0
"""For MicroPython to answer after a start; the first start makes a file system, which takes seconds."""
LOOK_AGAIN_S = 0.25

T = TypeVar("T")
Work = Callable[[Any, EspImage, Say], T]


class Rates(Protocol):
    """Remembers the baud rate that worked at a port."""

    def rate(self, port: str) -> int | None: ...

    def keep_rate(self, port: str, baud: int) -> None: ...


class Slowest:
    """Rates of a port that has shown nothing good."""

    def rate(self, port: str) -> int:
        return BAUDS[-1]

    def keep_rate(self, port: str, baud: int) -> None:
        pass


class Firmware(Protocol):
    """Gives the image for a kind of chip (esptool's key: "esp32s3")."""

    def ready(self, chip: str, port: str) -> EspImage:
        """Raises MakerError where there is none."""
        ...


class _Written(NamedTuple):
    image: EspImage
    reported: Reported
    parts: tuple[Part, ...]


class EspJob:
    """One board (see model.Job). `find_port` says where the board with a MAC, last seen at a port, is now;
    None for nowhere yet."""

    def __init__(
        self,
        port: str,
        firmware: Firmware,
        rates: Rates | None = None,
        location: str = "",
        find_port: Callable[[str, str], str | None] | None = None,
    ) -> None:
        self.port = port
        self.location = location
        self.listener = Listener()
        """Has what esptool said last."""
        self._firmware = firmware
        self._rates = rates
        self._find_port = find_port or port_with_mac
        self._address = port
        self._writing = False

    def apart(self) -> EspJob | None:
        """At the lowest rate: drivers that hang do so under load."""
        if self.port.lower().startswith("virtual:"):
            return None
        return EspJob(self.port, self._firmware, Slowest(), self.location)

    def plan(self, say: Say) -> Plan:
        """Look at the board, change nothing, and start it again."""
        with self._plugged_in():
            return self._with_chip(say, self._look)

    def flash(self, say: Say) -> Flashed:
        """Write what differs, start the board, and have it say what it runs."""
        with self._plugged_in():
            written = self._with_chip(say, self._write)
            say(Progress(Stage.STARTING))
            identity = self._ask(written.reported, say)
            self._check(identity, written.image)
        names = {part.name for part in written.parts}
        kept = files_kept(written.image, written.reported)
        return Flashed(
            port=self.port,
            board=written.reported.chip,
            image=written.image.name,
            runtime=f"MicroPython {identity.version}, {identity.machine}",
            unique_id=written.reported.mac,
            written_bytes=sum(len(part.data) for part in written.parts),
            unchanged=tuple(part.shown_name for part in written.image.parts if part.name not in names),
            note="" if kept else _("Its memory is divided anew: the files that were on it are gone."),
        )

    # -- the chip in its loader --------------------------------------------------------------------------

    def _with_chip(self, say: Say, work: Work[T]) -> T:
        """Do `work` with the chip, at the fastest rate at which it can be done."""
        bauds = self._bauds()
        with listening(self.listener):
            for baud in bauds[:-1]:
                try:
                    return self._at(baud, say, work)
                except _TooFast:
                    continue
            try:
                return self._at(bauds[-1], say, work)
            except _TooFast as error:
                raise WriteFailed(port=self.port, detail=_reason(error)) from error

    def _bauds(self) -> list[int]:
        good = self._rates.rate(self.port) if self._rates else None
        bauds = [baud for baud in BAUDS if good is None or baud <= good] or [BAUDS[-1]]
        return bauds + bauds[-1:] * (LEAST_TRIES - len(bauds))

    def _at(self, baud: int, say: Say, work: Work[T]) -> T:
        esptool = load()
        say(Progress(Stage.CONNECTING))
        opened = watched(timed(partial(open_for_esptool, self._address)))
        try:
            chip = self._detect(esptool, opened)
            try:
                image = self._firmware.ready(chip_key(chip.CHIP_NAME), self.port)
                check_fits(image, Reported(self.port, chip.CHIP_NAME))
                chip = esptool.run_stub(chip)
                if baud != ROM_BAUD:
                    chip.change_baud(baud)
                esptool.attach_flash(chip)
                self.listener.progress = unheard
                result = work(chip, image, say)
            except MakerError:
                self._start(chip)
                raise
        except PORT_ERRORS as error:
            if self._writing:
                detail = _("the connection broke off while it was written")
                raise WriteFailed(port=self.port, detail=detail) from error
            raise PortLost(port=self.port) from error
        except RuntimeError as error:  # esptool's FatalError
            raise _TooFast(str(error)) from error
        finally:
            with contextlib.suppress(*PORT_ERRORS):
                opened.close()
        if self._rates is not None:
            self._rates.keep_rate(self.port, baud)
        return result

    def _detect(self, esptool: Any, opened: Any) -> Any:
        try:
            return esptool.detect_chip(opened, connect_attempts=CONNECT_ATTEMPTS)
        except RuntimeError as error:
            raise NoBootloader(port=self.port) from error

    def _report(self, chip: Any, image: EspImage, say: Say) -> Reported:
        from esptool.cmds import detect_flash_size
        from esptool.util import flash_size_bytes

        say(Progress(Stage.CHECKING))
        size = detect_flash_size(chip)
        mac = ":".join(f"{byte:02x}" for byte in chip.read_mac("BASE_MAC") or ())
        say(Progress(Stage.CHECKING, unique_id=mac))
        reported = Reported(self.port, chip.CHIP_NAME, flash_size_bytes(size) if size else None, mac)
        check_fits(image, reported)
        digests = {part.name: chip.flash_md5sum(part.offset, len(part.data)) for part in image.parts}
        table = bytes(chip.read_flash(TABLE_OFFSET, TABLE_BYTES))
        return Reported(self.port, reported.chip, reported.flash_bytes, mac, digests, table)

    def _look(self, chip: Any, image: EspImage, say: Say) -> Plan:
        plan = plan_esp(image, self._report(chip, image, say))
        self._start(chip)
        return plan

    def _write(self, chip: Any, image: EspImage, say: Say) -> _Written:
        esptool = load()
        reported = self._report(chip, image, say)
        parts = changed(image, reported)
        whole, before = sum(len(part.data) for part in parts), 0
        for part in parts:
            self.listener.progress = _part_progress(say, before, len(part.data), whole)
            say(Progress(Stage.WRITING, before, whole))
            self._writing = True
            # Verified by esptool: it compares the MD5 that the chip makes of its flash.
            esptool.write_flash(chip, [(part.offset, part.data)])
            before += len(part.data)
        self._writing = False
        if parts:
            say(Progress(Stage.VERIFYING))
        self._start(chip)
        return _Written(image, reported, tuple(parts))

    def _start(self, chip: Any) -> None:
        """Out of the loader, into whatever is in its flash."""
        with contextlib.suppress(*PORT_ERRORS, RuntimeError):  # one with its own USB is gone at once
            load().reset_chip(chip, "hard-reset")

    # -- the board at its prompt -------------------------------------------------------------------------

    def _ask(self, reported: Reported, say: Say) -> Identity:
        """What the started board says it is, wherever it has come back."""
        deadline = time.monotonic() + START_WAIT_S
        error: MakerError = NotProven(port=self.port, detail=_("it did not come back after its start."))
        while True:
            address = self._find_port(reported.mac, self._address)
            if address is not None:
                try:
                    with timed(partial(open_link, address)) as link:
                        session = Session(link)
                        session.enter()
                        say(Progress(Stage.ASKING))
                        identity = ask_identity(session)
                        session.leave()
                    if address != self._address:
                        self.port = self._address = address
                    return identity
                except (BoardSilent, ReplError) as silent:
                    error = NotProven(port=self.port, detail=_("it does not answer: {reason}").format(
                        reason=silent.message))  # fmt: skip
                except LinkError as lost:
                    error = lost
            if time.monotonic() > deadline:
                raise error
            time.sleep(LOOK_AGAIN_S)

    def _check(self, identity: Identity, image: EspImage) -> None:
        """Raise NotProven unless what answers is what the image holds."""
        board = catalogue().recognise(identity.platform, identity.machine)
        if not isinstance(board, Board) or board.chip != image.chip.key:
            raise NotProven(port=self.port, detail=_("it answers as {found}.").format(found=identity.machine))
        expected = image.runtime
        if expected and identity.version != expected:
            detail = _("it answers as MicroPython {found}, and the image has {expected}.")
            detail = detail.format(found=identity.version, expected=expected)
            raise NotProven(port=self.port, detail=detail)

    @contextmanager
    def _plugged_in(self) -> Iterator[None]:
        """A virtual board is plugged in for as long as it is flashed; a real one is already."""
        if not self.port.lower().startswith("virtual:"):
            yield
            return
        from makerlab.virtual.rom.make import kept
        from makerlab.virtual.rom.serve import Socket

        board, cleanup = kept(self.port)
        with cleanup, Socket(board, plain=True) as plug:
            self._address = plug.address
            self._find_port = lambda mac, port: port
            yield


class _TooFast(Exception):
    """esptool gave up; at a lower rate it may not."""


def port_with_mac(mac: str, port: str) -> str | None:
    """Where the board with this MAC is now, last seen at `port`; None while it is nowhere.

    The USB serial number of a board with its own USB is its MAC; a bridge stays where it is.
    """
    if "://" in port:
        return port
    wanted = _hex_digits(mac)
    for info in list_ports():
        if wanted and info.usb is not None and _hex_digits(info.usb.serial) == wanted:
            return info.port
    return port if look_up(port)[0] is not None else None


def chip_key(name: str) -> str:
    """esptool's key of a chip: "ESP32-S3" is "esp32s3", as in boards.yaml."""
    return name.lower().replace("-", "")


def _hex_digits(text: str) -> str:
    return re.sub("[^0-9a-f]", "", text.lower())


def _part_progress(say: Say, before: int, size: int, whole: int) -> Callable[[int, int], None]:
    """Tell how far all parts are when esptool tells how far this one is (it counts deflated bytes)."""

    def progress(done: int, of: int) -> None:
        say(Progress(Stage.WRITING, before + size * done // max(1, of), whole))

    return progress


_REASONS = (
    ("MD5 of file does not match", N_("what arrived in its memory is not what was sent")),
    ("No serial data received", N_("it stopped answering")),
    ("Serial data stream stopped", N_("it stopped answering")),
    ("Packet content transfer stopped", N_("it stopped answering")),
    ("No more data to read", N_("it stopped answering")),
    ("Invalid head of packet", N_("its answers arrive damaged")),
    ("Failed to set baud rate", N_("its driver does not take this speed")),
)
"""What esptool says, and what we say."""


def _reason(error: Exception) -> str:
    text = str(error)
    for begin, ours in _REASONS:
        if begin in text:
            return _(ours)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__
