"""Serial ports (COM3, /dev/ttyACM0) and `rfc2217://host:port`, through pyserial.

Opening a port must not reset the board behind it. On most ESP32 boards DTR and RTS work two transistors:
RTS alone on means reset, DTR alone on means boot mode, both on or both off means nothing. POSIX systems
switch both on when a port is opened, and pyserial then switches them off one after the other, which resets
the board for as long as the second takes. Here both change in one call.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import struct
import sys
import time
from typing import Any

import serial

from makerlab.boards import Reset, catalogue
from makerlab.errors import (
    BadAddress,
    LinkError,
    LinkTimeout,
    NotABoardPort,
    PortBusy,
    PortFailed,
    PortForbidden,
    PortLost,
    PortMissing,
)
from makerlab.i18n import _
from makerlab.link.base import Link
from makerlab.link.ports import look_up

if sys.platform != "win32":
    import fcntl
    import select
    import termios

    # What a port that is gone raises: termios.error is no OSError, and pyserial does not wrap all of them.
    PORT_ERRORS: tuple[type[Exception], ...] = (OSError, termios.error)
else:
    PORT_ERRORS = (OSError,)
_OPEN_ERRORS: tuple[type[Exception], ...] = (*PORT_ERRORS, ValueError)

BAUD = 115200
POLL_S = 0.1
"""How long one read waits. Set once: pyserial reconfigures the whole port when it changes (issue 394)."""
PIECE_BYTES = 256
STUCK_S = 2.0
"""Windows: a piece that takes longer is given up (at 9600 baud it takes 0.3 s); as `POLL_S` set once."""
WINDOWS_RX_BYTES = 65536
"""pyserial asks Windows for 4,096: 44 ms at 921600 baud."""
ROM_BAUD = 115_200
"""At which the ROM loaders of the ESP32 family are spoken to first."""
ESPTOOL_TIMEOUT_S = 3.0
"""loader.DEFAULT_TIMEOUT of esptool."""
RESET_PULSE_S = 0.1
BREAK_S = 0.25


def open(port: str) -> SerialLink:
    """Open a serial port at 115200 baud, for nobody else, without resetting the board.

    Raises LinkError saying which port, what is wrong and what to do.
    """
    if port.lower().startswith("rfc2217:"):
        return SerialLink(port, _open_remote(port), "rts")
    info, not_there = look_up(port)
    if not_there is not None and not_there.refuse:
        raise NotABoardPort(port=port, kind=_(not_there.kind))
    adapter = catalogue().adapter(info.usb) if info is not None and info.usb is not None else None
    # What is no USB device is a plain line with a bridge's wiring. An unknown USB device is left as any
    # terminal program would have it: those that speak USB themselves stay silent without DTR.
    lines = adapter.lines if adapter else info is not None and info.usb is not None
    return SerialLink(port, _open_local(port, lines), adapter.reset if adapter else "none")


class SerialLink(Link):
    """A link over an open pyserial port, which it owns from now on. `reset_by` as in boards.yaml."""

    def __init__(self, port: str, opened: serial.SerialBase, reset_by: Reset) -> None:
        super().__init__(port)
        self._serial: Any = opened
        self._reset_by = reset_by
        self._start()

    def reset(self) -> bool:
        """Press the reset button by wire; False where that is impossible. Takes up to 0.3 s."""
        if self._reset_by == "none":
            return False
        try:
            if self._reset_by == "break":
                self._serial.send_break(BREAK_S)
            else:
                self._pulse_rts()
        except ValueError:
            return False  # an RFC 2217 server that refuses
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):
                return False  # a pseudo-terminal has no such lines
            raise PortLost(port=self.port) from None
        return True

    def _pulse_rts(self) -> None:
        on_before = self._serial.dtr
        self._serial.dtr = False
        self._serial.rts = True
        time.sleep(RESET_PULSE_S)
        self._serial.rts = False
        if on_before:
            self._serial.dtr = True  # first: RTS alone on would be another reset
            self._serial.rts = True

    def _receive(self) -> bytes:
        try:
            first: bytes = self._serial.read(1)
            return first + bytes(self._serial.read(self._serial.in_waiting)) if first else b""
        except OSError:
            # Among them "device reports readiness to read but returned no data": a pulled plug on Linux.
            raise PortLost(port=self.port) from None

    def _send(self, data: bytes, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._send_some(bytes(rest[:PIECE_BYTES]), deadline - time.monotonic()) :]
            except serial.SerialTimeoutException:
                raise LinkTimeout(port=self.port) from None
            except BlockingIOError:
                continue
            except OSError:
                raise PortLost(port=self.port) from None

    def _send_some(self, data: bytes, left_s: float) -> int:
        """Send the beginning of `data` within `left_s`; how many bytes that was."""
        if sys.platform != "win32" and isinstance(self._serial, _LocalSerial):
            # Not pyserial's write, which spins while the port is full.
            descriptor = self._serial.fileno()
            if select.select([], [descriptor], [], max(0.0, left_s))[1]:
                return os.write(descriptor, data)
        elif left_s > 0:
            self._serial.write(data)
            return len(data)
        raise LinkTimeout(port=self.port)

    def _shut(self) -> None:
        # Closing under a thread that reads is not safe in pyserial: wake it, and wait for it.
        if hasattr(self._serial, "cancel_read"):
            with contextlib.suppress(OSError):
                self._serial.cancel_read()
        self._join()
        with contextlib.suppress(OSError):
            self._serial.close()


class _LocalSerial(serial.Serial):
    """pyserial's port; on POSIX with DTR and RTS that change together (why: see the top of this file)."""

    if sys.platform != "win32":

        def _update_dtr_state(self) -> None:
            self._update_both()

        def _update_rts_state(self) -> None:
            self._update_both()

        def _update_both(self) -> None:
            if self.fd is None:
                return
            lines = struct.unpack("I", fcntl.ioctl(self.fd, termios.TIOCMGET, struct.pack("I", 0)))[0]
            for bit, on in ((termios.TIOCM_DTR, self.dtr), (termios.TIOCM_RTS, self.rts)):
                lines = lines | bit if on else lines & ~bit
            fcntl.ioctl(self.fd, termios.TIOCMSET, struct.pack("I", lines))


