"""boards.yaml as values: what each board is, which boards a port can be, and which board answers.

A USB id names the chip that speaks USB, and the same CH340 sits on an ESP32 board and on an Arduino. So
`candidates` says what a port *can* be, and only what the board itself says at its prompt (`identify`)
decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import LANGUAGES, _, pick
from makerlab.resources import boards_file
from makerlab.yamlfile import Entry, read

Family = Literal["esp32", "microbit"]
FileSystem = Literal["folders", "flat"]
Reset = Literal["rts", "break", "none"]
Ability = Literal["adc", "touch", "dac"]
FlashMethod = Literal["esptool", "drive"]

FAMILIES: tuple[Family, ...] = ("esp32", "microbit")
FILE_SYSTEMS: tuple[FileSystem, ...] = ("folders", "flat")
RESETS: tuple[Reset, ...] = ("rts", "break", "none")
ABILITIES: tuple[Ability, ...] = ("adc", "touch", "dac")
FLASH_METHODS: tuple[FlashMethod, ...] = ("esptool", "drive")

MICROBIT_SERIAL_CHARS = 48
"""Length of a DAPLink USB serial number, whose first four characters are the board id (DAPLink's
board_id.h). One of another length says nothing about the board."""


@dataclass(frozen=True)
class Usb:
    """What the computer tells about a plugged-in USB device; "" for what it does not tell."""

    vid: int
    pid: int
    serial: str = ""
    product: str = ""

    @property
    def id(self) -> str:
        """As boards.yaml writes it: "1A86:7523"."""
        return f"{self.vid:04X}:{self.pid:04X}"


@dataclass(frozen=True)
class Adapter:
    """What sits between the USB plug and a board's chip.

    lines   DTR and RTS while the port is open: True asserted, False off
    reset   how to press the reset button over the wire: a pulse on "rts", a serial "break", or "none"
    usb     USB ids ("1A86:7523"; "2341:*" for all that begin so) and the chip's name
    """

    key: str
    name: Mapping[str, str]
    lines: bool
    reset: Reset
    usb: Mapping[str, str]

    @property
    def shown_name(self) -> str:
        """What can be behind it, in the user's language."""
        return pick(dict(self.name))

    def chip(self, usb: Usb) -> str:
        """The name of the chip with this USB id; "" if it is none of these."""
        fitting = [pattern for pattern in self.usb if _covers(pattern, usb.id)]
        return self.usb[max(fitting, key=len)] if fitting else ""


@dataclass(frozen=True)
class UsbRule:
    """One way a board can be plugged in: behind `adapter`, or with the USB id `id` (one of both is "").

    `serial`: the beginnings its serial number may have, () for any; `product`: its product text, None for
    any.
    """

    adapter: str = ""
    id: str = ""
    serial: tuple[str, ...] = ()
    product: re.Pattern[str] | None = None

    def strength(self, usb: Usb, adapter: str) -> int | None:
        """How much speaks for it: None it cannot be, else one point for a serial number that fits and
        two for a product text that fits. What the computer does not tell counts nothing."""
        if not (_covers(self.id, usb.id) if self.id else self.adapter == adapter):
            return None
        points = 0
        if self.serial and len(usb.serial) == MICROBIT_SERIAL_CHARS:
            if not usb.serial.startswith(self.serial):
                return None
            points += 1
        if self.product is not None and usb.product:
            if not self.product.search(usb.product):
                return None
            points += 2
        return points


@dataclass(frozen=True)
class Runtime:
    """How the Python on a board names itself: `implementation` and `platform` as in sys ("" for any),
    `machine` a pattern found in os.uname().machine and at the end of the banner (None for any)."""

    implementation: str = "micropython"
    platform: str = ""
    machine: re.Pattern[str] | None = None

    def fits(self, implementation: str, platform: str, machine: str) -> bool:
        """Whether a board that says this is it. An empty `platform` (a banner has none) fits any."""
        return (
            self.implementation == implementation
            and (not self.platform or not platform or self.platform == platform)
            and (self.machine is None or self.machine.search(machine) is not None)
        )


@dataclass(frozen=True)
class Flash:
    """How firmware gets onto it: through esptool, or copied to the drive with the label `drive`."""

    method: FlashMethod
    drive: str = ""


