"""Wires that would not work or would do harm: pins that clash, that cannot do it, or that get 5 V."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from makerlab.boards import Board, catalogue
from makerlab.i18n import _, language, pick
from makerlab.lessons.check.source import Source, at_entry
from makerlab.lessons.finding import Finding
from makerlab.lessons.wiring import End, Part, Wire, Wiring, WiringDescription
from makerlab.sensors import GROUND, NOT_FOR_SENSORS, POWER, pin_number
from makerlab.yamlfile import Entry, meant

BOARD_VOLTS = 3.3
"""What the pins of all our boards stand (ESP32 and nRF51/nRF52 data sheets: 3.6 V at most)."""
FIVE = 5.0
FIVE_VOLTS = re.compile(r"(VIN|VBUS|VUSB|USB|5V|5\.0V|VCC5|V5)", re.IGNORECASE)
"""How the pin that has 5 V from USB is called on boards."""
GROUNDS = re.compile(r"GND[0-9]?|G", re.IGNORECASE)
SHARED = ("i2c", "one_pin", "spi")
"""Connections where several parts hang on the same lines; SPI but for its select line."""


def read(source: Source) -> Iterator[Finding]:
    """What the reader of wiring/ complains of."""
    for described in source.wirings.values():
        yield from described.findings


def wires(source: Source) -> Iterator[Finding]:
    """Every wiring on every board it is for."""
    lesson = source.lesson
    assert lesson is not None
    for described in source.wirings.values():
        wiring, top = described.wiring, described.top
        if wiring is None or top is None:
            continue
        fields = top.items()
        target = lesson.target(wiring.target)
        if target is None:
            if wiring.target:
                what = _("There is no “{name}” in this lesson.").format(name=wiring.target)
                todo = meant(wiring.target, [one.id for one in lesson.targets])
                yield at_entry(fields["target"], "dead-reference", what, todo)
            continue
        said: set[Finding] = set()
        for at, key in enumerate(wiring.boards):
            board = source.boards.get(key)
            if board is None or key not in target.boards:
                if key:
                    entry = fields["boards"].entries()[at]
                    what = _("The target “{target}” has no board “{key}”.").format(target=target.id, key=key)
                    yield at_entry(entry, "dead-reference", what, meant(key, target.boards))
                continue
            for finding in _on(source, described, board):
                if finding not in said:
                    said.add(finding)
                    yield finding


def _on(source: Source, described: WiringDescription, board: Board) -> Iterator[Finding]:
    wiring, top = described.wiring, described.top
    assert wiring is not None and top is not None
    places = dict(zip(wiring.wires, described.places, strict=True))
    supply = source.sensors.supplies[board.family]
    for wire in wiring.wires:
        yield from _pins(wire, places[wire], board, supply)
        yield from _terminals(wire, places[wire], wiring, board, supply)
    yield from _short_circuits(wiring, places, supply)
    yield from _five_volts(wiring, places, board)
    yield from _clashes(wiring, places, board)
    parts = top.items().get("parts", top)
    yield from _addresses(wiring, parts)
    yield from _loose(wiring, parts)


def _is_power(pin: str, supply: Mapping[str, str]) -> bool:
    return pin == supply[POWER]


def _is_ground(pin: str) -> bool:
    return GROUNDS.fullmatch(pin) is not None


def _pins(wire: Wire, entry: Entry, board: Board, supply: Mapping[str, str]) -> Iterator[Finding]:
    """Pins that the board has, and that may be used."""
    for end in (wire.start, wire.end):
        if end.part or _is_power(end.pin, supply) or _is_ground(end.pin) or FIVE_VOLTS.fullmatch(end.pin):
            continue
        pin = board.pins.get(end.pin)
        if pin is None:
            known = [supply[POWER], supply[GROUND], *board.pins]
            what = _("{board} has no pin “{pin}”.").format(board=board.shown_name, pin=end.pin)
            yield at_entry(entry, "no-pin", what, meant(end.pin, known))
        elif taken := [note for note in pin.mind if note in NOT_FOR_SENSORS]:
            what = _("Pin “{pin}” of {board} is taken: {note}.").format(
                pin=end.pin, board=board.shown_name, note=_note(taken[0])
            )
            yield at_entry(entry, "pin-taken", what, _("Choose another pin."))


def _note(key: str) -> str:
    return pick(dict(catalogue().pin_notes[key]))


def _terminals(
    wire: Wire, entry: Entry, wiring: Wiring, board: Board, supply: Mapping[str, str]
) -> Iterator[Finding]:
    """A sensor's terminals at pins that do what they need."""
    for here, there in ((wire.start, wire.end), (wire.end, wire.start)):
        part = wiring.parts.get(here.part)
        if part is None or part.sensor is None or there.part:
            continue
        role = part.sensor.wires[here.pin]
        what = ""
        if role == GROUND and not _is_ground(there.pin):
            what = _("{end} belongs to GND.").format(end=_shown(wiring, here))
        elif role == POWER and (_is_ground(there.pin) or there.pin in board.pins):
            what = _("{end} belongs to the power pin.").format(end=_shown(wiring, here))
        elif role not in (GROUND, POWER):
            line = part.sensor.connection.signals[role]
            pin = board.pins.get(there.pin)
            if pin is None:
                if _is_ground(there.pin) or _is_power(there.pin, supply):
                    what = _("{end} belongs to a pin that measures.").format(end=_shown(wiring, here))
            elif line == "adc" and "adc" not in pin.can:
                what = _("Pin “{pin}” of {board} cannot measure a voltage.").format(
                    pin=there.pin, board=board.shown_name
                )
            elif line in ("output", "both") and "input_only" in pin.mind:
                what = _("Pin “{pin}” of {board} can only read.").format(
                    pin=there.pin, board=board.shown_name
                )
        if what:
            yield at_entry(
                entry, "wrong-pin", what, _("Choose another pin; `maker sensors show` proposes one.")
            )


