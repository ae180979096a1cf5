"""wiring/*.yaml: which wire goes from where to where; checked against boards.yaml and sensors.yaml, drawn.

    target: esp32
    boards: [esp32]                 # those with these pins
    parts:
      - id: ldr
        sensor: ldr                 # of sensors.yaml: its terminals are those printed on it
      - id: r
        name: {zh: 10 kΩ 电阻, en: 10 kohm resistor}
        pins: [a, b]                # another part: its terminals
      - id: pump
        name: {zh: 小水泵, en: small pump}
        pins: {plus: {zh: 正极, en: plus}, minus: {zh: 负极, en: minus}}      # with what a person reads
        output_v: 5                 # volts that may come out of it (0: none do), for what is fed with 5 V
    wires:
      - {from: 3V3, to: ldr.leg, colour: red}         # a pin printed on the board, or part.terminal
      - {from: ldr.other_leg, to: r.a}

Whether a wire is a good idea is looked at in check/wiring_rules.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _, pick
from makerlab.lessons.finding import Finding
from makerlab.lessons.form import Form, plain_text
from makerlab.lessons.model import ID, Text
from makerlab.sensors import Sensor, SensorCatalogue
from makerlab.yamlfile import Entry, read

Colour = Literal["", "red", "black", "brown", "orange", "yellow", "green", "blue", "purple", "grey", "white"]
COLOURS: tuple[Colour, ...] = (
    "red", "black", "brown", "orange", "yellow", "green", "blue", "purple", "grey", "white",
)  # fmt: skip
MAX_PARTS, MAX_WIRES = 40, 200
"""More fits on no table of a classroom, and on no drawing."""
MAX_VOLTS = 24.0
"""More does not belong into a primary school."""


@dataclass(frozen=True)
class Part:
    """Something that is connected. `terminals` as they are written in wires, with the text a person reads;
    `output_v` is what may come out of it, 0 for nothing, None where that is not said."""

    id: str
    name: Text
    terminals: Mapping[str, Text]
    sensor: Sensor | None = None
    output_v: float | None = None

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name)) or self.id


@dataclass(frozen=True)
class End:
    """A pin of the board (`part` is "") or a terminal of a part."""

    part: str
    pin: str


@dataclass(frozen=True)
class Wire:
    start: End
    end: End
    colour: Colour = ""


@dataclass(frozen=True)
class Wiring:
    """One wiring diagram: of the lesson's target `target`, for `boards`."""

    target: str
    boards: tuple[str, ...]
    parts: Mapping[str, Part]
    wires: tuple[Wire, ...]

    def shown(self, end: End, language: str) -> str:
        """An end in a sentence, in one language: "D34", "光敏电阻：一只脚"."""
        if not end.part:
            return end.pin
        part = self.parts[end.part]
        texts = part.terminals.get(end.pin, {})
        name = part.name.get(language) or part.shown_name
        return f"{name}{'：' if language == 'zh' else ': '}{texts.get(language) or end.pin}"


@dataclass(frozen=True)
class WiringDescription:
    """What was read; with `findings`, `wiring` lacks what is wrong, and is None for a file that is no wiring.
    `top` is the file as it was written, `places` where each of the wires stands in it."""

    wiring: Wiring | None
    findings: tuple[Finding, ...]
    top: Entry | None = None
    places: tuple[Entry, ...] = ()


def describe_wiring(text: str, path: str, known: SensorCatalogue) -> WiringDescription:
    """Read a file of wiring/; never raises."""
    findings: list[Finding] = []
    twice: list[BadFile] = []
    try:
        top = read(text, path, twice, aliases=False)
    except BadFile as error:
        return WiringDescription(None, (Finding.of(error, "yaml"),))
    findings += [Finding.of(error, "duplicate-key") for error in twice]
    form = Form(top, ("target", "boards", "parts", "wires"), (), findings)
    if top.kind != "keys":
        return WiringDescription(None, tuple(findings), top)
    for key, most in (("parts", MAX_PARTS), ("wires", MAX_WIRES)):
        if len(form.items(key)) > most:
            what = _("There are more than {count} of “{name}”.").format(count=most, name=key)
            form.note(form[key], "too-many", what, _("Draw them in two files."))
            return WiringDescription(None, tuple(findings), top)
    parts = form.forms("parts", partial(_part, known=known), ("id",), ("sensor", "name", "pins", "output_v"))
    by_id = {part.id: part for part in parts if part.id}
    wires = form.forms("wires", partial(_wire, parts=by_id), ("from", "to"), ("colour",))
    wiring = Wiring(
        form.text("target"),
        form.each("boards", plain_text, ""),
        by_id,
        tuple(wire for wire in wires if wire is not None),
    )
    places = tuple(entry for entry, wire in zip(form.items("wires"), wires, strict=False) if wire is not None)
    return WiringDescription(wiring, tuple(findings), top, places)


def _part(form: Form, known: SensorCatalogue) -> Part:
    key = form.matching("id", ID, "ldr")
    if ("sensor" in form) == ("pins" in form) and form.entry.kind == "keys":
        form.note(
            form.entry,
            "value",
            _("A part needs “sensor” (of sensors.yaml) or “name” and “pins”."),
            _("Write it so: {example}").format(example="- {id: ldr, sensor: ldr}"),
        )
    if "sensor" in form:
        sensor = known.sensors.get(form.choice("sensor", known.sensors, ""))
        if sensor is None:
            return Part(key, {}, {})
        terminals = {
            name: known.wire_names.get(name) or dict.fromkeys(LANGUAGES, name) for name in sensor.wires
        }
        return Part(key, form.texts("name") or sensor.name, terminals, sensor, _output(form))
    return Part(
        key,
        form.texts("name"),
        _terminals(form),
        None,
        _output(form),
    )


def _output(form: Form) -> float | None:
    return form.number("output_v", 0, MAX_VOLTS) if "output_v" in form else None


def _terminals(form: Form) -> dict[str, Text]:
    if "pins" in form and form["pins"].kind == "keys":
        nothing: dict[str, str] = {}
        return {
            name: form.attempt(partial(form.texts_of, entry), nothing)
            for name, entry in form.mapping("pins").items()
        }
    return {name: dict.fromkeys(LANGUAGES, name) for name in form.each("pins", plain_text, "") if name}


def _wire(form: Form, parts: Mapping[str, Part]) -> Wire | None:
    nowhere: End | None = None
    start = form.read("from", partial(_end, parts=parts), nowhere)
    end = form.read("to", partial(_end, parts=parts), nowhere)
    none: Colour = ""
    colour = form.choice("colour", COLOURS, none)
    return None if start is None or end is None else Wire(start, end, colour)


def _end(entry: Entry, parts: Mapping[str, Part]) -> End | None:
    """Numbers are pins too: boards of the ESP32 family print only those."""
    text = entry.text().strip()
    name, dot, terminal = text.partition(".")
    if not dot:
        return End("", text)
    if name not in parts:
        raise entry.wrong(
            _("There is no part “{id}”.").format(id=name),
            _("Possible here: {words}.").format(words=_(", ").join(parts)),
        )
    part = parts[name]
    for written in part.terminals:
        if terminal == written or terminal in written.split(" / "):
            return End(name, written)
    if not part.terminals:
        return None  # complained of already
    raise entry.wrong(
        _("{part} has no terminal “{pin}”.").format(part=part.shown_name, pin=terminal),
        _("Possible here: {words}.").format(words=_(", ").join(part.terminals)),
    )
