"""firmware/sensors/sensors.yaml as values: what each sensor measures, how it is wired, what to mind.

The drivers themselves are never imported here; tests hold them and this file together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Literal

from makerlab.boards import Board, Catalogue, Family, catalogue
from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import _, pick
from makerlab.resources import firmware_dir
from makerlab.yamlfile import Entry, read

FILE = "sensors/sensors.yaml"

Line = Literal["input", "output", "both", "adc"]
LINES: tuple[Line, ...] = ("input", "output", "both", "adc")
Identity = Literal["id", "answer", "none"]
IDENTITIES: tuple[Identity, ...] = ("id", "answer", "none")
POWER, GROUND = "power", "ground"

NOT_FOR_SENSORS = ("console", "usb", "memory", "reserved", "strapping", "display", "button", "led")
"""A pin with one of these notes (boards.yaml) is taken, or decides how the board starts."""
MAX_RATE_HZ = 1000
MAX_MEASURE_MS = 10_000
I2C_ADDRESSES = (0x08, 0x77)
"""What is below and above is reserved (NXP UM10204, table 3)."""


@dataclass(frozen=True)
class Quantity:
    """One thing a sensor measures: `lab.channel(key, unit, read, scale)`.

    `low` and `high` are in `unit`; `read` is what to call of the driver; `boards` are those that have it.
    """

    key: str
    name: Mapping[str, str]
    unit: str
    scale: str
    read: str
    low: float
    high: float
    accuracy: str
    boards: tuple[str, ...]

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))


@dataclass(frozen=True)
class Connection:
    """A way to hang a sensor on a board: what each line must be able to do, and the pins proposed for each
    board by their printed names. `needs` is what a program imports for it, "" for nothing."""

    key: str
    name: Mapping[str, str]
    needs: str
    signals: Mapping[str, Line]
    boards: Mapping[str, Mapping[str, str]]

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))


@dataclass(frozen=True)
class Wire:
    """One wire: from what is printed on the sensor to what is printed on the board."""

    sensor: str
    board: str


@dataclass(frozen=True)
class Sensor:
    """A sensor and its driver.

    module      the driver's file; `make` is the expression that makes one, "" where the module has functions
    addresses   on I2C, the usual one first
    wires       what is printed on it: a signal of its connection, POWER or GROUND
    identity    how the driver knows the chip: a register with its id, an answer only it gives, or not at all
    rate_hz     a sensible rate; it and `scale` of quantities are kept as they are written
    """

    key: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    module: str
    make: str
    connection: Connection
    boards: tuple[str, ...]
    addresses: tuple[int, ...]
    wires: Mapping[str, str]
    identity: Identity
    measure_ms: int
    rate_hz: str
    quantities: Mapping[str, Quantity]
    notes: tuple[str, ...]

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))

    @property
    def shown_about(self) -> str:
        return pick(dict(self.about))

    def on(self, board: str) -> list[Quantity]:
        """What it measures on a board (its key)."""
        return [one for one in self.quantities.values() if board in one.boards]


@dataclass(frozen=True)
class SensorCatalogue:
    """All of sensors.yaml; every mapping by key, in the file's order. What takes a board expects one of the
    sensor's boards."""

    sensors: Mapping[str, Sensor]
    notes: Mapping[str, Mapping[str, str]]
    wire_names: Mapping[str, Mapping[str, str]]
    supplies: Mapping[Family, Mapping[str, str]]

    def wiring(self, sensor: Sensor, board: Board) -> list[Wire]:
        """How to wire it to a board, in the user's language."""
        pins = {**self.supplies[board.family], **sensor.connection.boards[board.key]}
        return [
            Wire(pick(dict(self.wire_names.get(name, {}))) or name, pins[goes_to])
            for name, goes_to in sensor.wires.items()
        ]

    def shown_notes(self, sensor: Sensor, board: Board) -> list[str]:
        """What to mind with it on this board, in the user's language."""
        own = self.supplies[board.family].get("note") if sensor.wires else None
        return [pick(dict(self.notes[key])) for key in (*sensor.notes, *([own] if own else []))]

    def rivals(self, sensor: Sensor) -> list[Sensor]:
        """Those that come with the same I2C address: both on one bus disturb each other."""
        return [
            other
            for other in self.sensors.values()
            if other is not sensor and set(other.addresses[:1]) & set(sensor.addresses[:1])
        ]

    def program(self, sensor: Sensor, board: Board) -> str:
        """The few lines that measure with it on this board, to copy."""
        quantities = sensor.on(board.key)
        if sensor.make:
            made = sensor.make.partition("(")[0]
            numbers = {
                signal: pin_number(board, pin) for signal, pin in sensor.connection.boards[board.key].items()
            }
            imports = [f"from {sensor.module} import {made}"]
            lines = [f"sensor = {sensor.make.format(**numbers)}"]
            reads = [f"sensor.{one.read}" for one in quantities]
        else:
            reads = [one.read for one in quantities]
            imports = [f"from {sensor.module} import {', '.join(dict.fromkeys(reads))}"]
            lines = []
        imports += [sensor.connection.needs] if sensor.connection.needs else []
        for one, call in zip(quantities, reads, strict=True):
            scale = "" if one.scale == "1" else f", {one.scale}"
            lines.append(f'channel("{one.key}", "{one.unit}", {call}{scale})')
        # lab first: its biggest function needs 1.2 KB in one piece, which a micro:bit V1 may not have any
        # more once a driver has been compiled.
        first = "from lab import channel, run"
        return "\n".join([first, *sorted(imports), "", *lines, f"run({sensor.rate_hz})", ""])


