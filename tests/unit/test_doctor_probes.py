"""The doctor's probes: on this computer, a copy of Linux's device tree, loopback, a genuine board."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import ssl
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from fake_link import FakeLink
from web_server import Request, serving

from makerlab.boards import Usb
from makerlab.doctor import computer, look, port_probe, programs, usb_linux, usb_windows
from makerlab.doctor.facts import Facts, Port
from makerlab.doctor.rules import findings
from makerlab.errors import LinkError, PortBusy, PortForbidden
from makerlab.flash import drive
from makerlab.link import open_link
from makerlab.link.ports import NO_BOARD_THERE

posix = pytest.mark.skipif(sys.platform == "win32", reason="device files and their owners are a POSIX thing")


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "")


# -- USB on Linux ------------------------------------------------------------------------------------------


class Tree:
    """A /sys/bus/usb/devices of a test's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.device("usb1", "1d6b", "0002", bDeviceClass="09", bmAttributes="e0")
        self.device("1-2", "05e3", "0608", bDeviceClass="09", bmAttributes="e0")

    def device(self, location: str, vid: str, pid: str, tty: str = "", driver: str = "", **more: str) -> None:
        folder = self.root / location
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {"idVendor": vid, "idProduct": pid, "bMaxPower": "100mA", **more}.items():
            (folder / name).write_text(text + "\n", encoding="utf-8")
        interface = folder / f"{location}:1.0"
        interface.mkdir()
        if tty:
            place = interface / ("tty" if "ACM" in tty else ".") / tty
            place.mkdir(parents=True)
        if driver:
            (self.root / "drivers" / driver).mkdir(parents=True, exist_ok=True)
            (interface / "driver").symlink_to(self.root / "drivers" / driver)


@pytest.fixture
def tree(tmp_path) -> Tree:
    return Tree(tmp_path / "sys")


@posix
def test_devices_with_and_without_a_port(tree):
    tree.device("1-2.1", "1a86", "7523", tty="ttyUSB0", product="USB Serial")
    tree.device("1-2.2", "0d28", "0204", tty="ttyACM3", serial="9904" + "0" * 44)
    tree.device("1-2.3", "10c4", "ea60")
    tree.device("1-2.4", "1a86", "7523", driver="usbfs")
    tree.device("1-3", "046d", "c077", product="Mouse")
    found = {one.location: one for one in usb_linux.devices(tree.root)}
    assert {place: one.port for place, one in found.items()} == {
        "1-2.1": "/dev/ttyUSB0", "1-2.2": "/dev/ttyACM3", "1-2.3": "", "1-2.4": "",
    }  # fmt: skip
    assert found["1-2.2"].usb.serial.startswith("9904")
    assert [one.claimed for one in found.values()] == [False, False, False, True]
    facts = Facts("linux", usb=tuple(found.values()), braille=True)
    assert [one.cause for one in findings(facts)] == ["no-driver", "braille-takes-port"]


@posix
def test_a_hub_with_too_many_boards_and_too_little_power(tree):
    (tree.root / "1-2" / "bmAttributes").write_text("80", encoding="utf-8")
    for number in range(1, 11):
        tree.device(f"1-2.{number}", "1a86", "7523", tty=f"ttyUSB{number}")
    cuts = tree.root / "1-0:1.0" / "usb1-port2"
    cuts.mkdir(parents=True)
    (cuts / "over_current_count").write_text("2\n", encoding="utf-8")
    hub = {one.location: one for one in usb_linux.hubs(tree.root)}
    assert (hub["1-2"].boards, hub["1-2"].wanted_ma, hub["1-2"].own_power) == (10, 1000, False)
    assert (hub["usb1"].boards, hub["usb1"].power_cuts) == (0, 2)
    causes = [one.cause for one in findings(Facts("linux", hubs=tuple(hub.values())))]
    assert sorted(causes) == ["hub-overload", "hub-power", "power-cut"]


def test_no_such_tree(tmp_path):
    assert usb_linux.devices(tmp_path / "none") == []
    assert usb_linux.hubs(tmp_path / "none") == []


def test_hubs_told_from_the_places_of_ports():
    ports = [Port(f"COM{number}", location=f"1-4.{number}:x.0") for number in range(9)]
    (hub,) = look.hubs_of([*ports, Port("COM20", location="1-1"), Port("COM21")])
    assert (hub.location, hub.boards) == ("1-4", 9)


# -- USB on Windows: what PowerShell answers ---------------------------------------------------------------


def row(instance: str, name: str = "", problem: int = 0, driver: str | None = None) -> dict[str, object]:
    return {"id": instance, "name": name or None, "problem": problem, "driver": driver}


V2 = "9904360258994E45001290120000005C000000009796990B"


