"""The list of ports: what is left out and why, its order, and the choice when nobody named a port."""

from __future__ import annotations

import itertools
import sys

import pytest
from serial.tools import list_ports as pyserial_ports
from serial.tools.list_ports_common import ListPortInfo

from makerlab.boards import Usb
from makerlab.errors import NoBoard, SeveralBoards
from makerlab.link.ports import PortInfo, boardlike, list_ports, look_up, no_board_there, pick_port


def found(
    device: str, hwid: str = "n/a", description: str = "n/a", usb: tuple[int, int] | None = None, **more: str
) -> ListPortInfo:
    """What pyserial reports of a port."""
    info = ListPortInfo(device, skip_link_detection=True)
    info.hwid, info.description = hwid, description
    if usb:
        info.vid, info.pid = usb
    for name, value in more.items():
        setattr(info, name, value)
    return info


BOARDS = [
    found("COM3", "USB VID:PID=1A86:7523", "USB-SERIAL CH340 (COM3)", (0x1A86, 0x7523)),
    found("COM10", "USB VID:PID=0D28:0204", "mbed Serial Port (COM10)", (0x0D28, 0x0204)),
    found("COM4", "USB VID:PID=303A:1001", "USB 串行设备 (COM4)", (0x303A, 0x1001)),
    found("/dev/ttyACM0", "USB VID:PID=303A:4001", "Board in FS mode", (0x303A, 0x4001), product="ESP32S3"),
    found("/dev/ttyUSB0", "USB VID:PID=10C4:EA60", "CP2102 USB to UART", (0x10C4, 0xEA60)),
    found("/dev/cu.usbmodem14201", "USB VID:PID=0D28:0204", "micro:bit", (0x0D28, 0x0204)),
    found("/dev/cu.wchusbserial1420", "USB VID:PID=1A86:7523", "USB Serial", (0x1A86, 0x7523)),
    found("CNCA0", r"COM0COM\PORT\CNCA0", "com0com - serial port emulator (CNCA0)"),
]
OTHERS = {
    "Bluetooth": [
        found("COM5", r"BTHENUM\{00001101-0000-1000}_LOCALMFG&0000", "蓝牙链接上的标准串行 (COM5)"),
        found("COM6", r"BTHENUM\{00001101-0000-1000}", "Standard Serial over Bluetooth link (COM6)"),
        found("/dev/rfcomm0"),
        found("/dev/cu.Bluetooth-Incoming-Port"),
    ],
    "AMT": [
        found("COM7", r"PCI\VEN_8086&DEV_A13D", "Intel(R) Active Management Technology - SOL (COM7)"),
        found("COM8", r"PCI\VEN_8086&DEV_1E3D", "英特尔(R) 主动管理技术 - SOL (COM8)"),
    ],
    "modem": [
        found("COM9", r"HDAUDIO\FUNC_02", "HDAUDIO Soft Data Fax Modem (COM9)"),
        found("COM11", r"USB", "USB 调制解调器", (0x1234, 0x5678)),
        found("/dev/ttyUSB1", "USB", "HUAWEI Mobile - Application", (0x12D1, 0x1506)),
        found("/dev/ttyUSB2", "USB", "EC25 - PC UI", (0x2C7C, 0x0125)),
    ],
    "macOS": [found("/dev/cu.debug-console"), found("/dev/cu.wlan-debug")],
}
UNLISTED = [
    *(found(f"/dev/ttyS{number}") for number in range(32)),
    found("/dev/ttyAMA0"),
    found("COM1", r"ACPI\PNP0501\1", "通信端口 (COM1)"),
    found("COM2", r"PCI\VEN_1415", "PCI Express UART (COM2)"),
    found("/dev/tty.usbmodem14201", "USB", "micro:bit", (0x0D28, 0x0204)),
    found("/dev/cu.JabraElite75t"),
]


@pytest.mark.parametrize("port", BOARDS, ids=lambda port: port.device)
def test_ports_of_boards_stay(port):
    assert no_board_there(port) is None


