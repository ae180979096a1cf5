"""What the sensors of a virtual board see: for each quantity, a curve over the board's time.

A scene is data (scenes.yaml, or a file of the user's). A quantity's curve is the sum of its parts, which may
be spoilt by faults:

    warm_cup:
      title: {zh: 一杯热水, en: a cup of hot water}
      like: classroom
      quantities:
        temperature_c: [{cooling: {from: 60, to: 22, half_s: 120}}, {noise: 0.05}]
        light_lux: [{constant: 300}, {drop_out: {every_s: 30, for_s: 2}}]
      unplugged: [dht]
      wiring: {"34": sound_db}
      chips: {sht3x: bad_checksum, tcs34725: present}

Pure: the same seed and the same time always give the same value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from makerlab.i18n import _
from makerlab.virtual.devices import NAMES
from makerlab.virtual.devices.device import STATES
from makerlab.yamlfile import Entry, read

MAX_S = 1e7
"""Longest period or duration in a scene: four months."""


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


@dataclass(frozen=True)
class Moment:
    """When a curve is asked for, and what makes its randomness repeatable: `stream` is different for every
    part of every curve."""

    t: float
    seed: int
    stream: int

    def uniform(self, number: int) -> float:
        """The `number`-th random number of this stream, from 0 up to 1."""
        x = (self.seed * 0x9E3779B97F4A7C15 + self.stream * 0xBF58476D1CE4E5B9 + number) & _MASK
        for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):  # splitmix64's mixing function
            x = ((x ^ (x >> 30)) * factor) & _MASK
        return ((x ^ (x >> 31)) >> 11) / (1 << 53)


_MASK = (1 << 64) - 1

Part = Callable[[Moment], float]
"""One term of a curve."""


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

    def with_seed(self, seed: int) -> Scene:
        return replace(self, seed=seed)


_STREAMS = {name: 1000 * index for index, name in enumerate(QUANTITIES)}


# -- the parts of a curve ----------------------------------------------------------------------------------


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
_FAULTS = ("drop_out", "stuck", "unplugged")


def load(text: str, path: str, known: Mapping[str, Scene] | None = None) -> dict[str, Scene]:
    """The scenes in `text` by name; `like` may name one above, or one of `known`. Raises BadFile with `path`
    and the line of what is wrong."""
    scenes: dict[str, Scene] = {}
    for name, entry in read(text, path).items().items():
        scenes[name] = _scene(entry, {**(known or {}), **scenes})
    return scenes


def _scene(entry: Entry, known: Mapping[str, Scene]) -> Scene:
    fields = entry.fields((), ("title", "like", "quantities", "unplugged", "wiring", "chips"))
    like = known[fields["like"].choice(known)] if "like" in fields else Scene()
    quantities = fields["quantities"].items() if "quantities" in fields else {}
    wiring = fields["wiring"].items() if "wiring" in fields else {}
    unplugged = fields["unplugged"].entries() if "unplugged" in fields else []
    chips = fields["chips"].items() if "chips" in fields else {}
    return Scene(
        fields["title"].texts() if "title" in fields else {},
        {
            **like.curves,
            **{_known(name, QUANTITIES, curve): _curve(name, curve) for name, curve in quantities.items()},
        },
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


def _curve(name: str, entry: Entry) -> Curve:
    parts: list[Part] = []
    drop_outs: list[tuple[float, float]] = []
    gone_s = stuck_s = math.inf
    for item in entry.entries():
        pairs = list(item.items().items())
        if len(pairs) != 1:
            raise item.wrong(_("Each part of a curve is one key with its values."))
        (kind, value), *_rest = pairs
        if kind in _PLAIN_PARTS:
            parts.append(_PLAIN_PARTS[kind](value.number(-1e6, 1e6)))
        elif kind in _PARTS:
            parts.append(_part(kind, value))
        elif kind == "drop_out":
            fields = value.fields(("every_s", "for_s"))
            every_s = fields["every_s"].number(0.001, MAX_S)
            drop_outs.append((every_s, fields["for_s"].number(0, every_s)))
        elif kind == "stuck":
            stuck_s = value.fields(("from_s",))["from_s"].number(0, MAX_S)
        elif kind == "unplugged":
            gone_s = value.fields(("from_s",))["from_s"].number(0, MAX_S)
        else:
            raise value.wrong(
                _("“{key}” is not known here.").format(key=kind),
                _("Possible here: {words}.").format(words=_(", ").join([*_PLAIN_PARTS, *_PARTS, *_FAULTS])),
            )
    return Curve(QUANTITIES[name], tuple(parts), Faults(tuple(drop_outs), gone_s, stuck_s))


def _part(kind: str, entry: Entry) -> Part:
    make, needed, optional = _PARTS[kind]
    fields = entry.fields(needed, optional)
    return make(
        *(
            fields[name].number(0.001, MAX_S) if name.endswith("_s") else fields[name].number(-1e6, 1e6)
            for name in (*needed, *optional)
            if name in fields
        )
    )
