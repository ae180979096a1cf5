"""Who comes to the page: boards, made of genuine bytes of the wire, and somebody who asks."""

from __future__ import annotations

import httpx

from makerlab.web.doors import Door
from makerlab.web.feed import Feed
from makerlab.web.hub import Hub
from makerlab.wire.stream import StreamDecoder

SHARED_ADDRESS = "127.0.0.2"
"""Stands for this computer's address in the classroom: all of 127/8 is this computer."""


def send(hub: Hub, port: str, stream: bytes, at: float = 100.0, title: str = "") -> Feed:
    """A board at `port` that has sent these bytes, on show."""
    feed = hub.open(port, title or port, str)
    feed.take(StreamDecoder().feed(stream, at), at)
    feed.say("measuring")
    return feed


def header(channels: str, name: str = "test", hz: float = 10, seq: int = 1) -> bytes:
    """A header line of the wire, with its check."""
    text = f"#K1 n={name} hz={hz:g} t=ms k=31m9973 c={channels}".encode()
    check = 0
    for byte in text:
        check = (check * 31 + byte) % 9973
    return text + b" %d %d\r\n" % (seq, (check * 31 + seq) % 9973)


def row(seq: int, ticks: int, *values: int | None) -> bytes:
    """A row of the wire, with its check."""
    check = (seq * 31 + ticks) % 9973
    for value in values:
        check = (check * 31 + (value or 0)) % 9973
    cells = ["-" if value is None else str(value) for value in values]
    return f"{seq} {ticks} {' '.join(cells)} {check}\r\n".encode()


def client(door: Door, **headers: str) -> httpx.Client:
    """Somebody who asks at that door; without proxies, and without reading certificates that nobody needs."""
    return httpx.Client(base_url=door.url, headers=headers, trust_env=False, verify=False)
