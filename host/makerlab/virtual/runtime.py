"""The compiled MicroPython, and one running instance of it (a guest).

Compiling takes about a second, so the result is kept in the user's cache; from there it takes a few
milliseconds. All guests of a process share one engine and one compiled module.

This goes to wasmtime's C functions through its own bindings where its Python classes stand in the way: those
hand exceptions of callbacks over in a global variable, which guests in several threads would mix up, and they
do not know the epoch callback.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from wasmtime import Config, Engine, Func, Linker, Memory, Module, Store, WasmtimeError
from wasmtime import _bindings as ffi

from makerlab.paths import cache_dir
from makerlab.virtual import artifact

WASM_STACK_BYTES = 512 << 10
"""Of this computer's stack, for one guest. MicroPython itself stops recursion long before."""
THREAD_STACK_BYTES = 2 << 20
"""For the thread a guest runs in: WASM_STACK_BYTES, and room for Python's callbacks."""
MEMORY_LIMIT_BYTES = 4 << 20
"""A guest's memory: 192 KB of its own, its heap, and what its C library allocates."""
RECURSION_STACK_BYTES = 52 << 10
"""Of the 64 KB of stack inside the guest; the rest is for C functions that do not check."""

_lock = threading.Lock()
_engine: Engine | None = None
_module: Module | None = None


class Stopped(Exception):
    """Raised by a host function, or by an epoch callback, to end the guest at once."""


# -- compiled once -----------------------------------------------------------------------------------------


def module() -> tuple[Engine, Module]:
    """The engine and the compiled runtime: from this process, else from the cache, else compiled.

    Raises artifact.WrongArtifact or ImportError when the packages are not the ones setup.cfg names.
    """
    global _engine, _module
    with _lock:
        if _engine is None or _module is None:
            config = Config()
            config.wasm_exceptions = True
            config.epoch_interruption = True
            config.max_wasm_stack = WASM_STACK_BYTES
            engine = Engine(config)
            # Both or none: a module runs on the engine that compiled it, on another the process would end.
            _engine, _module = engine, _cached_module(engine)
        return _engine, _module


def _cached_module(engine: Engine) -> Module:
    key = "|".join(
        (artifact.DIGEST, artifact.PREPARATION, version("wasmtime"), sys.platform, str(WASM_STACK_BYTES))
    )
    file = cache_dir() / f"micropython-{hashlib.sha256(key.encode()).hexdigest()[:16]}.cwasm"
    try:
        stored = file.read_bytes()
        digest, compiled = stored[:32], stored[32:]
        if hashlib.sha256(compiled).digest() == digest:
            return Module.deserialize(engine, compiled)
    except (OSError, WasmtimeError):
        pass  # not there yet, or from another machine: make it anew
    fresh = Module(engine, artifact.prepare(artifact.genuine()))
    compiled = bytes(fresh.serialize())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_bytes(hashlib.sha256(compiled).digest() + compiled)
        part.replace(file)
    except OSError:
        pass  # a read-only home folder: slower, not broken
    return fresh


# -- one guest -----------------------------------------------------------------------------------------------

HostFunction = Callable[..., int | None]

_NULL_FINALIZER = ctypes.cast(0, ctypes.CFUNCTYPE(None, ctypes.c_void_p))
_STOPPED = ctypes.create_string_buffer(b"stopped")
_EpochCallback = ffi._wasmtime_store_epoch_deadline_callback.argtypes[1]


