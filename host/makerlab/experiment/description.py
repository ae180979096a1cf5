"""experiment.yaml -> Experiment.

    title: {zh: 土壤湿度, en: Soil}
    question: {zh: 花盆里的土多久会干？, en: How soon does the soil of a flower pot dry out?}
    rate_hz: 1                          # the rate the program starts with
    scene: flower_pot                   # may be left out: what a virtual board should see of it
    channels:                           # by the names the program gives them, in its order
      soil: {title: {zh: 土壤湿度, en: soil moisture}, unit: percent}      # no unit: a plain number
    mind:                               # what to watch for
      - {zh: 金属部分不要全部没入土中。, en: Leave its upper edge out of the soil.}
    boards:                             # by a board's key in boards.yaml, or its family
      esp32:
        program: soil_esp32.py          # a file beside this one
        connect: {soil_moisture: {signal: D34}}   # sensors of sensors.yaml, and the pins for their signals:
                                                  # those proposed there for the board, unless they stand here
      microbit:
        program: soil_microbit.py
        wiring: [{pin: P0, to: {zh: 探头, en: the probe}}]    # other parts
        units: {soil: mV}               # where this program measures in another unit
        without: [air]                  # channels that this board cannot measure

Strict: every complaint names the file and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makerlab.boards import Board
from makerlab.experiment.model import ChannelInfo, Edition, Experiment, Wire
from makerlab.i18n import LANGUAGES, _
from makerlab.sensors import Sensor, SensorCatalogue, fit_pin
from makerlab.yamlfile import Entry, read

MIN_HZ, MAX_HZ = 0.002, 10_000.0
"""What firmware/lab can do."""
NOT_IN_NAMES = ", /\t"
"""What the wire does not allow in a channel's name (a unit may hold a slash: m/s2)."""


def describe(
    text: str,
    path: str,
    name: str,
    read_program: Callable[[str], str],
    boards: Mapping[str, Board],
    sensors: SensorCatalogue,
) -> Experiment:
    """The experiment that `text`, the content of the file `path`, describes: an edition for each board.

    `read_program` gives the text of a file beside it; `boards` are all boards by their keys. Raises BadFile,
    and whatever `read_program` does for a file that is not there.
    """
    top = read(text, path).fields(("title", "question", "rate_hz", "channels", "mind", "boards"), ("scene",))
    channels = {key: _channel(entry) for key, entry in _channel_entries(top["channels"])}
    served = _served(top["boards"], boards)
    return Experiment(
        name,
        {
            board.key: _edition(entry, read_program, channels, board, sensors)
            for key, entry in top["boards"].items().items()
            for board in served[key]
        },
        top["title"].texts(),
        top["question"].texts(),
        top["rate_hz"].number(MIN_HZ, MAX_HZ),
        channels,
        tuple(entry.texts() for entry in top["mind"].entries()),
        top["scene"].text() if "scene" in top else "",
    )


def _channel_entries(entry: Entry) -> list[tuple[str, Entry]]:
    found = list(entry.items().items())
    if not found:
        raise entry.wrong(_("An experiment has at least one channel."))
    for name, channel in found:
        if any(char in name for char in NOT_IN_NAMES):
            raise channel.wrong(_("“{name}” cannot be a channel's name.").format(name=name),
                                _("Use no spaces, commas or slashes."))  # fmt: skip
    return found


def _channel(entry: Entry) -> ChannelInfo:
    fields = entry.fields(("title",), ("unit",))
    return ChannelInfo(fields["title"].texts(), _unit(fields["unit"]) if "unit" in fields else "")


def _unit(entry: Entry) -> str:
    unit = entry.text()
    if any(char in unit for char in NOT_IN_NAMES if char != "/"):
        raise entry.wrong(_("“{name}” cannot be a unit.").format(name=unit), _("Use no spaces or commas."))
    return unit


def _served(entry: Entry, boards: Mapping[str, Board]) -> dict[str, list[Board]]:
    """Which boards each entry of `boards:` is for."""
    keys = entry.items()
    families = {board.family for board in boards.values()}
    for key, edition in keys.items():
        if key not in boards and key not in families:
            raise edition.wrong(
                _("There is no board “{key}”.").format(key=key),
                _("Possible here: {words}.").format(words=_(", ").join(dict.fromkeys([*boards, *families]))),
            )
    # A board's own entry comes before its family's; "esp32" is both.
    return {
        key: [
            board
            for board in boards.values()
            if key == board.key or (key == board.family and board.key not in keys)
        ]
        for key in keys
    }


def _edition(
    entry: Entry,
    read_program: Callable[[str], str],
    channels: Mapping[str, ChannelInfo],
    board: Board,
    known: SensorCatalogue,
) -> Edition:
    fields = entry.fields(("program",), ("connect", "wiring", "units", "without"))
    file = fields["program"].text()
    if not file.endswith(".py") or "/" in file or "\\" in file:
        raise fields["program"].wrong(_("“program” should be the name of a .py file in the same folder."))
    connect = fields["connect"].items() if "connect" in fields else {}
    wires: list[Wire] = []
    for name, pins in connect.items():
        sensor = known.sensors[_fitting(name, pins, board, known)]
        wires += _connected(pins, sensor, board, known)
    if "wiring" in fields:
        wires += [_wire(item, board, known) for item in fields["wiring"].entries()]
    units = fields["units"].fields((), channels) if "units" in fields else {}
    without = fields["without"].entries() if "without" in fields else []
    return Edition(
        file,
        read_program(file),
        tuple(connect),
        tuple(wire for index, wire in enumerate(wires) if wire not in wires[:index]),
        {name: _unit(unit) for name, unit in units.items()},
        frozenset(item.choice(channels) for item in without),
    )


def _fitting(name: str, entry: Entry, board: Board, known: SensorCatalogue) -> str:
    """`name`, if it is a sensor that works with `board`."""
    there = [key for key, sensor in known.sensors.items() if board.key in sensor.boards]
    if name not in there:
        raise entry.wrong(
            _("There is no sensor “{key}” for {board}.").format(key=name, board=board.shown_name),
            _("Possible here: {words}.").format(words=_(", ").join(there)),
        )
    return name


def _connected(entry: Entry, sensor: Sensor, board: Board, known: SensorCatalogue) -> list[Wire]:
    """The wires of a sensor: several sensors on one bus share theirs."""
    given = entry.fields((), sensor.connection.signals)
    own = {signal: fit_pin(pin, board, sensor.connection.signals[signal]) for signal, pin in given.items()}
    pins = {**known.supplies[board.family], **sensor.connection.boards[board.key], **own}
    return [
        Wire(pins[goes_to], known.wire_names.get(printed) or dict.fromkeys(LANGUAGES, printed))
        for printed, goes_to in sensor.wires.items()
    ]


def _wire(entry: Entry, board: Board, known: SensorCatalogue) -> Wire:
    fields = entry.fields(("pin", "to"))
    pin = fields["pin"].text()
    supply = known.supplies[board.family]
    possible = [supply["power"], supply["ground"], *board.pins]
    if pin not in possible:
        raise fields["pin"].wrong(
            _("{board} has no pin “{pin}”.").format(board=board.shown_name, pin=pin),
            _("Possible here: {words}.").format(words=_(", ").join(possible)),
        )
    return Wire(pin, fields["to"].texts())
