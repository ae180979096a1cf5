"""What the sensors of a virtual board see: for each quantity, a curve over the board's time.

A scene is data (scenes.yaml, a file of the user's or of a lesson). A quantity's curve is the sum of its
parts, which may be spoilt by faults:

    warm_cup:
      title: {zh: 一杯热水, en: a cup of hot water}
      like: classroom
      quantities:
        temperature_c: [{cooling: {from: 60, to: 22, half_s: 120}}, {noise: 0.05}]
        light_lux: [{constant: 300}, {drop_out: {every_s: 30, for_s: 2}}]
        distance_mm: [{steps: [{value: 100, for_s: 5}, {parts: [{constant: 200}, {noise: 2}], for_s: 3}]}]
        sound_db: [{replay: {file: data/break.csv, column: sound}}]
        button: [{presses: {at_s: [2, 14.5], for_s: 0.3}}]
      gestures: [{gesture: shake, at_s: 4, for_s: 1}]
      unplugged: [dht]
      wiring: {"34": sound_db}
      chips: {sht3x: bad_checksum, tcs34725: present}

Pure: the same seed and the same time always give the same value.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from makerlab.i18n import _
from makerlab.virtual.devices import NAMES
from makerlab.virtual.devices.device import STATES
from makerlab.virtual.gestures import GESTURES, gesture
from makerlab.virtual.moment import Moment, Part
from makerlab.virtual.replay import replay
from makerlab.yamlfile import Entry, read

MAX_S = 1e7
"""Longest period or duration in a scene: four months."""
MAX_STEPS = 1000
"""Of one curve, and presses and gestures of one scene."""
MAX_NESTED = 3
"""Steps within steps."""


class Quantity(NamedTuple):
    """What a scene can tell of: values stay within `low` and `high`; `usual` where a scene says nothing."""

    low: float
    high: float
    usual: float


QUANTITIES = {
    "temperature_c": Quantity(-40, 125, 22),
    "probe_temperature_c": Quantity(-55, 125, 22),  # waterproof probes (DS18B20) in the things measured
    "probe_2_temperature_c": Quantity(-55, 125, 22),
    "chip_temperature_c": Quantity(-40, 125, 45),  # a chip is warmer than the room
    "humidity_percent": Quantity(0, 100, 48),
    "pressure_hpa": Quantity(300, 1100, 1013.25),
    "light_lux": Quantity(0, 100_000, 320),
    "red": Quantity(0, 1, 0.4),  # share of the light that a white surface would throw back
    "green": Quantity(0, 1, 0.4),
    "blue": Quantity(0, 1, 0.4),
    "acceleration_x_mg": Quantity(-16_000, 16_000, 0),
    "acceleration_y_mg": Quantity(-16_000, 16_000, 0),
    "acceleration_z_mg": Quantity(-16_000, 16_000, 1000),
    "rotation_x_dps": Quantity(-2000, 2000, 0),
    "rotation_y_dps": Quantity(-2000, 2000, 0),
    "rotation_z_dps": Quantity(-2000, 2000, 0),
    "magnetic_x_ut": Quantity(-4900, 4900, 20),
    "magnetic_y_ut": Quantity(-4900, 4900, 0),
    "magnetic_z_ut": Quantity(-4900, 4900, -43),
    "sound_db": Quantity(0, 130, 42),
    "distance_mm": Quantity(0, 5000, 400),
    "soil_moisture_percent": Quantity(0, 100, 40),
    "weight_g": Quantity(-10_000, 10_000, 0),
    "voltage_mv": Quantity(0, 26_000, 1650),
    "current_ma": Quantity(-3200, 3200, 20),
    "touch": Quantity(0, 1, 0),  # how much of a finger is on a touch pin
    "button": Quantity(0, 1, 0),  # 1 while it is pressed; a micro:bit's button A
    "motion": Quantity(0, 1, 0),  # 1 while somebody moves in front of a PIR sensor
    "button_b": Quantity(0, 1, 0),
}
"""Every quantity by its name in scenes, with the unit in the name."""

WEIGHT_CLOCK = "weight_clock"
"""In a scene's wiring: the clock of the HX711 whose data pin is wired to weight_g."""