class Guest:
    """One instance of the runtime. `run` runs it in the calling thread until it ends or is stopped.

    `functions` are its imports by name; they get plain integers and return one (or None where the import has
    no result). They, and `on_epoch`, may raise Stopped; any other exception of theirs ends the guest too and
    is raised by `run`. `on_epoch` is called in the guest's thread at a point where the interpreter's memory
    may be changed, some microseconds after anybody calls `poke_all` while the guest computes.
    """

    def __init__(self, functions: dict[str, HostFunction], on_epoch: Callable[[], None]) -> None:
        engine, compiled = module()
        self._error: BaseException | None = None
        self._store = Store(engine)
        self._store.set_limits(memory_size=MEMORY_LIMIT_BYTES, instances=1, memories=1, tables=8)
        self._store.set_epoch_deadline(1)
        self._callbacks: list[object] = []  # C calls them: they must live as long as the store
        self._context = self._store._context()
        self._watch_epoch(on_epoch)
        instance = self._link(engine, compiled, functions).instantiate(self._store, compiled)
        exports = instance.exports(self._store)
        memory, start = exports["memory"], exports["_start"]
        assert isinstance(memory, Memory) and isinstance(start, Func)
        self._start = start
        self._memory = ctypes.byref(memory._memory)
        self._base = self._known_bytes = 0
        self._keep = (memory, instance)

    def run(self) -> None:
        """Run the guest's program to its end. Raises Stopped, or WasmtimeError for a crash (a trap)."""
        try:
            self._start(self._store)
        except Exception:
            if self._error is not None:
                raise self._error from None
            raise
        finally:
            self._store.close()

    # -- the guest's memory; every access is checked, because a guest may hand over any number ----------

    def read(self, at: int, size: int) -> bytes:
        return ctypes.string_at(self._address(at, size), size)

    def write(self, at: int, data: bytes) -> None:
        ctypes.memmove(self._address(at, len(data)), data, len(data))

    def read_word(self, at: int) -> int:
        return int.from_bytes(self.read(at, 4), "little")

    def write_word(self, at: int, value: int) -> None:
        self.write(at, value.to_bytes(4, "little"))

    def _address(self, at: int, size: int) -> int:
        there = ffi.wasmtime_memory_data_size(self._context, self._memory)
        if at < 0 or size < 0 or at + size > there:
            raise ValueError("outside the guest's memory")
        if there != self._known_bytes:  # it has grown, and may lie elsewhere now
            base = ctypes.cast(ffi.wasmtime_memory_data(self._context, self._memory), ctypes.c_void_p).value
            assert base is not None
            self._base, self._known_bytes = base, there
        return self._base + at

    # -- inside -----------------------------------------------------------------------------------------

    def _watch_epoch(self, on_epoch: Callable[[], None]) -> None:
        def callback(_context: Any, _data: Any, delta: Any, _kind: Any) -> int:
            try:
                on_epoch()
            except BaseException as error:
                self._error = error
                return _address_of(ffi.wasmtime_error_new(_STOPPED))
            delta[0] = 1
            return 0

        wrapped = _EpochCallback(callback)
        self._callbacks.append(wrapped)
        ffi.wasmtime_store_epoch_deadline_callback(self._store.ptr(), wrapped, None, _NULL_FINALIZER)

    def _link(self, engine: Engine, compiled: Module, functions: dict[str, HostFunction]) -> Linker:
        linker = Linker(engine)
        for imported in compiled.imports:
            kind: Any = imported.type
            name = imported.name or ""
            wrapped = self._wrap(functions[name], [str(param) for param in kind.params], bool(kind.results))
            error = ffi.wasmtime_linker_define_func_unchecked(
                linker.ptr(),
                ctypes.create_string_buffer(imported.module.encode()), len(imported.module),
                ctypes.create_string_buffer(name.encode()), len(name),
                kind.ptr(), wrapped, None, _NULL_FINALIZER,
            )  # fmt: skip
            if error:
                raise WasmtimeError._from_ptr(error)
        return linker

    def _wrap(self, function: HostFunction, params: Sequence[str], result: bool) -> object:
        fields = [(index, "i64" if param == "i64" else "i32") for index, param in enumerate(params)]

        def callback(_env: Any, _caller: Any, values: Any, _count: int) -> int:
            try:
                # Numbers and addresses are unsigned here; WebAssembly does not say.
                arguments = [
                    getattr(values[index], kind) & (0xFFFFFFFF if kind == "i32" else 0xFFFFFFFFFFFFFFFF)
                    for index, kind in fields
                ]
                answer = function(*arguments)
                if result:
                    values[0].i32 = answer
                return 0
            except BaseException as error:
                self._error = error
                return _address_of(ffi.wasmtime_trap_new(_STOPPED, len(_STOPPED)))

        wrapped = ffi.wasmtime_func_unchecked_callback_t(callback)
        self._callbacks.append(wrapped)
        return wrapped


def _address_of(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def poke_all() -> None:
    """Have every guest that computes call its `on_epoch` soon."""
    engine = _engine
    if engine is not None:
        engine.increment_epoch()
