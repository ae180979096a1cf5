"""Intel HEX text -> records -> the hex for one micro:bit. Pure.

A *single* hex is for one board. A *Universal Hex* holds one section for each version of the micro:bit, in
records that Intel HEX does not have; DAPLink 0255 and later takes out what its board needs, older ones do
not. (Its specification: tech.microbit.org/software/spec-universal-hex.)

Everything that can be wrong with such a file is found here, line by line, before a board is touched.
"""

from __future__ import annotations

from typing import NamedTuple

from makerlab.errors import BadImage
from makerlab.flash.other_files import recognise
from makerlab.i18n import N_, _

MAX_BYTES = 8 << 20
"""Of a file that is looked at. The Universal Hex of MicroPython has 1.9 MB."""

DATA, END, SEGMENT_ADDRESS, SEGMENT_START, LINEAR_ADDRESS, LINEAR_START = range(6)
"""Record types of Intel HEX."""
BLOCK_START, BLOCK_END, BLOCK_PADDING, CUSTOM_DATA, OTHER_DATA = 0x0A, 0x0B, 0x0C, 0x0D, 0x0E
"""Record types of a Universal Hex. CUSTOM_DATA is DATA for a board whose DAPLink knows these types."""
_PLAIN = frozenset(range(LINEAR_START + 1))
_UNIVERSAL = frozenset((BLOCK_START, BLOCK_END, BLOCK_PADDING, CUSTOM_DATA, OTHER_DATA))

HEAD_BYTES, TAIL_BYTES = 4, 1
"""Of a record, around its data: length, address (2), type; checksum."""

AGAIN = N_("Nothing was changed on the board. Get the file again, or leave it out: maker brings a runtime.")
UNPACK = N_("Unpack it and take the {ending} file in it.")


class Record(NamedTuple):
    """One line of a hex file; `address` has 16 bits, the rest comes from address records before it."""

    kind: int
    address: int
    data: bytes


def read(content: bytes, path: str) -> list[Record]:
    """All records of a hex file.

    Raises BadImage, naming `path` and the line, for what is no Intel HEX, for a line that was damaged (each
    has a checksum), and for a file whose end is missing.
    """
    other = recognise(content)
    if other is None:
        raise _bad(path, _("it does not begin as one; a hex file begins with a colon"))
    if other.kind != "hex":
        advice = _(UNPACK).format(ending=".hex") if other.kind == "packed" else _(AGAIN)
        raise BadImage(path=path, problem=other.problem, advice=advice)
    if len(content) > MAX_BYTES:
        raise _bad(path, _("it has {size:,} bytes, too many for a hex file").format(size=len(content)))
    records: list[Record] = []
    end = 0
    for number, line in enumerate(content.split(b"\n"), 1):
        line = line.strip()
        if not line:
            continue
        if end:
            problem = _("it goes on at line {line} after its end in line {end}; two files were joined")
            raise _bad(path, problem.format(line=number, end=end))
        record = _record(line)
        if isinstance(record, str):
            raise _bad(path, _("line {line} is damaged: {why}").format(line=number, why=record))
        records.append(record)
        if record.kind == END:
            end = number
    if not end:
        raise _bad(path, _("its end is missing: it was not downloaded or copied to the end"))
    return records


def sections(records: list[Record], path: str) -> dict[int, list[Record]]:
    """A Universal Hex taken apart: for each board id (0x9900 a V1, 0x9903 a V2) its records, as those of a
    single hex. {} for a file that is a single hex already. Raises BadImage.
    """
    if not any(record.kind in _UNIVERSAL for record in records):
        return {}
    found: dict[int, list[Record]] = {}
    board: int | None = None
    before: list[Record] = []  # an address record stands before the block start it belongs to
    for record in records:
        if record.kind == BLOCK_START:
            if len(record.data) < 2:
                raise _bad(path, _("a section of it does not say which board it is for"))
            board = int.from_bytes(record.data[:2], "big")
            found.setdefault(board, []).extend(before)
            before = []
        elif record.kind == BLOCK_END:
            board = None
        elif record.kind in (BLOCK_PADDING, OTHER_DATA, END):
            pass
        elif board is None:
            before.append(record)
        elif record.kind == CUSTOM_DATA:
            found[board].append(record._replace(kind=DATA))
        else:
            found[board].append(record)
    if any(record.kind == DATA for record in before):
        raise _bad(path, _("a section of it does not say which board it is for"))
    return {board: [*part, Record(END, 0, b"")] for board, part in found.items()}


def cut(records: list[Record], start: int, end: int) -> tuple[list[Record], bytes]:
    """The records without what lies in flash from `start` up to `end`, and that (0xFF where nothing does, as
    in erased flash)."""
    base = 0
    left = []
    area = bytearray(b"\xff" * (end - start))
    for record in records:
        if record.kind == LINEAR_ADDRESS:
            base = int.from_bytes(record.data, "big") << 16
        elif record.kind == SEGMENT_ADDRESS:
            base = int.from_bytes(record.data, "big") << 4
        first = base + record.address
        low, high = max(first, start), min(first + len(record.data), end)
        if record.kind != DATA or low >= high:
            left.append(record)
            continue
        area[low - start : high - start] = record.data[low - first : high - first]
        if first < low:
            left.append(record._replace(data=record.data[: low - first]))
        if rest := record.data[high - first :]:
            left.append(Record(DATA, high - base, rest))
    return left, bytes(area)


def write(records: list[Record]) -> str:
    """Records as the text of a hex file."""
    return "".join(f"{line}\n" for line in map(_line, records))


def _bad(path: str, problem: str) -> BadImage:
    return BadImage(path=path, problem=problem, advice=_(AGAIN))


def _record(line: bytes) -> Record | str:
    """One line read; what is wrong with it, in the user's language, if something is."""
    if not line.startswith(b":"):
        return _("it does not begin with a colon")
    try:
        raw = bytes.fromhex(line[1:].decode("ascii"))
    except ValueError:
        return _("it is cut off or has a character in it that is no hex digit")
    if len(raw) < HEAD_BYTES + TAIL_BYTES or len(raw) != HEAD_BYTES + raw[0] + TAIL_BYTES:
        return _("it is shorter or longer than it says")
    if sum(raw) & 0xFF:
        return _("its checksum does not fit")
    if raw[3] not in _PLAIN and raw[3] not in _UNIVERSAL:
        return _("it is a record of unknown type {type}").format(type=raw[3])
    return Record(raw[3], raw[1] << 8 | raw[2], raw[HEAD_BYTES:-TAIL_BYTES])


def _line(record: Record) -> str:
    raw = bytes((len(record.data), record.address >> 8, record.address & 0xFF, record.kind)) + record.data
    return f":{raw.hex().upper()}{-sum(raw) & 0xFF:02X}"
