"""experiment.yaml -> Experiment.

    title: {zh: 光线, en: Light}
    summary: {zh: 测有多亮。, en: Measures how bright it is.}
    rate_hz: 10                         # the rate the program starts with
    channels:                           # by the names the program gives them, in its order
      light: {title: {zh: 光线, en: light}}                    # unit: may be left out for a plain number
    boards:                             # by a board's key in boards.yaml, or its family
      esp32:
        program: light_esp32.py         # a file beside this one
        units: {light: mV}              # where this program measures in another unit
        wiring: [{pin: D34, to: {zh: 光敏电阻, en: the light-dependent resistor}}]
      microbit: {program: light_microbit.py}

Strict: every complaint names the file and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makerlab.boards import Board
from makerlab.experiment.model import ChannelInfo, Edition, Experiment, Wire
from makerlab.i18n import _
from makerlab.yamlfile import Entry, read

POWER_PINS = ("3V3", "GND")
"""On every board, whatever else it has; a micro:bit prints 3V, which is the same."""
MIN_HZ, MAX_HZ = 0.002, 10_000.0
"""What firmware/lab can do."""
NOT_IN_NAMES = ", /\t"
"""What the wire does not allow in a channel's name (a unit may hold a slash: m/s2)."""


def describe(
    text: str, path: str, name: str, read_program: Callable[[str], str], boards: Mapping[str, Board]
) -> Experiment:
    """The experiment that `text`, the content of the file `path`, describes.

    `read_program` gives the text of a file beside it; `boards` are all boards by their keys. Raises BadFile,
    and whatever `read_program` does for a file that is not there.
    """
    top = read(text, path).fields(("title", "summary", "rate_hz", "channels", "boards"))
    channels = {key: _channel(entry) for key, entry in _channel_entries(top["channels"])}
    served = _served(top["boards"], boards)
    return Experiment(
        name,
        {
            key: _edition(entry, read_program, channels, served[key])
            for key, entry in top["boards"].items().items()
        },
        top["title"].texts(),
        top["summary"].texts(),
        top["rate_hz"].number(MIN_HZ, MAX_HZ),
        channels,
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
                _("Possible here: {words}.").format(words=", ".join(dict.fromkeys([*boards, *families]))),
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
    served: list[Board],
) -> Edition:
    fields = entry.fields(("program",), ("wiring", "units"))
    file = fields["program"].text()
    if not file.endswith(".py") or "/" in file or "\\" in file:
        raise fields["program"].wrong(_("“program” should be the name of a .py file in the same folder."))
    units = fields["units"].fields((), channels) if "units" in fields else {}
    return Edition(
        file,
        read_program(file),
        tuple(_wire(item, served) for item in fields["wiring"].entries()) if "wiring" in fields else (),
        {name: _unit(unit) for name, unit in units.items()},
    )


def _wire(entry: Entry, served: list[Board]) -> Wire:
    fields = entry.fields(("pin", "to"))
    pin = fields["pin"].text()
    for board in served:
        if pin not in POWER_PINS and pin not in board.pins:
            raise fields["pin"].wrong(
                _("{board} has no pin “{pin}”.").format(board=board.shown_name, pin=pin),
                _("Possible here: {words}.").format(words=", ".join([*POWER_PINS, *board.pins])),
            )
    return Wire(pin, fields["to"].texts())
