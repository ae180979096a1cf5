"""boards.yaml as it ships: what it says of each board, which board a port can be, which one answers."""

from __future__ import annotations

import pytest

from makerlab.boards import Board, LookAlike, Usb, boards, candidates, catalogue, identify

KEYS = ["esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6", "microbit-v1", "microbit-v2"]


def microbit(board_id: str, product: str = "") -> Usb:
    return Usb(0x0D28, 0x0204, board_id + "36020052833".ljust(36, "0") + "97969906", product)


def keys(usb: Usb | None) -> list[str]:
    return [one.key for one in candidates(usb)]


def test_the_boards_that_have_programs():
    assert [board.key for board in boards()] == KEYS


def test_both_languages_name_everything():
    everything = catalogue()
    named = [*everything.boards.values(), *everything.look_alikes.values(), *everything.adapters.values()]
    texts = [one.name for one in named] + [one.advice for one in everything.look_alikes.values()]
    for text in (*texts, *everything.sensors.values(), *everything.pin_notes.values()):
        assert set(text) == {"zh", "en"}


@pytest.mark.parametrize(
    ("usb", "can_be"),
    [
        # A bridge says nothing about what is behind it.
        (Usb(0x1A86, 0x7523), ["esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6", "arduino", "esp8266"]),
        (Usb(0x303A, 0x1001, "34:85:18:AB:CD:EF"), ["esp32s3", "esp32c3", "esp32c6"]),
        (Usb(0x303A, 0x4001), ["esp32s2", "esp32s3"]),
        (Usb(0x303A, 0x0002), ["esp32s2"]),
        (Usb(0x303A, 0x0009), ["esp32s3"]),
        (microbit("9900"), ["microbit-v1"]),
        (microbit("9901"), ["microbit-v1"]),
        (microbit("9903"), ["microbit-v2"]),
        (microbit("9904", "BBC micro:bit CMSIS-DAP"), ["microbit-v2"]),
        (microbit("9905"), ["microbit-v2"]),
        # A Calliope mini 3 gives the number of a micro:bit V2.2; Windows does not tell its product text.
        (microbit("9906", "BBC micro:bit CMSIS-DAP"), ["microbit-v2"]),
        (microbit("9906", "Calliope mini CMSIS-DAP"), ["calliope-mini3"]),
        (microbit("9906"), ["microbit-v2", "calliope-mini3"]),
        (microbit("0240"), []),  # DAPLink on somebody else's board
        (Usb(0x0D28, 0x0204), ["microbit-v1", "microbit-v2", "calliope-mini3"]),
        (Usb(0x2341, 0x0043), ["arduino"]),
        (Usb(0x2E8A, 0x0005), ["pico"]),
        (Usb(0x239A, 0x80F4), ["circuitpython"]),
        (Usb(0xDEAD, 0xBEEF), []),
        (None, []),
    ],
)
def test_what_a_port_can_be(usb, can_be):
    assert keys(usb) == can_be


# Banners and os.uname().machine of real boards.
MACHINES = {
    "Generic ESP32 module with ESP32": "esp32",
    "ESP32 module with ESP32": "esp32",
    "ESP32 module (spiram) with ESP32": "esp32",
    "LILYGO TTGO LoRa32 with ESP32": "esp32",
    "UM TinyPICO with ESP32-PICO-D4": "esp32",
    "Generic ESP32S2 module with ESP32S2": "esp32s2",
    "LOLIN_S2_MINI with ESP32-S2FN4R2": "esp32s2",
    "Generic ESP32S3 module with ESP32S3": "esp32s3",
    "Generic ESP32S3 module with Octal-SPIRAM with ESP32S3": "esp32s3",
    "ESP32C3 module with ESP32C3": "esp32c3",
    "M5Stack STAMP-C3 with ESP32-C3FN4": "esp32c3",
    "ESP32C6 module with ESP32C6": "esp32c6",
    "micro:bit with nRF51822": "microbit-v1",
    "micro:bit v1.1.1 with nRF51822": "microbit-v1",
    "micro:bit with nRF52833": "microbit-v2",
    "micro:bit v2.1.2 with nRF52833": "microbit-v2",
    "micro:bit v2.0.0-beta.4 with nRF52833": "microbit-v2",
}


