"""The doctor's rules: every cause from the facts, the exact exceptions and the lines boards really print."""

from __future__ import annotations

import errno
import string

import pytest

from makerlab.boards import Usb
from makerlab.doctor import boot_log
from makerlab.doctor.causes import CAUSES, Finding
from makerlab.doctor.facts import Disk, Drive, Facts, Hub, Network, Port, Python, Skipped, UsbDevice
from makerlab.doctor.rules import findings
from makerlab.errors import PortLost
from makerlab.firmware_images.problems import DownloadFailed, ErrorPage, Unreachable, Untrusted
from makerlab.flash.daplink import read_details, read_failure
from makerlab.i18n import N_, set_language
from makerlab.link.serial_port import open_error
from makerlab.repl.probe import understand

CH340 = Usb(0x1A86, 0x7523)
CP2102 = Usb(0x10C4, 0xEA60, "0001")
V2 = "9906360200052820fc5547431ad27a91000000006e052820"


@pytest.fixture(autouse=True)
def in_english():
    set_language("en")
    yield
    set_language("en")


def causes(facts: Facts) -> list[str]:
    found = findings(facts)
    for finding in found:
        assert finding.what and finding.todo
    return [finding.cause for finding in found]


# -- the exact exceptions ----------------------------------------------------------------------------------


def windows(words: str, number: int, beginning: str = "could not open port 'COM5': ") -> Exception:
    """As pyserial says it: the OSError stands in its text (esptool issue 879, greaseweazle issue 644)."""
    kind = "PermissionError(13" if number in (5, 31) else "FileNotFoundError(2"
    return OSError(f"{beginning}{kind}, '{words}', None, {number})")


NOT_WORKING = "A device attached to the system is not functioning."
SPANISH = "Uno de los dispositivos conectados al sistema no funciona."
CHINESE = "连到系统上的设备没有发挥作用。"
CONFIGURE = "Cannot configure port, something went wrong. Original message: "


def closed(error: Exception, usb: Usb = CH340, **more: object) -> Port:
    return Port("COM5", usb, error=open_error("COM5", error), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [NOT_WORKING, SPANISH, CHINESE])
@pytest.mark.parametrize("beginning", [CONFIGURE, "could not open port 'COM5': "])
def test_error_31_with_the_driver_of_the_ch340(words, beginning):
    port = closed(windows(words, 31, beginning))
    device = UsbDevice(CH340, "USB-SERIAL CH340 (COM5)", port="COM5", driver="3.8.2023.2")
    (finding,) = findings(Facts("win32", (port,), usb=(device,)))
    assert finding.cause == "ch340-driver"
    assert "3.8.2023.2" in finding.what and "3.4" in finding.todo


def test_error_31_of_something_else():
    older = UsbDevice(CH340, port="COM5", driver="3.5.2019.1")
    assert causes(Facts("win32", (closed(windows(NOT_WORKING, 31)),), usb=(older,))) == ["device-broken"]
    assert causes(Facts("win32", (closed(windows(NOT_WORKING, 31)),))) == ["ch340-driver"]
    assert causes(Facts("win32", (closed(windows(NOT_WORKING, 31), CP2102),))) == ["device-broken"]


@pytest.mark.parametrize(
    "error",
    [
        windows("Access is denied.", 5),
        windows("拒绝访问。", 5),
        OSError(errno.EBUSY, "Device or resource busy"),
        OSError(
            errno.EAGAIN, "Could not exclusively lock port /dev/ttyUSB0: Resource temporarily unavailable"
        ),
    ],
)
def test_a_port_in_use(error):
    (finding,) = findings(Facts("win32", (closed(error, holders=("Thonny",)),)))
    assert finding.cause == "port-busy" and "Thonny" in finding.what
    (finding,) = findings(Facts("win32", (closed(error),)))
    assert "Mind+" in finding.what


@pytest.mark.parametrize(("member", "cause"), [(False, "port-forbidden"), (True, "group-not-yet")])
def test_the_group_of_linux(member, cause):
    error = OSError(errno.EACCES, "could not open port /dev/ttyACM0: Permission denied")
    port = Port("/dev/ttyACM0", CH340, error=open_error("/dev/ttyACM0", error), group="uucp", member=member)
    (finding,) = findings(Facts("linux", (port,)))
    assert finding.cause == cause and "uucp" in finding.what
    assert member or "usermod -aG uucp" in finding.todo