PARTS = ("i2c", "dht", "onewire", "echo", "analog")
"""What a scene can unplug: all chips on I2C buses, DHT sensors, 1-Wire probes, distance sensors, and whatever
gives a voltage."""


FINGERS = ("touch", "button", "button_b", "motion")
"""Quantities that are there or not, and that a program may wait for by asking again and again."""
FINGER_STEP_S = 0.02
"""How near to each other a finger's curve may change where nothing better is known (hardware.buttons)."""


@dataclass(frozen=True)
class Faults:
    """How a sensor fails: it does not answer (`drop_outs`, for ever from `gone_s` on) or repeats what it said
    last (from `stuck_s` on). Times are seconds of the board's."""

    drop_outs: tuple[tuple[float, float], ...] = ()
    """(every_s, for_s): for_s at the end of every every_s."""
    gone_s: float = math.inf
    stuck_s: float = math.inf

    def silent(self, t: float) -> bool:
        return t >= self.gone_s or any(t % every >= every - lasts for every, lasts in self.drop_outs)


@dataclass(frozen=True)
class Curve:
    """One quantity over time: the sum of `parts`, within what the quantity can be."""

    quantity: Quantity
    parts: tuple[Part, ...] = ()
    faults: Faults = Faults()
    edges: tuple[Edges, ...] | None = None
    """When parts change all at once, if they change in no other way; else None."""

    def next_edge(self, t: float) -> float:
        """When it changes next after `t`: no later than that."""
        if self.edges is None:
            return t + FINGER_STEP_S
        return min((edge(t) for edge in self.edges), default=math.inf)

    def value(self, t: float, seed: int, stream: int) -> float | None:
        """At time `t`; None when the sensor does not answer."""
        if self.faults.silent(t):
            return None
        t = min(t, self.faults.stuck_s)
        total = sum(part(Moment(t, seed, stream + index)) for index, part in enumerate(self.parts))
        if not self.parts:
            total = self.quantity.usual
        return min(max(total, self.quantity.low), self.quantity.high)


@dataclass(frozen=True)
class Scene:
    """A scene for one board. `seed` makes two boards in the same scene differ a little, as real ones do."""

    title: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    unplugged: frozenset[str] = frozenset()
    """Which of PARTS are not there at all."""
    wiring: Mapping[str, str] = field(default_factory=dict)
    """What is connected to which pin (its name or GPIO number): a quantity's name, or WEIGHT_CLOCK."""
    seed: int = 0
    chips: Mapping[str, str] = field(default_factory=dict)
    """What some chips (devices.NAMES) are like: one of device.STATES. Where two have the same address, the
    one named here has it."""

    def value(self, quantity: str, t: float) -> float | None:
        """`quantity` (a key of QUANTITIES) at `t` seconds; None when its sensor does not answer."""
        curve = self.curves.get(quantity) or Curve(QUANTITIES[quantity])
        return curve.value(t, self.seed, _STREAMS[quantity])

    def flawless(self, quantity: str, t: float) -> float:
        """The same without any fault: there is always an answer."""
        curve = replace(self.curves.get(quantity) or Curve(QUANTITIES[quantity]), faults=Faults())
        value = curve.value(t, self.seed, _STREAMS[quantity])
        assert value is not None
        return value

    def next_edge(self, quantity: str, t: float) -> float:
        """When next after `t` a quantity of FINGERS may change: no later than that, infinity for never."""
        return self.curves[quantity].next_edge(t) if quantity in self.curves else math.inf

    def next_touch(self, t: float) -> float:
        """The same for all of them."""
        return min(self.next_edge(name, t) for name in FINGERS)

    def with_seed(self, seed: int) -> Scene:
        return replace(self, seed=seed)


_STREAMS = {name: 1000 * index for index, name in enumerate(QUANTITIES)}


# -- the parts of a curve ----------------------------------------------------------------------------------

Edges = Callable[[float], float]
"""When next after a time a part changes all at once; infinity for never."""


def constant(value: float) -> Part:
    return lambda moment: value


def ramp(start: float, end: float, over_s: float) -> Part:
    """From `start` to `end` within `over_s`, and there it stays."""
    return lambda moment: start + (end - start) * min(1.0, moment.t / over_s)


