"""esptool in one process for many boards: whose words are whose, and no time for dumps that nobody sees.

    esptool = load()
    with listening(listener): esptool.write_flash(...)     # in the board's own thread

Two things of esptool 5 are adapted, each only where it is found as we know it:

* It has one logger for the whole process. Ours asks a context variable, set in each board's thread, who is to
  hear it.
* For every packet it composes a hex dump for its trace, whether that is on or not: twelve times the time of
  everything else together (measured with 5.6.0). Without a trace the dump is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn

from makerlab.flash.image import Chip

MAX_KEPT_LINES = 200
"""Of what esptool says about one board."""


def unheard(done: int, size: int) -> None:
    """Progress that nobody wants to know."""


@dataclass
class Listener:
    """Hears esptool for one board: `progress` takes bytes done and all bytes of what is being written."""

    progress: Callable[[int, int], None] = unheard
    lines: list[str] = field(default_factory=list)
    """What it said last, for a report of a fault."""

    def hear(self, text: str) -> None:
        self.lines.append(text)
        del self.lines[:-MAX_KEPT_LINES]


_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_loading = threading.Lock()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear what esptool says in this thread meanwhile."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def load() -> Any:
    """esptool, imported and adapted once. It takes a second: never import it for --help."""
    with _loading:
        import esptool
        from esp_pylib.logger import EspLog

        if not isinstance(EspLog.instance, _base_logger()):
            EspLog.set_logger(_base_logger()())
        leave_out_dumps()
        return esptool


def chips() -> dict[int, Chip]:
    """What esptool knows of each chip, by the number that images name it with."""
    load()
    from esptool.targets import CHIP_DEFS

    return {
        rom.IMAGE_CHIP_ID: Chip(key, rom.CHIP_NAME, rom.IMAGE_CHIP_ID, rom.BOOTLOADER_FLASH_OFFSET)
        for key, rom in CHIP_DEFS.items()
        if rom.IMAGE_CHIP_ID is not None
    }


def leave_out_dumps() -> bool:
    """Have hex dumps of packets composed for nobody no more; whether they are left out now.

    Only the class that we know is changed: one whose text of two bytes is their hex digits, and that
    `trace` alone uses. Where esptool has changed, it stays as it is, and is slower.
    """
    from esptool import loader

    formatter = getattr(loader, "HexFormatter", None)
    if formatter is None or not hasattr(loader.ESPLoader, "trace"):
        return False
    if formatter.__str__ is _no_dump:
        return True
    if str(formatter(b"\x0a\xbc")).strip().lower() != "0abc":
        return False
    formatter.__str__ = _no_dump
    return True


def _no_dump(_self: object) -> str:
    return ""


_LOGGERS: list[type[Any]] = []


def _base_logger() -> type[Any]:
    """The class of our logger, which cannot be made before esptool is imported."""
    if not _LOGGERS:
        from esp_pylib.logger import EspLogBase

        class RoutingLogger(EspLogBase):
            """Tells the listener of the calling thread; without one nobody hears it."""

            def print(self, *args: Any, **_options: Any) -> None:
                self._hear("", args)

            def note(self, *args: Any) -> None:
                self._hear("NOTE: ", args)

            def hint(self, *args: Any) -> None:
                self._hear("", args)

            def warn(self, *args: Any, suggestion: str | None = None) -> None:
                self._hear("WARNING: ", args)

            def err(self, *args: Any, suggestion: str | None = None) -> None:
                self._hear("ERROR: ", args)

            def debug(self, *args: Any) -> None:
                pass

            warning, error = warn, err

            def die(self, *args: Any, exit_code: int = 1, suggestion: str | None = None) -> NoReturn:
                raise RuntimeError(" ".join(map(str, args)))

            def stage(self, finish: bool = False) -> None:
                pass

            def set_verbosity(self, mode: int | str) -> None:
                pass

            def set_info_stream(self, stream: Any) -> None:
                pass

            def progress_bar(
                self,
                cur_iter: int,
                total_iters: int,
                prefix: str = "",
                suffix: str = "",
                bar_length: int = 30,
            ) -> None:
                if (listener := _listener.get()) is not None:
                    listener.progress(cur_iter, total_iters)

            def _hear(self, mark: str, args: tuple[Any, ...]) -> None:
                text = mark + " ".join(str(arg) for arg in args).strip()
                if text and (listener := _listener.get()) is not None:
                    listener.hear(text)

        _LOGGERS.append(RoutingLogger)
    return _LOGGERS[0]