def load(text: str, path: str, boards: Catalogue) -> SensorCatalogue:
    """Read sensors.yaml from `text`; `boards` says what pins there are. Raises BadFile with `path` and the
    line of what is wrong."""
    top = read(text, path).fields(("supplies", "wire_names", "connections", "notes", "sensors"))
    notes = {key: entry.texts() for key, entry in top["notes"].items().items()}
    supplies = top["supplies"].fields(_families(boards))
    connections = {key: _connection(key, entry, boards) for key, entry in top["connections"].items().items()}
    wire_names = {key: entry.texts() for key, entry in top["wire_names"].items().items()}
    return SensorCatalogue(
        {key: _sensor(key, entry, connections, notes) for key, entry in top["sensors"].items().items()},
        notes,
        wire_names,
        {family: _supply(supplies[family], notes) for family in _families(boards)},
    )


@cache
def sensors() -> SensorCatalogue:
    """The sensors.yaml that came with makerlab, read once."""
    path = firmware_dir() / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    return load(text, str(path), catalogue())


# -- reading the file --------------------------------------------------------------------------------------


def _families(boards: Catalogue) -> list[Family]:
    return list(dict.fromkeys(board.family for board in boards.boards.values()))


def _supply(entry: Entry, notes: Mapping[str, object]) -> dict[str, str]:
    fields = entry.fields((POWER, GROUND), ("note",))
    if "note" in fields:
        fields["note"].choice(notes)
    return {key: value.text() for key, value in fields.items()}


def _connection(key: str, entry: Entry, boards: Catalogue) -> Connection:
    fields = entry.fields(("name", "signals", "boards"), ("import",))
    signals = {name: line.choice(LINES) for name, line in fields["signals"].items().items()}
    pins: dict[str, dict[str, str]] = {}
    for board_key, places in fields["boards"].items().items():
        board = boards.boards[_key(board_key, places, boards.boards)]
        pins[board_key] = {
            signal: fit_pin(place, board, signals[signal])
            for signal, place in places.fields(list(signals)).items()
        }
    needs = fields["import"].text() if "import" in fields else ""
    return Connection(key, fields["name"].texts(), needs, signals, pins)


def fit_pin(entry: Entry, board: Board, line: Line) -> str:
    """The pin of `board` that `entry` names, if it can do what `line` asks. Raises BadFile."""
    name = entry.text()
    pin = board.pins.get(name)
    if pin is None:
        raise entry.wrong(
            _("{board} has no pin “{pin}”.").format(board=board.shown_name, pin=name),
            _("Possible here: {words}.").format(words=_(", ").join(board.pins)),
        )
    able = "adc" in pin.can if line == "adc" else line == "input" or "input_only" not in pin.mind
    if not able or any(note in NOT_FOR_SENSORS for note in pin.mind):
        raise entry.wrong(
            _("Pin “{pin}” of {board} is not fit for this ({line}).").format(
                pin=name, board=board.shown_name, line=line
            ),
            _("Choose another; boards.yaml says what each pin can do."),
        )
    return name


