"""A virtual ESP32 with an empty flash: its ROM, its wires, and MicroPython once an image is on it.

    board = FlashableBoard(ROMS["esp32"], flash, runtime)
    board.lines(dtr=False, rts=True); board.lines(dtr=True, rts=False)    # into the loader
    board.write(packet); board.read(0.1)

Whoever holds the host's end sets the two wires and its rate, as with a USB bridge. `runtime` makes the
board's MicroPython (virtual/board.py); what starts it is a bootloader, a partition table and an application
that are whole. Anything else ends as on a real board: the ROM says what it misses, and starts anew for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from makerlab.errors import BadImage
from makerlab.flash.image import APP, TABLE_BYTES, TABLE_OFFSET, Partition, image_length, read_table
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.clock import Clock
from makerlab.virtual.rom import slip
from makerlab.virtual.rom.chips import RomFacts
from makerlab.virtual.rom.faults import Faults
from makerlab.virtual.rom.loader import Loader
from makerlab.virtual.rom.nor import NorFlash

BOOT_BAUD = 115_200
"""Of the ROM's greeting and of MicroPython's prompt."""
LOOP_S = 0.3
"""From one start to the next of a chip that finds nothing to run (its watchdog)."""
DATA = 1
NVS, FAT = 0x02, 0x81
NVS_PAGE = b"\xfe\xff\xff\xff"
"""How a page of NVS in use begins: what a running board writes where an image has nothing."""
FILES_MARK = b"makerlab files"
"""Stands where the board's file system begins: that there is one. Its files are kept elsewhere
(virtual/storage.py)."""


class FlashableBoard:
    """One board at the end of a cable. For several threads.

    `runtime` is called when MicroPython starts, with True when the board's files were erased since: it gives
    a board that is not started yet.
    """

    def __init__(
        self,
        rom: RomFacts,
        flash: NorFlash,
        runtime: Callable[[bool], VirtualBoard],
        *,
        mac: bytes = b"\x02\x00\x00\x00\x00\x01",
        faults: Faults | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.rom = rom
        self.flash = flash
        self.mac = mac
        self.faults = faults or Faults()
        self.on_output: Callable[[], None] = lambda: None
        """Called when there is something to read."""
        self.on_move: Callable[[], None] = lambda: None
        """Called when the board leaves its port and comes back at another (Faults.moves)."""
        self.written = 0
        """Bytes of images that reached the flash, in all its life."""
        self._runtime = runtime
        self._clock = clock or Clock()
        self._changed = threading.Condition(threading.RLock())
        self._out = bytearray()
        self._lines = (False, False)
        self._held = False
        self._loader: Loader | None = None
        self._packets = slip.Decoder()
        self._app: VirtualBoard | None = None
        self._host_baud = BOOT_BAUD
        self._baud: int | None = BOOT_BAUD
        self._life = 0
        self._closed = False

    # -- the host's end ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Plug it in."""
        with self._changed:
            self._start(download=False)

    def lines(self, dtr: bool, rts: bool) -> None:
        """Set the wires: RTS alone holds the chip in reset, DTR alone asks for the loader, both do nothing.

        A capacitor makes a chip start only some time after its reset ends, so a state that only lies between
        two others (both on) starts nothing.
        """
        with self._changed:
            if (dtr, rts) == self._lines or self._closed:
                return
            self._lines = (dtr, rts)
            if rts and not dtr:
                self._held = True
                self._stop()
            elif self._held and not (rts and dtr):
                self._held = False
                self._start(download=dtr)

    def set_baud(self, baud: int) -> None:
        """The rate of the host's end. The ROM takes over the one it hears first; MicroPython has its own."""
        with self._changed:
            self._host_baud = baud

    def write(self, data: bytes, timeout_s: float = 5.0) -> int:
        """Send to the board; how many bytes it took within `timeout_s`."""
        with self._changed:
            app = self._app
            if app is None:
                self._hear(data)
                return len(data)
            garbled = not self._in_step()
        return len(data) if garbled else app.write(data, timeout_s)

    def read(self, timeout_s: float) -> bytes:
        """What the board has said, waiting up to `timeout_s` for it."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                if self._app is not None:
                    said = self._app.read(0)
                    self._out += said if self._in_step() else b""
                if self._out or self._closed or (left := deadline - time.monotonic()) <= 0:
                    data = bytes(self._out)
                    self._out.clear()
                    return data
                self._changed.wait(left)

    @property
    def host_baud(self) -> int:
        """The rate of the host's end."""
        return self._host_baud

    @property
    def in_loader(self) -> bool:
        """Whether the ROM's loader (or the stub) is what listens."""
        return self._loader is not None

    def follow_baud(self) -> None:
        """Where the host's end has no rate, it is always the board's."""
        with self._changed:
            self._host_baud = self._baud or BOOT_BAUD

    def forget_output(self) -> None:
        """What was said and not read yet is gone."""
        with self._changed:
            self._out.clear()

    def reset(self) -> None:
        """Press its reset button."""
        with self._changed:
            if not self._closed:
                self._stop()
                self._start(download=False)

    def close(self) -> None:
        """Pull its plug."""
        with self._changed:
            self._closed = True
            self._stop()
            self._changed.notify_all()

    # -- its life (the caller holds `changed`) -----------------------------------------------------------

    def _stop(self) -> None:
        self._life += 1
        if self._loader is not None:
            self.written += self._loader.written
        leaves_port = self._loader is not None and self._loader.blocks > 0 and self.faults.moves
        self._loader = None
        self._out.clear()
        if self._app is not None:
            app, self._app = self._app, None
            app.uart.on_output = lambda: None
            app.close()
        if leaves_port and not self._closed:
            self.on_move()

    def _start(self, download: bool) -> None:
        self._life += 1
        self._baud = BOOT_BAUD
        if download:
            self._say(self.rom.greeting + self.rom.download)
            self._baud = None
            self._packets = slip.Decoder()
            self._loader = Loader(self.rom, self.mac, self.flash, self.faults)
            return
        self._say(self.rom.greeting + self.rom.start)
        missing = self._missing()
        if missing:
            self._say(missing)
            life = self._life
            self._clock.at(self._clock.now() + LOOP_S, lambda: self._start_again(life))
            return
        self._start_runtime()

    def _start_again(self, life: int) -> None:
        with self._changed:
            if life == self._life and not self._closed:
                self._start(download=False)

    def _missing(self) -> bytes:
        """What the ROM and the bootloader say when they find nothing to run; empty when all is whole."""
        chip = self.rom.chip
        boot = self.flash.read(chip.bootloader_offset, TABLE_OFFSET - chip.bootloader_offset)
        if boot[0] != 0xE9:
            return b"invalid header: 0x%08x\r\n" % int.from_bytes(boot[:4], "little") * 4
        try:
            image_length(boot, chip, "", "")
        except BadImage:
            return b"csum err:0xef!=0x00\r\nets_main.c 371\r\n"
        try:
            table = read_table(self.flash.read(TABLE_OFFSET, TABLE_BYTES), "")
        except BadImage:
            return (
                b"E (32) flash_parts: partition table invalid\r\n"
                b"E (32) boot: Failed to verify partition table\r\n"
            )
        app = next((one for one in table if one.type == APP), None)
        try:
            if app is not None:
                image_length(self.flash.read(app.offset, app.size), chip, "", "")
                return b""
        except BadImage:
            pass
        return (
            b"E (81) esp_image: image corrupted on flash\r\n"
            b"E (81) boot: No bootable app partitions in the partition table\r\n"
        )

    def _start_runtime(self) -> None:
        erased = False
        for partition in read_table(self.flash.read(TABLE_OFFSET, TABLE_BYTES), ""):
            if partition.type == DATA and partition.subtype == NVS:
                self._mark(partition, NVS_PAGE)
            elif partition.type == DATA and partition.subtype == FAT:
                erased = self._mark(partition, FILES_MARK)
        app = self._runtime(erased)
        app.uart.on_output = self._app_said
        self._app = app
        app.start()

    def _mark(self, partition: Partition, mark: bytes) -> bool:
        """Write `mark` at the beginning of a partition; whether it was not there."""
        there = self.flash.read(partition.offset, len(mark)) == mark
        if not there:
            self.flash.erase(partition.offset, len(mark))
            self.flash.program(partition.offset, mark)
        return not there

    # -- the line (the caller holds `changed`) -----------------------------------------------------------

    def _in_step(self) -> bool:
        """Whether both ends have the same rate, and the bridge keeps it. Otherwise all on the line is noise,
        of which this model makes silence."""
        return self._host_baud == self._baud and self._host_baud not in self.faults.refused_bauds

    def _hear(self, data: bytes) -> None:
        loader = self._loader
        if loader is None:
            return
        if self._baud is None:
            self._baud = self._host_baud  # the ROM measures the first bytes
        if not self._in_step():
            return
        for packet in self._packets.feed(data):
            answers = loader.receive(packet)
            if self.faults.mute:
                continue
            if answers and self.faults.answer_delay_s:
                time.sleep(self.faults.answer_delay_s)
            for answer in answers:
                self._say(slip.encode(answer))
            if loader.new_baud:
                self._baud, loader.new_baud = loader.new_baud, 0
            if loader.leaves:
                answered = bytes(self._out)
                self._stop()
                self._out += answered
                self._start(download=self._lines == (True, False))
                return

    def _say(self, data: bytes) -> None:
        if self._in_step() or self._baud is None:
            self._out += data
        self._changed.notify_all()
        self.on_output()

    def _app_said(self) -> None:
        with self._changed:
            self._changed.notify_all()
        self.on_output()