@pytest.mark.parametrize(
    ("kind", "port"),
    [(kind, port) for kind, ports in OTHERS.items() for port in ports],
    ids=lambda value: getattr(value, "device", value),
)
def test_ports_that_are_never_opened(kind, port):
    reason = no_board_there(port)
    assert reason is not None
    assert reason.refuse
    assert kind in reason.kind


@pytest.mark.parametrize("port", UNLISTED, ids=lambda port: port.device)
def test_ports_that_are_only_opened_by_name(port):
    reason = no_board_there(port)
    assert reason is not None
    assert not reason.refuse


def test_the_list_counts_as_people_do():
    everything = [*itertools.chain.from_iterable(OTHERS.values()), *UNLISTED, *reversed(BOARDS)]
    assert [info.port for info in boardlike(everything)] == [
        "/dev/cu.usbmodem14201",
        "/dev/cu.wchusbserial1420",
        "/dev/ttyACM0",
        "/dev/ttyUSB0",
        "CNCA0",
        "COM3",
        "COM4",
        "COM10",
    ]


def test_what_is_told_of_a_port():
    (info,) = boardlike(
        [
            found(
                "/dev/ttyACM0", "USB", "BBC micro:bit CMSIS-DAP", (0x0D28, 0x0204),
                serial_number="9904" + "0" * 44, product="BBC micro:bit CMSIS-DAP", location="1-2:1.1",
            )
        ]
    )  # fmt: skip
    assert info == PortInfo(
        "/dev/ttyACM0",
        "BBC micro:bit CMSIS-DAP",
        Usb(0x0D28, 0x0204, "9904" + "0" * 44, "BBC micro:bit CMSIS-DAP"),
        "1-2:1.1",
    )


def test_a_named_port_is_looked_up(monkeypatch):
    monkeypatch.setattr(pyserial_ports, "comports", lambda: [*BOARDS, *OTHERS["Bluetooth"]])
    info, reason = look_up("/dev/ttyUSB0")
    assert info is not None
    assert info.usb == Usb(0x10C4, 0xEA60)
    assert reason is None
    assert look_up("/dev/rfcomm0")[1] is not None
    assert look_up("/dev/ttyUSB77") == (None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links to devices are a POSIX thing")
def test_a_link_to_a_port_is_that_port(monkeypatch, tmp_path):
    device = tmp_path / "ttyUSB0"
    device.touch()
    link = tmp_path / "by-id-board"
    link.symlink_to(device)
    monkeypatch.setattr(pyserial_ports, "comports", lambda: [found(str(device), usb=(0x1A86, 0x7523))])
    info, _reason = look_up(str(link))
    assert info is not None
    assert info.usb == Usb(0x1A86, 0x7523)


def test_this_computer_can_be_asked():
    assert isinstance(list_ports(), list)


# -- the choice --------------------------------------------------------------------------------------------

MICROBIT = PortInfo("COM4", "", Usb(0x0D28, 0x0204, "9904" + "0" * 44))
CH340 = PortInfo("COM3", "", Usb(0x1A86, 0x7523))
UNO = PortInfo("COM8", "", Usb(0x2341, 0x0043))
UNKNOWN = PortInfo("COM9", "", Usb(0xDEAD, 0xBEEF))
NO_USB = PortInfo("CNCA0", "", None)


def test_the_only_board_is_taken():
    assert pick_port([UNO, MICROBIT, UNKNOWN, NO_USB]) == "COM4"
    assert pick_port([CH340]) == "COM3"


def test_several_boards_are_listed():
    with pytest.raises(SeveralBoards) as caught:
        pick_port([CH340, UNO, MICROBIT])
    assert "COM3, COM4" in caught.value.message
    assert "--port COM3" in caught.value.hint


@pytest.mark.parametrize("ports", [[], [UNO], [UNKNOWN, NO_USB]])
def test_no_board_names_the_virtual_one(ports):
    with pytest.raises(NoBoard) as caught:
        pick_port(ports)
    assert "virtual:esp32" in caught.value.hint
