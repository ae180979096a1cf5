"""The header line `#K1 key=value ... next-seq check`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from makerlab.wire.blocks import BlockForm
from makerlab.wire.events import Channel, Header, Unsupported

VERSION = 1
CHECK = "31m9973"
MODULUS = 9973
CACHED = 64
"""Headers remembered: each board repeats its own all the time."""

_LINE = re.compile(rb"(#K(\d{1,4}) .*) (\d{1,10}) (\d{1,4})\r*")
_SCALE = re.compile(r"\d{1,12}(\.\d{1,12})?(e-?\d{1,2})?", re.ASCII)
_TICK_S = {"ms": 1e-3, "us": 1e-6}


def parse_header(line: bytes) -> Header | Unsupported | None:
    """What the line says, or None if it is no header or a damaged one.

    The check is the same in every version, so a damaged version number is not taken for a later version.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    next_seq = int(match[3])
    if (_check(match[1]) * 31 + next_seq) % MODULUS != int(match[4]) or next_seq < 1:
        return None
    said = _parse(match[1], int(match[2]))
    return replace(said, next_seq=next_seq) if isinstance(said, Header) else said


@lru_cache(CACHED)
def _parse(text: bytes, version: int) -> Header | Unsupported | None:
    """What the fields say."""
    fields = _fields(text.decode(errors="replace"))
    form, check = fields.get("f", "text"), fields.get("k", CHECK)
    tick_s = _TICK_S.get(fields.get("t", "ms"))
    channels = tuple(map(_channel, fields.get("c", "").split(",")))
    rows_are_text = form == "text" and check == CHECK
    if version > VERSION or not (rows_are_text or BlockForm.of(fields, len(channels))):
        return Unsupported(version, form, check)
    if tick_s is None or None in channels:
        return None
    return Header(
        name=fields.get("n", ""),
        channels=tuple(channel for channel in channels if channel),
        rate_hz=_rate_hz(fields.get("hz", "")),
        tick_s=tick_s,
        board=fields.get("b", ""),
        form="text" if rows_are_text else "block",
        fields=fields,
    )


@lru_cache(CACHED)
def _check(text: bytes) -> int:
    check = 0
    for byte in text:
        check = (check * 31 + byte) % MODULUS
    return check


def _fields(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(" ")[1:])
    return {key: value for key, _equals, value in parts if key}


def _channel(text: str) -> Channel | None:
    """`name/unit/scale`; the unit may hold slashes (m/s2)."""
    name, _slash, rest = text.partition("/")
    unit, slash, scale_text = rest.rpartition("/")
    if not (name and slash and _SCALE.fullmatch(scale_text)):
        return None
    scale = Decimal(scale_text)
    exponent = scale.as_tuple().exponent
    if not scale or not isinstance(exponent, int):
        return None
    return Channel(name, unit, float(scale), max(0, -exponent))


def _rate_hz(text: str) -> float | None:
    return float(text) if _SCALE.fullmatch(text) and float(text) > 0 else None