@pytest.mark.parametrize(
    "error",
    [
        windows("The parameter is incorrect.", 87, CONFIGURE),
        windows("The semaphore timeout period has expired.", 121),
        windows("The system cannot find the file specified.", 2),
    ],
)
def test_a_port_that_does_not_open(error):
    assert causes(Facts("win32", (closed(error),))) == ["port-failed"]


def test_a_board_that_was_pulled_meanwhile():
    assert causes(Facts("linux", (Port("COM5", CH340, error=PortLost(port="COM5")),))) == ["port-failed"]


# -- the lines of a boot log -------------------------------------------------------------------------------

ROM = b"ets Jul 29 2019 12:21:46\r\n\r\n"
EMPTY = (
    ROM
    + b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    + b"invalid header: 0xffffffff\r\n" * 8
)
BROWN_OUT = (
    b"\r\nBrownout detector was triggered\r\n\r\n"
    + ROM
    + b"rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"configsip: 0, SPIWP:0xee\r\nmode:DIO, clock div:2\r\n"
)
BROWN_OUT_S3 = (
    b"ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\n"
    b"rst:0xf (BROWNOUT_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
)
LOOP = ROM + b"rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nmode:DIO, clock div:2\r\n"
WRONG = ROM + b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\ninvalid header: 0x25207325\r\n"
NO_HEADER = (
    ROM + b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"flash read err, 1000\r\nets_main.c 371 \r\n"
)
OTHER_CHIP = (
    ROM + b"rst:0x1 (POWERON_RESET),boot:0x13\r\nE (43) boot_comm: mismatch chip ID, expected 0, found 5\r\n"
)
NO_APP = (
    ROM + b"rst:0x1 (POWERON_RESET)\r\nE (91) boot: No bootable app partitions in the partition table\r\n"
)
MAGIC = ROM + b"rst:0x1 (POWERON_RESET)\r\nE (753) esp_image: image at 0x200000 has invalid magic byte\r\n"
PANIC = b"Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.\r\n" + ROM
WAITING = (
    ROM + b"rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n"
    b"waiting for download\r\n"
)
BANNER = b"\r\nMicroPython v1.27.0 on 2025-12-09; Generic ESP32 module with ESP32\r\n>>> "
CIRCUITPYTHON = b"\r\nAdafruit CircuitPython 9.0.4 on 2024-04-16; Adafruit QT Py with ESP32S3\r\n>>> "

LOGS = [
    (EMPTY, ["empty-board"]),
    (EMPTY * 3, ["empty-board"]),
    (BROWN_OUT, ["brown-out"]),
    (BROWN_OUT * 4, ["brown-out"]),
    (BROWN_OUT_S3, ["brown-out"]),
    (BROWN_OUT + BANNER, ["brown-out"]),
    (LOOP * 3, ["boot-loop"]),
    (WRONG, ["wrong-image"]),
    (NO_HEADER, ["wrong-image"]),
    (OTHER_CHIP, ["wrong-chip"]),
    (NO_APP, ["wrong-image"]),
    (MAGIC, ["wrong-image"]),
    (PANIC, ["crash"]),
    (WAITING, ["download-mode"]),
    (CIRCUITPYTHON, ["not-micropython"]),
    (b"", ["silent"]),
    (BANNER, []),
    (LOOP + BANNER, []),
    (LOOP, []),
    (b"light 12 lx\r\nlight 13 lx\r\n", []),
]


def heard_from(heard: bytes) -> Port:
    found = understand(heard)
    return Port("COM5", CH340, can_be=("esp32",), heard=heard, kind=found.kind, version=found.version)


@pytest.mark.parametrize(("heard", "expected"), LOGS)
def test_what_a_board_prints(heard, expected):
    assert causes(Facts("linux", (heard_from(heard),))) == expected


def test_the_facts_of_a_log_reach_the_words():
    (finding,) = findings(Facts("linux", (heard_from(OTHER_CHIP),)))
    assert "ESP32-C3" in finding.what and "COM5" in finding.todo
    assert boot_log.read(LOOP * 3).reason == "TG1WDT_SYS_RESET"
    assert boot_log.read(PANIC).panic == "LoadProhibited"