@dataclass(frozen=True)
class Image:
    """A firmware image that there is for a board: `version` of its runtime, and `file`, its name.

    `bundled` is 0 for one that has to be fetched, else which micro:bit (1 or 2) it is for in the package
    micropython-microbit-fs.
    """

    version: str
    file: str
    bundled: int = 0


@dataclass(frozen=True)
class ImageSource:
    """A place that has images: a file's name is appended to `address`. `near`: the language of those who live
    close to it, "" for all."""

    name: str
    address: str
    near: str = ""


@dataclass(frozen=True)
class Limits:
    """What a board can hold and take.

    heap_bytes          free for a program after start, without extra memory
    files               "folders", or "flat": names without folders only
    file_system_bytes   room for all files; max_file_bytes for one
    name_bytes          longest file name, in bytes of UTF-8
    raw_paste           whether it knows raw paste
    in_flight_bytes     most bytes to have sent that it has not yet said to have read
    piece_bytes, pause_s   pacing where it says nothing: so many bytes, then so many seconds of rest
    """

    heap_bytes: int
    files: FileSystem
    file_system_bytes: int
    max_file_bytes: int
    name_bytes: int
    raw_paste: bool
    in_flight_bytes: int
    piece_bytes: int
    pause_s: float


@dataclass(frozen=True)
class Pin:
    """A pin by the name printed on the board.

    gpio    the number programs use on the ESP32 family; None on a micro:bit, where the name is used
    can     beyond digital in and out: "adc", "touch", "dac"
    mind    keys of `Catalogue.pin_notes`: what to know before using it
    """

    name: str
    gpio: int | None = None
    can: tuple[Ability, ...] = ()
    mind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """A board that makerlab has programs for. `chip` as its vendor writes it in file names; `sensors` are
    keys of `Catalogue.sensors`."""

    key: str
    name: Mapping[str, str]
    chip: str
    family: Family
    usb: tuple[UsbRule, ...]
    runtime: Runtime
    flash: Flash
    limits: Limits
    sensors: tuple[str, ...]
    pins: Mapping[str, Pin]
    images: tuple[Image, ...] = ()

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))


@dataclass(frozen=True)
class LookAlike:
    """Something that looks or answers like one of the boards and is none; `advice` says what to do.

    `drive` is the label of the drive it shows instead of a port, if it does.
    """

    key: str
    name: Mapping[str, str]
    advice: Mapping[str, str]
    usb: tuple[UsbRule, ...] = ()
    runtime: Runtime | None = None
    drive: str = ""

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))

    @property
    def shown_advice(self) -> str:
        return pick(dict(self.advice))


@dataclass(frozen=True)
class Catalogue:
    """All of boards.yaml; every mapping by key, in the file's order."""

    boards: Mapping[str, Board]
    look_alikes: Mapping[str, LookAlike]
    adapters: Mapping[str, Adapter]
    sensors: Mapping[str, Mapping[str, str]]
    pin_notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    image_sources: tuple[ImageSource, ...] = ()

    def _all(self) -> list[Board | LookAlike]:
        return [*self.boards.values(), *self.look_alikes.values()]

    def adapter(self, usb: Usb) -> Adapter | None:
        """What has this USB id; None if nobody knows it."""
        fitting = [
            (len(pattern), adapter)
            for adapter in self.adapters.values()
            for pattern in adapter.usb
            if _covers(pattern, usb.id)
        ]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def candidates(self, usb: Usb | None) -> list[Board | LookAlike]:
        """What a port with this USB device can be, boards first; [] if it is nothing known (or no USB).

        Only those that most speaks for: a Calliope's product text rules out the micro:bit.
        """
        if usb is None:
            return []
        adapter = self.adapter(usb)
        found: list[tuple[int, Board | LookAlike]] = []
        for one in self._all():
            points = [rule.strength(usb, adapter.key if adapter else "") for rule in one.usb]
            if fitting := [point for point in points if point is not None]:
                found.append((max(fitting), one))
        best = max((points for points, _one in found), default=0)
        return [one for points, one in found if points == best]

    def recognise(
        self, platform: str, machine: str, implementation: str = "micropython"
    ) -> Board | LookAlike | None:
        """What says this at its prompt; `platform` may be "" when only the banner is known."""
        for one in self._all():
            if one.runtime is not None and one.runtime.fits(implementation, platform, machine):
                return one
        return None