def sine(amplitude: float, period_s: float, phase_deg: float = 0) -> Part:
    return lambda moment: amplitude * math.sin(2 * math.pi * moment.t / period_s + math.radians(phase_deg))


def cooling(start: float, end: float, half_s: float) -> Part:
    """Newton's law: half the way to `end` is done after every `half_s`. Warming as well."""
    return lambda moment: end + (start - end) * 0.5 ** (moment.t / half_s)


def pendulum(amplitude: float, period_s: float, half_s: float) -> Part:
    """A swing that has lost half its width after every `half_s`."""
    swing = sine(amplitude, period_s, 90)
    return lambda moment: swing(moment) * 0.5 ** (moment.t / half_s)


def day(low: float, high: float, day_s: float) -> Part:
    """`low` at midnight, `high` at noon; a day that takes `day_s` and begins at six in the morning."""
    middle, half = (low + high) / 2, (high - low) / 2
    return lambda moment: middle + half * math.sin(2 * math.pi * moment.t / day_s)


def pulse(height: float, every_s: float, for_s: float) -> Part:
    """`height` for `for_s` at the end of every `every_s`, else nothing."""
    return lambda moment: height if moment.t % every_s >= every_s - for_s else 0.0


def pulse_edges(_height: float, every_s: float, for_s: float) -> Edges:
    def edges(t: float) -> float:
        end = (t // every_s + 1) * every_s
        return next(edge for edge in (end - for_s, end, end + every_s - for_s, end + every_s) if edge > t)

    return edges


def presses(at_s: Sequence[float], for_s: float) -> tuple[Part, Edges]:
    """1 for `for_s` from each of `at_s` (in order) on: somebody presses a button."""

    def part(moment: Moment) -> float:
        index = bisect_right(at_s, moment.t) - 1
        return 1.0 if index >= 0 and moment.t < at_s[index] + for_s else 0.0

    changes = sorted([*at_s, *(at + for_s for at in at_s)])

    def edges(t: float) -> float:
        index = bisect_right(changes, t)
        return changes[index] if index < len(changes) else math.inf

    return part, edges


def steps(pieces: Sequence[tuple[float, Sequence[Part]]]) -> tuple[Part, Edges]:
    """One piece after the other: (for_s, its parts), whose own time begins with it. The last one stays."""
    starts = [0.0, *accumulate(for_s for for_s, _parts in pieces)][:-1]

    def part(moment: Moment) -> float:
        index = max(0, bisect_right(starts, moment.t) - 1)
        stream = moment.stream + STEP_STREAMS * (index + 1)
        t = moment.t - starts[index]
        return sum(
            inner(Moment(t, moment.seed, stream + number)) for number, inner in enumerate(pieces[index][1])
        )

    def edges(t: float) -> float:
        index = bisect_right(starts, t)
        return starts[index] if index < len(starts) else math.inf

    return part, edges


STEP_STREAMS = 1 << 20
"""Random streams of one step; far more than it has parts."""


def wander(spread: float, over_s: float) -> Part:
    """A smooth, random coming and going by at most `spread`, changing its mind every `over_s`."""

    def part(moment: Moment) -> float:
        whole, share = divmod(moment.t / over_s, 1)
        before, after = (2 * moment.uniform(int(whole) + step) - 1 for step in (0, 1))
        return spread * (before + (after - before) * share * share * (3 - 2 * share))

    return part


NOISE_STEP_S = 0.0005
"""Noise is another one after this; readings nearer to each other repeat it."""


def noise(spread: float) -> Part:
    """Random, bell-shaped, with standard deviation `spread`."""

    def part(moment: Moment) -> float:
        first = 12 * int(moment.t / NOISE_STEP_S)
        return spread * (sum(moment.uniform(first + index) for index in range(12)) - 6)

    return part


# -- reading a file ----------------------------------------------------------------------------------------

_PARTS: dict[str, tuple[Callable[..., Part], tuple[str, ...], tuple[str, ...]]] = {
    "ramp": (ramp, ("from", "to", "over_s"), ()),
    "sine": (sine, ("amplitude", "period_s"), ("phase_deg",)),
    "cooling": (cooling, ("from", "to", "half_s"), ()),
    "pendulum": (pendulum, ("amplitude", "period_s", "half_s"), ()),
    "day": (day, ("low", "high", "day_s"), ()),
    "pulse": (pulse, ("height", "every_s", "for_s"), ()),
    "wander": (wander, ("spread", "over_s"), ()),
}
"""Name in a scene: function, needed fields in the order of its arguments, optional ones."""

_PLAIN_PARTS = {"constant": constant, "noise": noise}
_OTHER_PARTS = ("steps", "presses", "replay")
_FAULTS = ("drop_out", "stuck", "unplugged")

ReadFile = Callable[[str], str]
"""The text of a file that a scene names. Raises LookupError where there is none."""


def _no_files(name: str) -> str:
    raise LookupError(name)


def load(
    text: str, path: str, known: Mapping[str, Scene] | None = None, read_file: ReadFile = _no_files
) -> dict[str, Scene]:
    """The scenes in `text` by name; `like` may name one above, or one of `known`; `read_file` gives the files
    to replay. Raises BadFile with `path` and the line of what is wrong."""
    scenes: dict[str, Scene] = {}
    for name, entry in read(text, path).items().items():
        scenes[name] = _scene(entry, {**(known or {}), **scenes}, read_file)
    return scenes


def _scene(entry: Entry, known: Mapping[str, Scene], read_file: ReadFile) -> Scene:
    fields = entry.fields((), ("title", "like", "quantities", "gestures", "unplugged", "wiring", "chips"))
    like = known[fields["like"].choice(known)] if "like" in fields else Scene()
    quantities = fields["quantities"].items() if "quantities" in fields else {}
    wiring = fields["wiring"].items() if "wiring" in fields else {}
    unplugged = fields["unplugged"].entries() if "unplugged" in fields else []
    chips = fields["chips"].items() if "chips" in fields else {}
    own = {
        _known(name, QUANTITIES, curve): _curve(name, curve, read_file) for name, curve in quantities.items()
    }
    curves = {**like.curves, **own}
    if "gestures" in fields:
        curves |= _moved(curves, fields["gestures"])
    return Scene(
        fields["title"].texts() if "title" in fields else {},
        curves,
        like.unplugged | {item.choice(PARTS) for item in unplugged},
        {**like.wiring, **{pin: item.choice((*QUANTITIES, WEIGHT_CLOCK)) for pin, item in wiring.items()}},
        chips={
            **like.chips,
            **{_known(name, NAMES, item): item.choice(STATES) for name, item in chips.items()},
        },
    )


def _known(name: str, names: Collection[str], entry: Entry) -> str:
    if name not in names:
        raise entry.wrong(
            _("“{key}” is not known here.").format(key=name),
            _("Possible here: {words}.").format(words=_(", ").join(names)),
        )
    return name


def _curve(name: str, entry: Entry, read_file: ReadFile) -> Curve:
    parts: list[Part] = []
    edges: list[Edges] | None = []
    drop_outs: list[tuple[float, float]] = []
    gone_s = stuck_s = math.inf
    for item in entry.entries():
        kind, value = _kind(item)
        if kind == "drop_out":
            fields = value.fields(("every_s", "for_s"))
            every_s = fields["every_s"].number(0.001, MAX_S)
            drop_outs.append((every_s, fields["for_s"].number(0, every_s)))
        elif kind == "stuck":
            stuck_s = value.fields(("from_s",))["from_s"].number(0, MAX_S)
        elif kind == "unplugged":
            gone_s = value.fields(("from_s",))["from_s"].number(0, MAX_S)
        else:
            part, changes = _part(kind, value, read_file)
            parts.append(part)
            edges = None if edges is None or changes is None else [*edges, changes]
    return Curve(
        QUANTITIES[name],
        tuple(parts),
        Faults(tuple(drop_outs), gone_s, stuck_s),
        None if edges is None else tuple(edges),
    )


def _kind(item: Entry) -> tuple[str, Entry]:
    pairs = list(item.items().items())
    if len(pairs) != 1:
        raise item.wrong(_("Each part of a curve is one key with its values."))
    return pairs[0]


def _never(_t: float) -> float:
    return math.inf


def _part(kind: str, entry: Entry, read_file: ReadFile, depth: int = 1) -> tuple[Part, Edges | None]:
    """A part, and when it changes all at once if it changes in no other way."""
    if kind in _PLAIN_PARTS:
        value = entry.number(-1e6, 1e6)
        return _PLAIN_PARTS[kind](value), _never if kind == "constant" else None
    if kind == "steps":
        return _steps(entry, read_file, depth)
    if kind == "presses":
        return presses(*_presses(entry))
    if kind == "replay":
        fields = entry.fields(("file", "column"))
        return _replayed(fields["file"], fields["column"], read_file), None
    if kind not in _PARTS:
        kinds = [*_PLAIN_PARTS, *_PARTS, *_OTHER_PARTS, *_FAULTS]
        raise entry.wrong(
            _("“{key}” is not known here.").format(key=kind),
            _("Possible here: {words}.").format(words=_(", ").join(kinds)),
        )
    make, needed, optional = _PARTS[kind]
    fields = entry.fields(needed, optional)
    values = [
        fields[name].number(0.001, MAX_S) if name.endswith("_s") else fields[name].number(-1e6, 1e6)
        for name in (*needed, *optional)
        if name in fields
    ]
    return make(*values), pulse_edges(*values) if kind == "pulse" else None


def _steps(entry: Entry, read_file: ReadFile, depth: int) -> tuple[Part, Edges | None]:
    if depth > MAX_NESTED:
        raise entry.wrong(_("This is nested too deeply."))
    pieces: list[tuple[float, list[Part]]] = []
    plain = True
    for item in _few(entry):
        fields = item.fields(("for_s",), ("value", "parts"))
        if ("value" in fields) == ("parts" in fields):
            raise item.wrong(_("A step has either a value or parts."))
        if "value" in fields:
            made = [constant(fields["value"].number(-1e6, 1e6))]
        else:
            inner = [_part(*_kind(part), read_file, depth + 1) for part in fields["parts"].entries()]
            plain = plain and all(changes is _never for _part_, changes in inner)
            made = [part for part, _changes in inner]
        pieces.append((fields["for_s"].number(0.001, MAX_S), made))
    if not pieces:
        raise entry.wrong(_("There is nothing in it."))
    part, edges = steps(pieces)
    return part, edges if plain else None


def _presses(entry: Entry) -> tuple[list[float], float]:
    fields = entry.fields(("at_s",), ("for_s",))
    at_s = [item.number(0, MAX_S) for item in _few(fields["at_s"])]
    for_s = fields["for_s"].number(FINGER_STEP_S, MAX_S) if "for_s" in fields else PRESS_S
    if any(after - before <= for_s for before, after in pairwise(at_s)):
        raise fields["at_s"].wrong(_("Presses come one after the other, each after the end of the last."))
    return at_s, for_s


PRESS_S = 0.2
"""How long a finger stays on a button."""


def _few(entry: Entry) -> list[Entry]:
    items = entry.entries()
    if len(items) > MAX_STEPS:
        raise entry.wrong(_("There are more than {count} things in it.").format(count=MAX_STEPS))
    return items


def _replayed(file: Entry, column: Entry, read_file: ReadFile) -> Part:
    try:
        text = read_file(file.text())
    except LookupError:
        raise file.wrong(_("There is no file {name}.").format(name=file.text())) from None
    try:
        return replay(text, column.text())
    except ValueError as error:
        raise column.wrong(str(error)) from None


def _moved(curves: Mapping[str, Curve], entry: Entry) -> dict[str, Curve]:
    """The curves of the axes that the gestures move, with those movements added."""
    added: dict[str, list[Part]] = {}
    for number, item in enumerate(_few(entry)):
        fields = item.fields(("gesture", "at_s", "for_s"))
        parts = gesture(
            fields["gesture"].choice(GESTURES),
            fields["at_s"].number(0, MAX_S),
            fields["for_s"].number(0.1, MAX_S),
            number,
        )
        for axis, part in parts.items():
            added.setdefault(axis, []).append(part)
    moved = {}
    for axis, extra in added.items():
        curve = curves.get(axis) or Curve(QUANTITIES[axis], (constant(QUANTITIES[axis].usual),))
        moved[axis] = replace(curve, parts=(*curve.parts, *extra))
    return moved