def test_what_windows_lists():
    rows = [
        row(r"USB\VID_1A86&PID_7523\5&2A3B4C5D&0&2", "USB-SERIAL CH340 (COM5)", driver="3.8.2023.2"),
        row(r"USB\VID_10C4&PID_EA60\0001", "CP2102 USB to UART Bridge Controller", problem=28),
        row(rf"USB\VID_0D28&PID_0204\{V2}", "USB Composite Device", driver="10.0.1"),
        row(r"USB\VID_0D28&PID_0204&MI_01\6&1234&0&0001", "mbed Serial Port (COM7)"),
        row(r"USB\VID_0D28&PID_0204&MI_00\6&1234&0&0000", "USB 大容量存储设备"),
        row(r"USB\VID_046D&PID_C077\6&1&0&3", "USB Input Device"),
        row(r"USB\ROOT_HUB30\4&1", "USB Root Hub"),
    ]
    found = usb_windows.understand(json.dumps(rows))
    assert found is not None
    assert [(one.usb.id, one.port, one.problem) for one in found] == [
        ("1A86:7523", "COM5", 0), ("10C4:EA60", "", 28), ("0D28:0204", "COM7", 0),
    ]  # fmt: skip
    assert found[0].driver == "3.8.2023.2"
    assert [one.cause for one in findings(Facts("win32", usb=tuple(found)))] == ["no-driver"]


def test_powershell_lists_one_device_without_brackets():
    found = usb_windows.understand(json.dumps(row(r"USB\VID_1A86&PID_7523\5&2&0&2", problem=28)))
    assert found is not None and len(found) == 1


@pytest.mark.parametrize("text", ["", "  \r\n", "[]"])
def test_nothing_plugged_in(text):
    assert usb_windows.understand(text) == []


def test_an_answer_that_is_none():
    assert usb_windows.understand("Get-PnpDevice : Access denied") is None


@pytest.mark.skipif(sys.platform == "win32", reason="there PowerShell answers")
def test_no_powershell_says_nothing_about_cables():
    assert usb_windows.devices() is None


# -- ports -------------------------------------------------------------------------------------------------


def no_port(error: LinkError):
    def open_(_port: str):
        raise error

    return open_


def test_a_genuine_board_is_seen():
    (port,) = port_probe.ports("virtual:esp32?fresh=1")
    assert port.kind == "micropython"
    assert findings(Facts("linux", (port,))) == []


def test_a_board_without_firmware_is_heard():
    log = b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13\r\ninvalid header: 0xffffffff\r\n"
    (port,) = port_probe.ports("COM7", lambda _port: FakeLink([(b"\x02", log)]))
    assert [one.cause for one in findings(Facts("win32", (port,)))] == ["empty-board"]


def test_a_silent_board_that_is_named_is_reset_and_heard(monkeypatch):
    class Brown(FakeLink):
        def reset(self) -> bool:
            self._waiting += b"\r\nBrownout detector was triggered\r\n"
            self.resets += 1
            return True

    link = Brown([(b"\x02", b"")])
    monkeypatch.setattr(port_probe, "LOG_S", 0.01)
    (port,) = port_probe.ports("COM7", lambda _port: link)
    assert link.resets == 1
    assert [one.cause for one in findings(Facts("win32", (port,)))] == ["brown-out"]


def test_the_program_that_holds_a_port_is_named(monkeypatch):
    monkeypatch.setattr(port_probe, "holders", lambda port: ("Thonny",))
    (port,) = port_probe.ports("COM7", no_port(PortBusy(port="COM7")))
    assert port.holders == ("Thonny",)


@posix
def test_the_owner_of_a_port(tmp_path):
    device = tmp_path / "ttyACM0"
    device.touch()
    group, _member = port_probe.group_of(str(device))
    assert group == device.group()
    (port,) = port_probe.ports(str(device), no_port(PortForbidden(port=str(device))))
    assert port.group == group
    assert port_probe.group_of(str(tmp_path / "none")) == ("", False)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_who_has_a_file_open(tmp_path):
    path = tmp_path / "ttyUSB0"
    with path.open("w", encoding="utf-8"):
        assert any(f"({os.getpid()})" in name for name in programs.holders(str(path)))
    assert programs.holders(str(path)) == ()


def test_programs_that_talk_to_boards():
    running = ["System", "Thonny.exe", "Arduino IDE.exe", "Mind+.exe", "explorer.exe", "thonny.exe"]
    assert programs.likely(running) == ["Thonny", "Arduino IDE", "Mind+"]


def test_ports_that_are_never_opened(monkeypatch):
    reasons = {one.kind: one for one in NO_BOARD_THERE if one.refuse}
    listed = [(f"COM{number}", reason) for number, reason in enumerate(reasons.values())]
    builtin = next(one for one in NO_BOARD_THERE if not one.refuse)
    monkeypatch.setattr(port_probe, "ports_without_boards", lambda: [*listed, ("COM99", builtin)])
    kinds = " ".join(one.kind for one in port_probe.skipped())
    assert "Bluetooth" in kinds and "AMT" in kinds and "modem" in kinds
    assert "COM99" not in {one.name for one in port_probe.skipped()}


# -- drives ------------------------------------------------------------------------------------------------

DETAILS = """\
# DAPLink Firmware - see https://mbed.com/daplink\r
Unique ID: 99013601066800363237423143123250a5a5a5a597969908\r
HIC ID: 97969908\r
Daplink Mode: Interface\r
Interface Version: 0234\r
"""
FAIL = "error: The transfer timed out.\r\ntype: transient, user\r\n"


