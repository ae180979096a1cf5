"""Chunks, blocks and acknowledgements, against a model of the board's side."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.boards import catalogue
from makerlab.files.model import FINGERPRINT_PRIME, fingerprint, sha256
from makerlab.files.stream import (
    FROM_BOARD,
    HEADER_BYTES,
    MAX_CHUNK_BYTES,
    TO_BOARD,
    WINDOW_BITS,
    Chunk,
    Sender,
    block_bytes,
    chunk_bytes,
    pack,
    program,
)


class Board:
    """What a program on the board does (board_side, _mg) that takes so many chunks: reads them, acknowledges
    blocks."""

    def __init__(self, chunks: int, block: int, inflates: bool) -> None:
        self.chunks, self.block, self.inflates = chunks, block, inflates
        self.received = b""
        self.said = b"\x06" if chunks else b""
        self._buffer = b""
        self._length = -1
        self._body = b""
        self._due = block

    def read(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._length < 0:
                if len(self._buffer) < HEADER_BYTES:
                    return
                self._length = int(self._buffer[:HEADER_BYTES], 16)
                self._buffer, self._body = self._buffer[HEADER_BYTES:], b""
            want = min(self.block, self._length - len(self._body))
            if len(self._buffer) < want:
                return
            self._body += self._buffer[:want]
            self._buffer = self._buffer[want:]
            if len(self._body) < self._length:
                self.said += b"\x06"  # read
            else:
                self.chunks -= 1
                self.said += b"\x06" if self.chunks else b""  # ready for the next
                body = TO_BOARD.show(self._body)
                self.received += zlib.decompress(body, -WINDOW_BITS) if self.inflates else body
                self._length = -1


FILES = st.lists(st.binary(max_size=3000), max_size=5)
IN_FLIGHT = st.integers(32, 300)


@given(FILES, IN_FLIGHT, st.booleans(), st.sampled_from([512, 4096]))
def test_everything_arrives_and_never_too_much_is_on_its_way(
    contents: list[bytes], in_flight: int, inflates: bool, size: int
):
    block = block_bytes(in_flight)
    chunks = pack(contents, size, inflates)
    sender, board = Sender(chunks, block, in_flight), Board(len(chunks), block, inflates)
    on_the_way, done = b"", 0
    for _turn in range(sum(len(chunk.wire) for chunk in chunks) + 2):
        said, board.said = board.said, b""
        sender.receive(said)
        on_the_way += sender.to_send()
        assert len(on_the_way) <= max(in_flight, block + HEADER_BYTES)
        assert b"\x03" not in on_the_way
        assert done <= sender.done <= sum(map(len, contents))
        done = sender.done
        board.read(on_the_way[:7])  # in pieces of any size
        on_the_way = on_the_way[7:]
    assert board.received == b"".join(contents)
    assert sender.answer == b"" and not sender.to_send()


def test_after_the_last_acknowledgement_everything_is_the_answer():
    sender = Sender([Chunk(3, b"0003abc")], 32, 64)
    sender.receive(b"\x06\x06[]\x06\r\n")
    assert sender.answer == b"\x06[]\x06\r\n"


def test_a_chunk_is_no_larger_than_its_board_stands():
    for board in catalogue().boards.values():
        size = chunk_bytes(board.limits.heap_bytes)
        assert size <= max(512, board.limits.heap_bytes // 12)
        for chunk in pack([bytes(50_000)], size, True):
            assert chunk.size <= 2 * size
    assert chunk_bytes(1 << 30) == MAX_CHUNK_BYTES


@given(st.binary())
def test_escapes(data: bytes):
    for escape, byte in ((TO_BOARD, b"\x03"), (FROM_BOARD, b"\x04")):
        hidden = escape.hide(data)
        assert byte not in hidden
        assert escape.show(hidden) == data
    pieces = [FROM_BOARD.hide(data[at : at + 3]) for at in range(0, len(data), 3)]
    assert FROM_BOARD.show(b"".join(pieces)) == data


def test_a_program_counts_for_no_file():
    assert program("print(1)\n", False) == Chunk(0, b"0009print(1)\n")
    assert program("x=1\n" * 200, True).wire < program("x=1\n" * 200, False).wire


@given(st.binary(max_size=300), st.data())
def test_a_fingerprint_sees_every_change(data: bytes, drawn: st.DataObject):
    assert int(fingerprint(data), 16) < FINGERPRINT_PRIME
    if data:
        at = drawn.draw(st.integers(0, len(data) - 1))
        other = bytearray(data)
        other[at] ^= drawn.draw(st.integers(1, 255))
        assert fingerprint(bytes(other)) != fingerprint(data)
        swapped = data[:at][::-1] + data[at:]
        assert swapped == data or fingerprint(swapped) != fingerprint(data)


@pytest.mark.parametrize("digest", [sha256, fingerprint])
def test_digests_are_short(digest):
    assert len(digest(b"x" * 1000)) <= 16