def _shown(wiring: Wiring, end: End) -> str:
    return f"“{wiring.shown(end, language())}”"


def _joined(wires: Sequence[Wire]) -> Iterator[tuple[Wire, set[End]]]:
    """Each wire, with the ends that are one piece of metal once it is there."""
    groups: list[set[End]] = []
    for wire in wires:
        touching = [group for group in groups if wire.start in group or wire.end in group]
        merged = {wire.start, wire.end}.union(*touching)
        groups = [group for group in groups if group not in touching] + [merged]
        yield wire, merged


def _short_circuits(
    wiring: Wiring, places: Mapping[Wire, Entry], supply: Mapping[str, str]
) -> Iterator[Finding]:
    """The first wire that joins power and ground, straight or over a terminal."""
    for wire, group in _joined(wiring.wires):
        pins = [end.pin for end in group if not end.part]
        fed = any(_is_power(pin, supply) or FIVE_VOLTS.fullmatch(pin) for pin in pins)
        if fed and any(_is_ground(pin) for pin in pins):
            what = _("This wire joins power and ground: a short circuit.")
            yield at_entry(places[wire], "short-circuit", what, _("Delete it."))
            return


def _five_volts(wiring: Wiring, places: Mapping[Wire, Entry], board: Board) -> Iterator[Finding]:
    """5 V that reaches a pin: straight, or through a part that is fed with it and gives it on."""
    fed = {
        end.part
        for _wire, group in _joined(wiring.wires)
        if any(not end.part and FIVE_VOLTS.fullmatch(end.pin) for end in group)
        for end in group
        if end.part
    }
    for wire in wiring.wires:
        for here, there in ((wire.start, wire.end), (wire.end, wire.start)):
            if not here.part and here.pin in board.pins:
                if not there.part and FIVE_VOLTS.fullmatch(there.pin):
                    what = _("This wire carries 5 V to pin “{pin}”, which stands 3.3 V.").format(pin=here.pin)
                    yield at_entry(places[wire], "five-volts", what, _("Take the power pin with 3.3 V."))
                elif part := wiring.parts.get(there.part):
                    yield from _out_of(part, there.pin, part.id in fed, here.pin, places[wire])


def _out_of(part: Part, terminal: str, fed: bool, pin: str, entry: Entry) -> Iterator[Finding]:
    """What comes out of a part's terminal to a pin: what the part says, else what it is fed with. `fed`: with
    5 V."""
    volts = part.output_v
    if volts is None and fed and part.sensor is None:
        what = _("{part} is fed with 5 V. Does it give more than 3.3 V to pin “{pin}”?").format(
            part=part.shown_name, pin=pin
        )
        todo = _("Write “output_v: 0” if nothing comes out of it, else the volts.")
        yield at_entry(entry, "five-volts", what, todo, "warning")
        return
    if volts is None and part.sensor is not None:
        line = part.sensor.connection.signals.get(part.sensor.wires[terminal])
        volts = FIVE if fed and line not in (None, "output") else 0  # the board's output only goes in
    if volts is not None and volts > BOARD_VOLTS:
        what = _("{part} gives {volts:g} V to pin “{pin}”, which stands 3.3 V.").format(
            part=part.shown_name, volts=volts, pin=pin
        )
        todo = _("Feed it with 3.3 V, or put a voltage divider between and write “output_v: 3.3”.")
        yield at_entry(entry, "five-volts", what, todo)


def _clashes(wiring: Wiring, places: Mapping[Wire, Entry], board: Board) -> Iterator[Finding]:
    """Two parts that both want a pin for themselves."""
    users: dict[str, list[tuple[Wire, Part, str]]] = defaultdict(list)
    for wire in wiring.wires:
        for here, there in ((wire.start, wire.end), (wire.end, wire.start)):
            part = wiring.parts.get(there.part)
            if not here.part and here.pin in board.pins and part is not None and part.sensor is not None:
                users[here.pin].append((wire, part, part.sensor.wires[there.pin]))
    for pin, found in users.items():
        first = found[0]
        for wire, part, role in found[1:]:
            if part.id == first[1].id and role == first[2]:
                continue
            if not _may_share(part, role, first[1], first[2]):
                what = _("Pin “{pin}” is used twice: by {first} and by {second}.").format(
                    pin=pin, first=first[1].shown_name, second=part.shown_name
                )
                yield at_entry(places[wire], "pin-clash", what, _("Choose another pin for one of them."))