def _sensor(
    key: str, entry: Entry, connections: Mapping[str, Connection], notes: Mapping[str, object]
) -> Sensor:
    fields = entry.fields(
        ("name", "about", "module", "connection", "boards", "identity", "measure_ms", "rate_hz", "quantities",
         "notes"),
        ("make", "addresses", "wires"),
    )  # fmt: skip
    connection = connections[fields["connection"].choice(connections)]
    boards = tuple(item.choice(connection.boards) for item in fields["boards"].entries())
    wires = fields["wires"].items() if "wires" in fields else {}
    ends = (POWER, GROUND, *connection.signals)
    return Sensor(
        key,
        fields["name"].texts(),
        fields["about"].texts(),
        fields["module"].text(),
        _expression(fields["make"], connection) if "make" in fields else "",
        connection,
        boards,
        tuple(_address(item) for item in fields["addresses"].entries()) if "addresses" in fields else (),
        {name: end.choice(ends) for name, end in wires.items()},
        fields["identity"].choice(IDENTITIES),
        fields["measure_ms"].integer(1, MAX_MEASURE_MS),
        _plain_number(fields["rate_hz"], 0.01, MAX_RATE_HZ),
        {name: _quantity(name, one, boards) for name, one in fields["quantities"].items().items()},
        tuple(item.choice(notes) for item in fields["notes"].entries()),
    )


def _quantity(key: str, entry: Entry, boards: Sequence[str]) -> Quantity:
    fields = entry.fields(("name", "scale", "read", "range"), ("unit", "accuracy", "boards"))
    limits = [item.number(-1e9, 1e9) for item in fields["range"].entries()]
    if len(limits) != 2 or not limits[0] < limits[1]:
        raise fields["range"].wrong(_("A range is two numbers, the smaller one first."))
    return Quantity(
        key,
        fields["name"].texts(),
        fields["unit"].text() if "unit" in fields else "",
        _plain_number(fields["scale"], 1e-9, 1e9),
        fields["read"].text(),
        limits[0],
        limits[1],
        fields["accuracy"].text() if "accuracy" in fields else "",
        tuple(item.choice(boards) for item in fields["boards"].entries())
        if "boards" in fields
        else tuple(boards),
    )


def _expression(entry: Entry, connection: Connection) -> str:
    """What makes a sensor, with its placeholders checked."""
    text = entry.text()
    try:
        names = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        names = [text]
    for name in names:
        if name not in connection.signals:
            raise entry.wrong(
                _("“{key}” is not known here.").format(key=name),
                _("Possible here: {words}.").format(words=_(", ").join(connection.signals)),
            )
    return text


def _address(entry: Entry) -> int:
    text = entry.text()
    low, high = I2C_ADDRESSES
    if re.fullmatch(r"0x[0-9A-F]{2}", text) and low <= int(text, 16) <= high:
        return int(text, 16)
    raise entry.wrong(
        _("“{value}” is not an I2C address.").format(value=text),
        _("Write it so: {example}").format(example='"0x23"'),
    )


def _plain_number(entry: Entry, low: float, high: float) -> str:
    """A number as it is written: programs and tables show it so."""
    entry.number(low, high)
    return entry.text()


def _key(key: str, entry: Entry, known: Mapping[str, object]) -> str:
    if key not in known:
        raise entry.wrong(
            _("“{key}” is not known here.").format(key=key),
            _("Possible here: {words}.").format(words=_(", ").join(known)),
        )
    return key


def pin_number(board: Board, pin: str) -> str:
    """How a program calls a pin: its GPIO number, on a micro:bit the number behind the P."""
    gpio = board.pins[pin].gpio
    return pin.lstrip("P") if gpio is None else str(gpio)