@pytest.mark.parametrize("heard", [one for one, _expected in LOGS])
def test_a_log_that_is_cut_anywhere_is_read_without_trouble(heard):
    for end in range(len(heard)):
        boot_log.read(heard[:end])


# -- USB, drivers, hubs ------------------------------------------------------------------------------------


def test_nothing_at_all_is_mostly_the_cable():
    (finding,) = findings(Facts("linux", usb=()))
    assert finding.cause == "nothing-there" and "charge" in finding.todo
    assert causes(Facts("darwin")) == []  # a system that cannot be asked says nothing about cables


@pytest.mark.parametrize(
    ("device", "cause"),
    [
        (UsbDevice(CH340), "no-driver"),
        (UsbDevice(CH340, problem=28), "no-driver"),
        (UsbDevice(CP2102, problem=10), "device-problem"),
        (UsbDevice(CP2102, problem=43), "device-problem"),
        (UsbDevice(CH340, claimed=True), "braille-takes-port"),
        (UsbDevice(CH340, port="COM3"), None),
    ],
)
def test_a_device_without_a_port(device, cause):
    found = findings(Facts("linux", usb=(device,), braille=True))
    assert [one.cause for one in found] == ([cause] if cause else [])
    if cause:
        assert "CH340" in found[0].what or "CP210x" in found[0].what


def test_a_bridge_its_driver_does_not_want():
    port = Port(
        "COM7", Usb(0x067B, 0x2303), "PL2303HXA PHASED OUT SINCE 2012. PLEASE CONTACT YOUR SUPPLIER. (COM7)"
    )
    assert causes(Facts("win32", (port,))) == ["pl2303-phased-out"]


@pytest.mark.parametrize(
    ("hub", "cause"),
    [
        (Hub("1-2", 9), "hub-overload"),
        (Hub("1-2", 8), None),
        (Hub("1-2", 4, wanted_ma=2000, own_power=False), "hub-power"),
        (Hub("1-2", 4, wanted_ma=2000), None),
        (Hub("usb1", 1, power_cuts=3), "power-cut"),
    ],
)
def test_hubs(hub, cause):
    assert causes(Facts("linux", hubs=(hub,))) == ([cause] if cause else [])


def test_ports_that_are_left_alone_are_named():
    skipped = (Skipped("COM5", N_("a Bluetooth connection")), Skipped("COM7", N_("a modem")))
    set_language("zh")
    found = findings(Facts("win32", skipped=skipped))
    assert [(one.cause, one.level) for one in found] == [("skipped-port", "note")] * 2
    assert "蓝牙" in found[0].what


# -- micro:bit ---------------------------------------------------------------------------------------------

# As people posted them: circuitpython issue 10730, DAPLink issues 801 and 908, btlejack-firmware issue 8.
DETAILS = """\
# DAPLink Firmware - see https://daplink.io
Build ID: v0258-beta3-g0004198b (gcc)
Unique ID: 9906360200052820fc5547431ad27a91000000006e052820
HIC ID: 6e052820
Auto Reset: 1
Daplink Mode: Interface
Interface Version: 0258
Bootloader Version: 0257
USB Interfaces: MSD, CDC, HID, WebUSB
Remount count: 3
URL: https://microbit.org/device/?id=9906&v=0258
"""
MAINTENANCE = """\
# DAPLink Firmware - see https://mbed.com/daplink
Unique ID: 0000000051114e450017800d000000310000000097969901
HIC ID: 97969901
Daplink Mode: Bootloader
Bootloader Version: 0243
USB Interfaces: MSD
Remount count: 1
"""
FAIL = "error: In application programming aborted due to an out of bounds address.\r\ntype: interface\r\n"


def drive(details: str = DETAILS, label: str = "MICROBIT", fail: str = "") -> Drive:
    found = read_details(details)
    assert found is not None
    return Drive("E:\\", label, found, read_failure(fail) if fail else None)


def with_port(*drives: Drive) -> Facts:
    return Facts("win32", (Port("COM3", Usb(0x0D28, 0x0204, V2)),), drives=drives)


def test_a_micro_bit_as_it_should_be():
    assert causes(with_port(drive())) == []


