"""The model of the chip: telnet and SLIP cut at any byte, flash as flash is, wires, and what a broken image
says. That it is good enough for the genuine esptool is tested in test_esp32.py."""

from __future__ import annotations

import struct

import pytest

from makerlab.virtual.rom import slip, telnet
from makerlab.virtual.rom.board import FlashableBoard
from makerlab.virtual.rom.chips import ROMS
from makerlab.virtual.rom.loader import READ_REG, SYNC, SYNC_PATTERN, Loader
from makerlab.virtual.rom.nor import NorFlash


def command(op, data=b"", check=0):
    return struct.pack("<BBHI", 0, op, len(data), check) + data


@pytest.fixture
def nor():
    flash = NorFlash()
    yield flash
    flash.close()


def test_packets_come_through_cut_anywhere_with_noise_between():
    packets = [b"\x00\xc0\xdb\xdc\xdd\xdb", b"plain", b"\xc0" * 5]
    stream = b"boot noise" + b"".join(slip.encode(packet) + b"rst:0x1" for packet in packets[:1])
    stream += slip.encode(packets[1]) + slip.encode(packets[2])
    for cut in range(len(stream)):
        decoder = slip.Decoder()
        got = decoder.feed(stream[:cut]) + decoder.feed(stream[cut:])
        assert [packet for packet in got if packet in packets] == packets


def test_a_telnet_stream_cut_anywhere_gives_the_same_events():
    com = bytes([telnet.IAC, telnet.SB, telnet.COM_PORT])
    end = bytes([telnet.IAC, telnet.SE])
    stream = (
        bytes([telnet.IAC, telnet.WILL, telnet.COM_PORT, telnet.IAC, telnet.DO, 1])
        + com + bytes([telnet.SET_BAUDRATE]) + struct.pack("!I", 460_800) + end
        + b"ab\xff\xffcd"
        + com + bytes([telnet.SET_CONTROL, telnet.RTS_ON]) + end
        + com + bytes([telnet.SET_CONTROL, telnet.DTR_ON]) + end
        + com + bytes([telnet.PURGE_DATA, 1]) + end + b"e"
    )  # fmt: skip
    for cut in range(len(stream) + 1):
        conversation = telnet.Conversation()
        events = conversation.receive(stream[:cut]) + conversation.receive(stream[cut:])
        data = b"".join(event.data for event in events if isinstance(event, telnet.Data))
        rest = [event for event in events if not isinstance(event, telnet.Data)]
        assert data == b"ab\xffcde", cut
        assert rest == [
            telnet.Baud(460_800), telnet.Lines(False, True), telnet.Lines(True, True), telnet.Purge(),
        ], cut  # fmt: skip
        answers = conversation.to_send()
        assert bytes([telnet.IAC, telnet.WONT, 1]) in answers  # no echo
        assert (
            com + bytes([telnet.SET_BAUDRATE + telnet.ANSWER]) + struct.pack("!I", 460_800) + end in answers
        )


def test_writing_without_erasing_only_clears_bits(nor):
    nor.program(100, b"\xf0\xff")
    nor.program(100, b"\x3c\x01")
    assert nor.read(100, 3) == b"\x30\x01\xff"
    nor.erase(4000, 200)  # both sectors
    assert nor.read(100, 2) == b"\xff\xff" and nor.read(4100, 1) == b"\xff"


def test_a_kept_flash_is_there_again(tmp_path):
    first = NorFlash(tmp_path / "a" / "x.rom", 0x4000)
    first.program(0x1234, b"kept")
    first.close()
    second = NorFlash(tmp_path / "a" / "x.rom", 0x4000)
    assert second.read(0x1234, 4) == b"kept"
    second.close()


def test_the_rom_answers_sync_eight_times_and_the_stub_says_what_it_is(nor):
    loader = Loader(ROMS["esp32"], bytes(6), nor)
    answers = loader.receive(command(SYNC, SYNC_PATTERN))
    assert len(answers) == 8 and struct.unpack_from("<I", answers[0], 4)[0] != 0
    assert loader.receive(command(0x06, struct.pack("<II", 0, 0x40080000)))[-1] == b"OHAI"
    answers = loader.receive(command(SYNC, SYNC_PATTERN))
    assert struct.unpack_from("<I", answers[0], 4)[0] == 0


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\0\x0a\xff\xff", command(READ_REG, b"x"), b"\x01" * 40, command(0x77)]
)
def test_nonsense_is_answered_with_an_error_or_not_at_all(nor, data):
    for answer in Loader(ROMS["esp32c3"], bytes(6), nor).receive(data):
        assert answer[8] == 1


def test_a_block_with_a_wrong_checksum_is_not_written(nor):
    loader = Loader(ROMS["esp32"], bytes(6), nor)
    loader.receive(command(0x02, struct.pack("<IIII", 4, 1, 4, 0x1000)))
    (answer,) = loader.receive(command(0x03, struct.pack("<IIII", 4, 0, 0, 0) + b"data", check=1))
    assert answer[8:10] == b"\x01\x07" and nor.read(0x1000, 4) == b"\xff" * 4


class Wires:
    """A board whose lines are moved, and what it says."""

    def __init__(self, nor) -> None:
        def no_runtime(erased):
            raise AssertionError("nothing on it can start")

        self.board = FlashableBoard(ROMS["esp32"], nor, no_runtime)

    def move(self, *lines):
        for dtr, rts in lines:
            self.board.lines(dtr, rts)
        return self.board.read(0)


def test_rts_alone_is_reset_dtr_alone_is_the_loader_and_both_are_nothing(nor):
    wires = Wires(nor)
    # esptool's ClassicReset, one wire at a time
    said = wires.move((False, True), (True, True), (True, False), (False, False))
    assert b"waiting for download" in said and wires.board.in_loader
    assert not wires.move((True, False), (False, False), (True, True), (False, False))  # no reset in it
    assert wires.board.in_loader
    said = wires.move((False, True), (False, False))
    assert b"invalid header: 0xffffffff" in said and not wires.board.in_loader
    wires.board.close()


def test_an_empty_chip_starts_again_and_again(nor):
    wires = Wires(nor)
    wires.board.start()
    heard = b""
    while heard.count(b"rst:0x1") < 2:
        piece = wires.board.read(5)
        assert piece, "it stopped"
        heard += piece
    wires.board.close()


def test_what_makes_a_start_fail_is_said_as_a_real_board_does(nor, tmp_path):
    import images

    image = images.micropython(tmp_path)
    wires = Wires(nor)
    nor.program(0x1000, image[:0x7000])
    assert b"flash_parts: partition table invalid" in wires.move((False, True), (False, False))
    nor.program(0x8000, image[0x7000:0xF000])
    assert b"No bootable app partitions" in wires.move((False, True), (False, False))
    nor.program(0x10000, image[0xF000:-100])
    assert b"No bootable app partitions" in wires.move((False, True), (False, False))
    nor.erase(0x1000, 1)
    nor.program(0x1000, image[:0x900])
    assert b"csum err" in wires.move((False, True), (False, False))
    wires.board.close()