def load(text: str, path: str) -> Catalogue:
    """Read boards.yaml from `text`. Raises BadFile with `path` and the line of what is wrong."""
    top = read(text, path).fields(
        ("sensors", "pin_notes", "adapters", "image_sources", "boards", "look_alikes")
    )
    sensors = {key: entry.texts() for key, entry in top["sensors"].items().items()}
    notes = {key: entry.texts() for key, entry in top["pin_notes"].items().items()}
    adapters = {key: _adapter(key, entry) for key, entry in top["adapters"].items().items()}
    known = _Known(sensors, notes, adapters)
    return Catalogue(
        {key: _board(key, entry, known) for key, entry in top["boards"].items().items()},
        {key: _look_alike(key, entry, known) for key, entry in top["look_alikes"].items().items()},
        adapters,
        sensors,
        notes,
        _image_sources(top["image_sources"]),
    )


@cache
def catalogue() -> Catalogue:
    """The boards.yaml that came with makerlab, read once."""
    path = boards_file()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    return load(text, str(path))


def boards() -> list[Board]:
    """All boards that makerlab has programs for."""
    return list(catalogue().boards.values())


def candidates(usb: Usb | None) -> list[Board | LookAlike]:
    """See `Catalogue.candidates`."""
    return catalogue().candidates(usb)


def identify(platform: str, machine: str) -> Board | None:
    """The board whose MicroPython says this (sys.platform, os.uname().machine); None if it is none of
    ours. `platform` may be "" when only the banner is known."""
    found = catalogue().recognise(platform, machine)
    return found if isinstance(found, Board) else None


# -- reading the file --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """Keys that the entries of boards may refer to."""

    sensors: Mapping[str, Mapping[str, str]]
    pin_notes: Mapping[str, Mapping[str, str]]
    adapters: Mapping[str, Adapter]


def _adapter(key: str, entry: Entry) -> Adapter:
    fields = entry.fields(("name", "lines", "reset", "usb"))
    ids = fields["usb"].items()
    for text, name in ids.items():
        _check_usb_id(text, name)
    return Adapter(
        key,
        fields["name"].texts(),
        fields["lines"].flag(),
        fields["reset"].choice(RESETS),
        {text: name.text() for text, name in ids.items()},
    )


def _board(key: str, entry: Entry, known: _Known) -> Board:
    fields = entry.fields(
        ("name", "chip", "family", "usb", "runtime", "flash", "limits", "sensors", "pins"), ("images",)
    )
    flash = fields["flash"].fields(("method",), ("drive",))
    return Board(
        key,
        fields["name"].texts(),
        fields["chip"].text(),
        fields["family"].choice(FAMILIES),
        _usb_rules(fields["usb"], known),
        _runtime(fields["runtime"]),
        Flash(flash["method"].choice(FLASH_METHODS), flash["drive"].text() if "drive" in flash else ""),
        _limits(fields["limits"]),
        tuple(item.choice(known.sensors) for item in fields["sensors"].entries()),
        {name: _pin(name, pin, known) for name, pin in fields["pins"].items().items()},
        tuple(_image(item) for item in fields["images"].entries()) if "images" in fields else (),
    )


def _image(entry: Entry) -> Image:
    fields = entry.fields(("version", "file"), ("bundled",))
    file = fields["file"].text()
    if not re.fullmatch(r"[\w.-]+\.(bin|hex)", file, re.ASCII):
        raise fields["file"].wrong(
            _("“{file}” cannot be the name of an image.").format(file=file),
            _("Write it so: {example}").format(example="ESP32_GENERIC-20251209-v1.27.0.bin"),
        )
    bundled = fields["bundled"].integer(1, 2) if "bundled" in fields else 0
    return Image(fields["version"].text(), file, bundled)


def _image_sources(entry: Entry) -> tuple[ImageSource, ...]:
    if not entry.entries():
        raise entry.wrong(_("“{name}” should not be empty.").format(name=entry.name))
    return tuple(_image_source(item) for item in entry.entries())