def test_a_drive_without_a_port():
    device = UsbDevice(Usb(0x0D28, 0x0204, V2))
    assert causes(Facts("win32", usb=(device,), drives=(drive(),))) == ["drive-without-port"]


def test_maintenance():
    assert causes(Facts("win32", drives=(drive(MAINTENANCE, "MAINTENANCE"),))) == ["maintenance"]
    assert causes(Facts("win32", drives=(drive(MAINTENANCE, ""),))) == ["maintenance"]


@pytest.mark.parametrize(
    ("version", "old"), [("0234", True), ("0241", True), ("0249", False), ("0255", False)]
)
def test_old_daplink(version, old):
    found = causes(
        with_port(drive(DETAILS.replace("Interface Version: 0258", f"Interface Version: {version}")))
    )
    assert found == (["old-daplink"] if old else [])


def test_a_refused_file():
    (finding,) = findings(with_port(drive(fail=FAIL)))
    assert finding.cause == "file-refused" and finding.todo


# -- this computer -----------------------------------------------------------------------------------------

ADDRESS = "https://micropython.org/x.bin"


@pytest.mark.parametrize(
    ("error", "proxy", "cause"),
    [
        # OpenSSL's words in ssl.SSLCertVerificationError.verify_message.
        (
            Untrusted(address=ADDRESS, problem="self-signed certificate in certificate chain"),
            "",
            "tls-interception",
        ),
        (
            Untrusted(address=ADDRESS, problem="unable to get local issuer certificate"),
            "http://p:80",
            "tls-interception",
        ),
        (Untrusted(address=ADDRESS, problem="certificate has expired"), "", "clock"),
        (Untrusted(address=ADDRESS, problem="certificate is not yet valid"), "", "clock"),
        (Unreachable(address=ADDRESS, problem="Name or service not known"), "", "offline"),
        (
            Unreachable(address=ADDRESS, problem="Tunnel connection failed: 407"),
            "http://10.0.0.1:3128",
            "proxy",
        ),
        (DownloadFailed(address=ADDRESS, problem="the answer is 407 Login"), "http://10.0.0.1:3128", "proxy"),
        (DownloadFailed(address=ADDRESS, problem="the answer is 404 Not Found"), "http://p:80", "odd-answer"),
        (ErrorPage(address=ADDRESS), "", "login-page"),
        (None, "http://10.0.0.1:3128", None),
    ],
)
def test_the_network(error, proxy, cause):
    assert causes(Facts("linux", network=Network(ADDRESS, proxy, error))) == ([cause] if cause else [])


def test_the_disk():
    assert causes(Facts("linux", disk=Disk("/home", 1 << 40))) == []
    assert causes(Facts("linux", disk=Disk("/home", 10 << 20))) == ["disk-full"]
    assert causes(Facts("linux", disk=Disk("/home", 1 << 40, "the disk can only be read"))) == [
        "cache-read-only"
    ]
    assert causes(Facts("linux", changed_images=("a.bin",))) == ["image-changed"]


def test_python_and_its_packages():
    assert causes(Facts("win32", python=Python((3, 10), 64))) == []
    assert causes(Facts("win32", python=Python((3, 8), 64))) == ["old-python"]
    assert causes(Facts("win32", python=Python((3, 12), 32))) == ["python-32-bit"]
    assert causes(Facts("linux", missing_tools=("wasmtime", "qemu"))) == ["missing-package", "missing-qemu"]


def test_problems_come_before_notes():
    facts = Facts("linux", missing_tools=("qemu",), python=Python((3, 8), 64))
    assert causes(facts) == ["old-python", "missing-qemu"]


# -- the texts ---------------------------------------------------------------------------------------------


def test_there_are_more_than_fourteen():
    assert len(CAUSES) >= 14


@pytest.mark.parametrize("key", CAUSES)
def test_every_cause_speaks_chinese(key):
    set_language("zh")
    names = {name for text in CAUSES[key][1:] for _l, name, _s, _c in string.Formatter().parse(text) if name}
    finding = Finding(key, "COM5", dict.fromkeys(names - {"about"}, "1"))
    for text in (finding.what, finding.todo):
        assert text == "1" or any("\u4e00" <= char <= "\u9fff" for char in text), text