def _may_share(part: Part, role: str, other: Part, other_role: str) -> bool:
    assert part.sensor is not None and other.sensor is not None
    kind = part.sensor.connection.key
    if kind != other.sensor.connection.key or kind not in SHARED or role != other_role or role == "select":
        return False
    # Several DS18B20 share a line; a DHT wants it for itself.
    return kind != "one_pin" or part.sensor.module == other.sensor.module == "ds18b20"


def _addresses(wiring: Wiring, parts: Entry) -> Iterator[Finding]:
    """Two chips with the same address on one I2C bus."""
    seen: dict[int, Part] = {}
    for part in wiring.parts.values():
        if part.sensor is None or part.sensor.connection.key != "i2c" or not part.sensor.addresses:
            continue
        usual = part.sensor.addresses[0]
        other = seen.setdefault(usual, part)
        if other is not part:
            what = _("{first} and {second} have the same I2C address ({address}).").format(
                first=other.shown_name, second=part.shown_name, address=f"0x{usual:02X}"
            )
            if len(part.sensor.addresses) > 1 or (other.sensor and len(other.sensor.addresses) > 1):
                todo = _("Give one of them its other address (see: maker sensors show), or take another bus.")
            else:
                todo = _("Only one of them can be on the bus.")
            yield at_entry(_part_entry(parts, part.id), "address-clash", what, todo, "warning")


def _loose(wiring: Wiring, parts: Entry) -> Iterator[Finding]:
    """Sensors with a terminal that nothing is connected to."""
    used = {end for wire in wiring.wires for end in (wire.start, wire.end)}
    for part in wiring.parts.values():
        if part.sensor is None:
            continue
        missing = [name for name in part.sensor.wires if End(part.id, name) not in used]
        if missing:
            what = _("Nothing is connected to {ends}.").format(
                ends=_(", ").join(_shown(wiring, End(part.id, name)) for name in missing)
            )
            yield at_entry(_part_entry(parts, part.id), "loose-end", what, _("Add the wire that is missing."))


def _part_entry(parts: Entry, name: str) -> Entry:
    """Where a part stands in the file."""
    for item in parts.entries() if parts.kind == "list" else ():
        if item.kind == "keys" and "id" in item.items() and item.items()["id"].says(name):
            return item
    return parts


def in_programs(source: Source) -> Iterator[Finding]:
    """Pins that are wired and that the program never mentions: one of the two was changed alone."""
    lesson = source.lesson
    assert lesson is not None
    for path, described in source.wirings.items():
        wiring = described.wiring
        target = lesson.target(wiring.target) if wiring is not None and path in lesson.wiring else None
        if wiring is None or target is None:
            continue
        names = _names_and_numbers(
            [tree for name, tree in source.trees.items() if name.startswith(f"{target.folder}/")]
        )
        if not names:
            continue
        board = next((source.boards[key] for key in wiring.boards if key in source.boards), None)
        if board is None:
            continue
        of_buses = {
            pin
            for part in wiring.parts.values()
            if part.sensor is not None and part.sensor.connection.needs
            for pin in part.sensor.connection.boards.get(board.key, {}).values()
        }
        said: set[str] = set()
        for wire, entry in zip(wiring.wires, described.places, strict=True):
            for end in (wire.start, wire.end):
                if end.part or end.pin not in board.pins or end.pin in said | of_buses:
                    continue
                number = pin_number(board, end.pin)
                if not names & {number, f"pin{number}", end.pin}:
                    said.add(end.pin)
                    what = _("The program never uses pin “{pin}” ({number}), which is wired here.").format(
                        pin=end.pin, number=number
                    )
                    todo = _("Correct the pin here or in the program.")
                    yield at_entry(entry, "unused-pin", what, todo, "warning")


def _names_and_numbers(programs: list[ast.Module]) -> set[str]:
    """Every name, attribute, text and whole number in some programs."""
    found: set[str] = set()
    for node in (node for tree in programs for node in ast.walk(tree)):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | str):
            found.add(str(node.value))
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name)
    return found


def coverage(source: Source) -> Iterator[Finding]:
    """A target with sensors shows how they are wired."""
    lesson = source.lesson
    assert lesson is not None
    drawn = {
        (described.wiring.target, board)
        for path, described in source.wirings.items()
        if described.wiring is not None and path in lesson.wiring
        for board in described.wiring.boards
    }
    for index, target in enumerate(lesson.targets):
        wired = [
            key
            for key in target.sensors
            if key in source.sensors.sensors and source.sensors.sensors[key].wires
        ]
        for board in target.boards:
            if wired and board in source.boards and (target.id, board) not in drawn:
                what = _("No wiring shows how “{sensor}” is connected to {board}.").format(
                    sensor=wired[0], board=source.boards[board].shown_name
                )
                todo = _("Write a file in wiring/ and name it in “wiring”.")
                yield at_entry(source.at("targets", index, "sensors"), "no-wiring", what, todo, "warning")