def _open_local(port: str, lines: bool) -> serial.SerialBase:
    opened = _LocalSerial(None, BAUD, timeout=POLL_S, write_timeout=STUCK_S)
    opened.port = port
    opened.dtr = opened.rts = lines
    if sys.platform != "win32":
        opened.exclusive = True  # Windows knows nothing else
    try:
        opened.open()
    except _OPEN_ERRORS as error:
        raise open_error(port, error) from None
    if sys.platform == "win32":
        opened.set_buffer_size(rx_size=WINDOWS_RX_BYTES)
    return opened


def _open_remote(port: str) -> serial.SerialBase:
    try:
        opened = serial.serial_for_url(port, do_not_open=True, baudrate=BAUD, timeout=POLL_S)
        opened.dtr = opened.rts = False
        opened.open()
    except (OSError, ValueError) as error:
        raise _remote_error(port, error) from None
    return opened


def _remote_error(port: str, error: Exception) -> LinkError:
    # pyserial wraps what went wrong with the address or on the way; what the server refuses it says itself.
    cause = error.__context__
    if cause is None:
        return PortFailed(port=port, detail=_("the other end does not speak RFC 2217"))
    on_the_way = isinstance(cause, OSError) and not isinstance(cause, serial.SerialException)
    return (PortMissing if on_the_way else BadAddress)(port=port)


def open_for_esptool(port: str) -> serial.SerialBase:
    """Open a port as esptool itself would, so that it can move DTR and RTS by itself. Raises LinkError.

    With esptool's own patience for an answer from the start: it sets that before every command and takes it
    back afterwards, and each change reconfigures the whole port.
    """
    try:
        opened = serial.serial_for_url(port, do_not_open=True, timeout=ESPTOOL_TIMEOUT_S, exclusive=True)
        if sys.platform == "win32":
            opened.rts = opened.dtr = False  # else opening presses the reset button
        opened.baudrate = ROM_BAUD
        opened.open()
    except _OPEN_ERRORS as error:
        raise (_remote_error if "://" in port else open_error)(port, error) from None
    return opened


# What a system's number means when a port is opened; any other is PortFailed with the system's words.
_POSIX: dict[int, type[LinkError]] = {
    errno.ENOENT: PortMissing,
    errno.ENXIO: PortMissing,
    errno.ENODEV: PortMissing,
    errno.EBUSY: PortBusy,
    errno.EAGAIN: PortBusy,  # somebody holds the lock
    errno.EACCES: PortForbidden,
    errno.EPERM: PortForbidden,
    errno.EISDIR: BadAddress,
    errno.ENOTTY: BadAddress,  # an ordinary file
    errno.ENAMETOOLONG: BadAddress,
}
_WINDOWS: dict[int, type[LinkError]] = {  # winerror.h
    2: PortMissing,  # ERROR_FILE_NOT_FOUND
    3: PortMissing,  # ERROR_PATH_NOT_FOUND
    5: PortBusy,  # ERROR_ACCESS_DENIED: a serial port that is open elsewhere
    32: PortBusy,  # ERROR_SHARING_VIOLATION
    123: BadAddress,  # ERROR_INVALID_NAME
    170: PortBusy,  # ERROR_BUSY
    433: PortMissing,  # ERROR_NO_SUCH_DEVICE
    1167: PortMissing,  # ERROR_DEVICE_NOT_CONNECTED
}


def open_error(port: str, error: Exception) -> LinkError:
    """What went wrong when pyserial opened `port`, said so that it helps."""
    # On Windows pyserial gives only the text of an OSError: "... OSError(22, '<words>', None, 31)".
    if windows := re.search(r"\(\d+, (.*), None, (\d+)\)", str(error)):
        number, detail = int(windows[2]), f"{windows[1].strip(chr(39))} ({windows[2]})"
        kind = _WINDOWS.get(number, PortFailed)
    else:
        # tcgetattr's error is only the context of the one raised.
        cause = error if getattr(error, "errno", None) else (error.__context__ or error)
        number = getattr(cause, "errno", None) or (cause.args[0] if cause.args else 0)
        detail = str(cause.args[-1]) if cause.args else str(error)
        kind = _POSIX.get(number, PortFailed)
    return kind(port=port, detail=detail)