@pytest.mark.parametrize(("machine", "key"), MACHINES.items())
def test_which_board_answers(machine, key):
    platform = "microbit" if key.startswith("microbit") else "esp32"
    for told in (platform, ""):
        board = identify(told, machine)
        assert board is not None
        assert board.key == key


@pytest.mark.parametrize("machine", MACHINES)
def test_only_one_entry_fits_what_a_board_says(machine):
    entries = [*catalogue().boards.values(), *catalogue().look_alikes.values()]
    fitting = [one for one in entries if one.runtime and one.runtime.fits("micropython", "", machine)]
    assert len(fitting) == 1


@pytest.mark.parametrize(
    ("platform", "machine", "implementation", "key"),
    [
        ("microbit", "Calliope mini v3 with nRF52833", "micropython", "calliope-mini3"),
        ("esp8266", "ESP module with ESP8266", "micropython", "esp8266"),
        ("rp2", "Raspberry Pi Pico with RP2040", "micropython", "pico"),
        ("rp2", "Raspberry Pi Pico2 with RP2350", "micropython", "pico"),
        ("Espressif", "Adafruit QT Py ESP32-S3 with ESP32S3", "circuitpython", "circuitpython"),
    ],
)
def test_look_alikes_are_told_apart(platform, machine, implementation, key):
    found = catalogue().recognise(platform, machine, implementation)
    assert isinstance(found, LookAlike)
    assert found.key == key
    assert identify(platform, machine) is None or implementation != "micropython"


@pytest.mark.parametrize(
    ("platform", "machine"),
    [
        ("esp32", "ESP32H2 with ESP32H2"),
        ("esp32", "with ESP32P4"),
        ("linux", "x86_64"),
        ("pyboard", ""),
        ("", ""),
    ],
)
def test_what_is_no_board_of_ours(platform, machine):
    assert identify(platform, machine) is None


@pytest.mark.parametrize("board", boards(), ids=lambda board: board.key)
def test_each_board_adds_up(board: Board):
    limits = board.limits
    assert limits.max_file_bytes < limits.file_system_bytes
    assert limits.piece_bytes <= 256
    gpios = [pin.gpio for pin in board.pins.values() if pin.gpio is not None]
    assert len(gpios) == len(set(gpios))
    assert bool(gpios) is (board.family == "esp32")
    assert board.flash.drive if board.flash.method == "drive" else board.chip.startswith("esp32")
    assert any(pin.can and "adc" in pin.can for pin in board.pins.values())
    assert board.sensors


def test_small_boards_get_small_pieces():
    """What a micro:bit's receive buffer holds: V1 64 bytes, and V2's 128 less than two paste windows."""
    v1, v2 = catalogue().boards["microbit-v1"].limits, catalogue().boards["microbit-v2"].limits
    assert not v1.raw_paste
    assert (v1.piece_bytes, v1.pause_s) == (32, 0.01)
    assert v2.raw_paste
    assert v2.in_flight_bytes <= 64


def test_what_opening_and_resetting_need():
    """Off behind a bridge, where the lines are buttons; on where the chip speaks USB itself."""
    lines = {key: (one.lines, one.reset) for key, one in catalogue().adapters.items()}
    assert lines["bridge"] == (False, "rts")
    assert lines["jtag"] == (True, "rts")
    assert lines["otg"] == (True, "none")
    assert lines["daplink"][1] == "break"


def test_the_longest_usb_id_wins():
    adapter = catalogue().adapter(Usb(0x303A, 0x4001))
    assert adapter is not None
    assert adapter.key == "otg"
    assert catalogue().adapter(Usb(0xDEAD, 0xBEEF)) is None