def _image_source(entry: Entry) -> ImageSource:
    fields = entry.fields(("name", "address"), ("near",))
    address = fields["address"].text()
    if not re.fullmatch(r"https?://\S+/", address):
        raise fields["address"].wrong(
            _("“{address}” is no address of a folder.").format(address=address),
            _("Write it so: {example}").format(example="https://micropython.org/resources/firmware/"),
        )
    near = fields["near"].choice(LANGUAGES) if "near" in fields else ""
    return ImageSource(fields["name"].text(), address, near)


def _look_alike(key: str, entry: Entry, known: _Known) -> LookAlike:
    fields = entry.fields(("name", "advice"), ("usb", "runtime", "drive"))
    return LookAlike(
        key,
        fields["name"].texts(),
        fields["advice"].texts(),
        _usb_rules(fields["usb"], known) if "usb" in fields else (),
        _runtime(fields["runtime"]) if "runtime" in fields else None,
        fields["drive"].text() if "drive" in fields else "",
    )


def _usb_rules(entry: Entry, known: _Known) -> tuple[UsbRule, ...]:
    return tuple(_usb_rule(item, known) for item in entry.entries())


def _usb_rule(entry: Entry, known: _Known) -> UsbRule:
    fields = entry.fields((), ("adapter", "id", "serial", "product"))
    if ("adapter" in fields) == ("id" in fields):
        raise entry.wrong(_("A way to plug it in needs “adapter” or “id”, and not both."))
    if "id" in fields:
        _check_usb_id(fields["id"].text(), fields["id"])
    return UsbRule(
        fields["adapter"].choice(known.adapters) if "adapter" in fields else "",
        fields["id"].text() if "id" in fields else "",
        tuple(item.text() for item in fields["serial"].entries()) if "serial" in fields else (),
        fields["product"].pattern() if "product" in fields else None,
    )


def _runtime(entry: Entry) -> Runtime:
    fields = entry.fields((), ("implementation", "platform", "machine"))
    return Runtime(
        fields["implementation"].text() if "implementation" in fields else "micropython",
        fields["platform"].text() if "platform" in fields else "",
        fields["machine"].pattern() if "machine" in fields else None,
    )


def _limits(entry: Entry) -> Limits:
    fields = entry.fields(
        ("heap_bytes", "files", "file_system_bytes", "max_file_bytes", "name_bytes", "raw_paste",
         "in_flight_bytes", "piece_bytes", "pause_ms")
    )  # fmt: skip
    whole = fields["file_system_bytes"].integer(1024, 1 << 30)
    return Limits(
        heap_bytes=fields["heap_bytes"].integer(1024, 1 << 30),
        files=fields["files"].choice(FILE_SYSTEMS),
        file_system_bytes=whole,
        max_file_bytes=fields["max_file_bytes"].integer(1024, whole),
        name_bytes=fields["name_bytes"].integer(8, 255),
        raw_paste=fields["raw_paste"].flag(),
        in_flight_bytes=fields["in_flight_bytes"].integer(1, 1 << 16),
        piece_bytes=fields["piece_bytes"].integer(1, 1 << 16),
        pause_s=fields["pause_ms"].integer(0, 1000) / 1000,
    )


def _pin(name: str, entry: Entry, known: _Known) -> Pin:
    fields = entry.fields((), ("gpio", "can", "mind"))
    return Pin(
        name,
        fields["gpio"].integer(0, 63) if "gpio" in fields else None,
        tuple(item.choice(ABILITIES) for item in fields["can"].entries()) if "can" in fields else (),
        tuple(item.choice(known.pin_notes) for item in fields["mind"].entries()) if "mind" in fields else (),
    )


def _check_usb_id(text: str, entry: Entry) -> None:
    if not re.fullmatch(r"[0-9A-F]{4}:([0-9A-F]{4}|[0-9A-F]{0,3}\*)", text):
        raise entry.wrong(
            _("“{id}” is not a USB id.").format(id=text),
            _("Write it so: {example}").format(example='"1A86:7523", "2341:*"'),
        )


def _covers(pattern: str, usb_id: str) -> bool:
    """Whether a USB id of boards.yaml, perhaps with a * at its end, stands for `usb_id`."""
    return usb_id.startswith(pattern[:-1]) if pattern.endswith("*") else usb_id == pattern
