"""The golden vectors as a program for lab.py that prints what it makes of them, for any Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "golden" / "wire"


def golden(name: str) -> list[dict[str, Any]]:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def mine(header: dict[str, Any]) -> bool:
    """Whether lab can be made to send this header: its fields in its order, version 1."""
    keys = [key for key, _value in header["fields"]]
    return header["version"] == 1 and keys in (["b", "n", "hz", "t", "k", "c"], ["n", "hz", "t", "k", "c"])


ROWS = golden("rows.json")
HEADERS = [header for header in golden("headers.json") if mine(header)]
EVENTS = [line for line in golden("lines.json") if line["kind"] == "event"]
FAULTS = [line for line in golden("lines.json") if line["kind"] == "fault"]

EXPECTED = [vector["line"] for vector in [*ROWS, *HEADERS, *EVENTS, *FAULTS]]


def channels(header: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, unit and scale of its channels."""
    specs = dict(header["fields"])["c"].split(",")
    return [(spec.partition("/")[0], *spec.partition("/")[2].rpartition("/")[::2]) for spec in specs]


SOURCE = f"""
import lab

def reader(value):
    def read():
        if value is None:
            raise OSError("no answer")
        return value
    return read

def ticks(now):
    lab._ticks = lambda: now

lab.channel("x", "", reader(0))
measuring = lab.Measuring(10, "x")
for seq, t, values in {[(row["seq"], row["t"], row["values"]) for row in ROWS]}:
    measuring.send(seq, t, [lab.Channel("c", "", reader(v), 1).value(t) for v in values])

for seq, fields, specs in {[(h["seq"], dict(h["fields"]), channels(h)) for h in HEADERS]}:
    lab.channels.clear()
    for name, unit, scale in specs:
        lab.channel(name, unit, reader(0), float(scale) if "." in scale else int(scale))
    lab._board = lambda: "b=%s " % fields["b"] if "b" in fields else ""
    measuring = lab.Measuring(float(fields["hz"]), fields["n"])
    if fields["t"] == "us":
        lab._ticks = lab.time.ticks_us
        measuring._explain()
    measuring.seq = seq - 1
    measuring._paused = True
    measuring.send_what_is_due()

for t, text in {[(event["t"], event["text"]) for event in EVENTS]}:
    ticks(t)
    lab.event(text)

def fail():
    raise OSError(text)

for t, name, text in {[(fault["t"], fault["channel"], fault["text"]) for fault in FAULTS]}:
    lab.Channel(name, "", fail, 1).value(t)
"""


def kept(lines: list[str]) -> list[str]:
    """The lines to compare: without what rows and headers bring along."""
    return [line for line in lines if not line.startswith("#S ") and not line.endswith(" no answer")]