def test_the_drive_of_an_old_micro_bit_without_a_port(tmp_path, monkeypatch):
    (tmp_path / "DETAILS.TXT").write_text(DETAILS, encoding="utf-8", newline="")
    (tmp_path / "FAIL.TXT").write_text(FAIL, encoding="utf-8", newline="")
    volumes = [drive.Volume(tmp_path, "MICROBIT"), drive.Volume(tmp_path / "none", "USB")]
    monkeypatch.setattr(look, "find_drives", lambda: drive.find_drives(lambda: volumes))
    found = findings(Facts("win32", drives=tuple(look._drives())))
    assert [one.cause for one in found] == ["drive-without-port", "old-daplink", "file-refused"]
    assert "0234" in found[1].what
    assert found[2].facts["problem"] in found[2].what


def test_a_micro_bit_in_maintenance_mode(tmp_path, monkeypatch):
    (tmp_path / "DETAILS.TXT").write_text(DETAILS, encoding="utf-8", newline="")
    volumes = [drive.Volume(tmp_path, "MAINTENANCE")]
    monkeypatch.setattr(look, "find_drives", lambda: drive.find_drives(lambda: volumes))
    assert [one.cause for one in findings(Facts("win32", drives=tuple(look._drives())))] == ["maintenance"]


# -- the network -------------------------------------------------------------------------------------------


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, as a filtering proxy shows one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "School Filter")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def causes_of(address: str) -> list[str]:
    return [one.cause for one in findings(Facts("linux", network=computer.network(address)))]


def gives(content_type: str):
    def answer(request: Request) -> None:
        request.begin(200, Content_Type=content_type, Content_Length=4)
        request.wfile.write(b"1234")

    return answer


def test_a_network_without_trouble():
    with serving(gives("application/octet-stream")) as server:
        assert causes_of(server.address + "x.bin") == []


def test_a_login_page():
    with serving(gives("text/html")) as server:
        assert causes_of(server.address + "x.bin") == ["login-page"]


def test_nobody_answers():
    with serving(gives("text/html")) as server:
        address = server.address
    assert causes_of(address + "x.bin") == ["offline"]


def test_a_proxy_that_wants_a_login(monkeypatch):
    with serving(lambda request: request.begin(407, Content_Length=0)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        network = computer.network("http://firmware.invalid/x.bin")
        (finding,) = findings(Facts("linux", network=network))
        assert finding.cause == "proxy"
        assert str(proxy.server_port) in finding.what and "407" in finding.what


def test_a_connection_that_somebody_reads_along(tmp_path):
    """The genuine exception of a genuine handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with ExitStack() as stack:
        server = stack.enter_context(serving(gives("application/octet-stream")))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        found = computer.network(f"https://127.0.0.1:{server.server_port}/x.bin")
        (finding,) = findings(Facts("linux", network=found))
        assert finding.cause == "tls-interception"
        assert "certificate" in finding.what


# -- this computer -----------------------------------------------------------------------------------------


def test_this_disk(tmp_path):
    found = computer.disk()
    assert found.folder == str(tmp_path / "home")
    assert found.free_bytes > 0 and found.problem == ""


def test_a_place_that_takes_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "file" / "home"))
    found = computer.disk()
    assert found.problem
    assert "cache-read-only" in [one.cause for one in findings(Facts("linux", disk=found))]


def test_this_python_and_its_tools(monkeypatch):
    assert computer.python().version >= (3, 10)
    assert "esptool" not in computer.missing_tools()
    monkeypatch.setattr(computer, "find_tool", lambda: None)
    monkeypatch.setattr(computer.importlib.util, "find_spec", lambda name: None)
    assert set(computer.missing_tools()) >= {"esptool", "wasmtime", "qemu"}


def test_a_changed_image_and_a_damaged_record(tmp_path):
    from esp_images import esp_image

    from makerlab.firmware_images.store import LEDGER, ImageStore

    (tmp_path / "mine.bin").write_bytes(esp_image())
    store = ImageStore()
    store.add(tmp_path / "mine.bin")
    assert computer.changed_images() == ()
    store.path("mine.bin").write_bytes(b"x")
    assert computer.changed_images() == ("mine.bin",)
    (store.folder / LEDGER).write_text("{", encoding="utf-8")
    assert computer.changed_images() == (LEDGER,)


def test_listening_leaves_a_board_as_it_is():
    with open_link("virtual:esp32?fresh=1") as link:
        heard = port_probe.listen(link)
        assert heard.endswith(b">>> ")
        link.write(b"print(6*7)\r")
        answer = b""
        while b"42" not in answer:
            chunk = link.read(5).data
            assert chunk, answer
            answer += chunk


def test_what_is_known_of_a_port_before_it_is_opened():
    port = port_probe._known(port_probe.PortInfo("COM3", "", Usb(0x303A, 0x4001)))
    assert port.can_be == ("esp32s2", "esp32s3")
