"""Images taken apart, and everything refused that is none: pure, on images written by esptool itself."""

from __future__ import annotations

import hashlib
import struct

import images
import pytest

from makerlab.errors import BadImage, ImageTooBig, WrongImage
from makerlab.flash.esptool_adaptation import chips
from makerlab.flash.image import read_image
from makerlab.flash.plan import Reported, changed, plan_esp

CHIPS = ("esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    return {chip: images.micropython(folder, chip) for chip in CHIPS}


def read(data):
    return read_image(data, "fw.bin", chips())


def refused(data) -> str:
    with pytest.raises(BadImage) as caught:
        read(data)
    assert caught.value.hint
    return str(caught.value.facts["problem"])


@pytest.mark.parametrize("chip", CHIPS)
def test_an_image_of_each_chip_is_split_at_esptools_own_offsets(whole, chip):
    from esptool.targets import CHIP_DEFS

    image = read(whole[chip])
    assert image.chip.key == chip
    assert [(part.name, part.offset) for part in image.parts] == [
        ("bootloader", CHIP_DEFS[chip].BOOTLOADER_FLASH_OFFSET),
        ("partition table", 0x8000),
        ("factory", 0x10000),
    ]
    assert image.runtime == images.BANNER.split()[1].decode().lstrip("v")


def test_the_parts_are_the_bytes_of_the_file_and_leave_out_what_belongs_to_the_board(whole):
    image = read(whole["esp32"])
    for part in image.parts:
        assert whole["esp32"][part.offset - 0x1000 :].startswith(part.data)
    nvs = range(0x9000, 0x10000)
    assert not any(
        nvs.start <= part.offset + at < nvs.stop for part in image.parts for at in (0, len(part.data) - 1)
    )


def test_a_dump_from_offset_0_is_the_same_image(whole):
    dump = b"\xff" * 0x1000 + whole["esp32"]
    assert [(part.offset, part.data) for part in read(dump).parts] == [
        (part.offset, part.data) for part in read(whole["esp32"]).parts
    ]


@pytest.mark.parametrize("cut", [10, 100, 7_000, 0x7000, 0x7C00 - 0x400, 0xF000, 0xF100, -1, -20, -40])
def test_a_truncated_image_is_refused(whole, cut):
    refused(whole["esp32"][:cut])


@pytest.mark.parametrize("at", [0x10, 0x18, 0x400, 0x7004, 0x7060, 0xF018, 0xF400, 0xF000 + 39_000])
@pytest.mark.parametrize("bit", [0, 6])
def test_one_wrong_bit_anywhere_is_seen(whole, at, bit):
    image = bytearray(whole["esp32"])
    image[at] ^= 1 << bit
    refused(bytes(image))


def test_two_wrong_bits_that_the_checksum_forgives_are_seen_by_the_sha256(whole):
    image = bytearray(whole["esp32"])
    image[0xF400] ^= 8
    image[0xF401] ^= 8
    assert "damaged" in refused(bytes(image))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>404 Not Found</body>", "web page"),
        (b"\xef\xbb\xbf\r\n<HTML>", "web page"),
        (b"PK\x03\x04rest of it", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b":020000040000FA\n:00000001FF\n", "hex file"),
        (b"\x7fELF\x01", "ELF"),
        (b"UF2\n" + bytes(508), "uf2"),
        (b"hello", "begin"),
        (b"\xff" * 0x9000, "begin"),
        (b"\xe9", "cut off"),
    ],
)
def test_what_is_no_image_is_called_by_its_name(data, what):
    assert what in refused(data)


def test_an_application_alone_is_refused(whole):
    assert "application alone" in refused(whole["esp32"][0xF000:])


def test_an_image_put_together_for_another_offset_names_both(whole):
    shifted = whole["esp32"][:0x7000].ljust(0x8000, b"\xff") + whole["esp32"][0x7000:]
    assert "0x0" in refused(shifted) and "0x1000" in refused(shifted)


def test_an_image_of_an_unknown_chip_is_refused(whole):
    image = bytearray(whole["esp32"])
    image[12:14] = struct.pack("<H", 4711)
    assert "4711" in refused(bytes(image))


def test_a_bootloader_of_another_chip_than_the_application_is_refused(whole):
    mixed = whole["esp32s3"][:0x10000] + whole["esp32c3"][0x10000:]
    assert "ESP32-S3" in refused(mixed)


def test_an_ota_image_also_says_which_application_starts(tmp_path):
    partitions = (
        ("nvs", 1, 2, 0x9000, 0x4000),
        ("otadata", 1, 0, 0xD000, 0x2000),
        ("ota_0", 0, 0x10, 0x10000, 0x180000),
        ("ota_1", 0, 0x11, 0x190000, 0x180000),
        ("vfs", 1, 0x81, 0x310000, 0xF0000),
    )
    image = read(images.micropython(tmp_path, partitions=partitions))
    # Empty, as the image has it: otherwise the board would go on starting its old application.
    assert [part.name for part in image.parts] == ["bootloader", "partition table", "otadata", "ota_0"]
    assert image.parts[2].data == b"\xff" * 0x2000


def reported(image, chip="ESP32", size=4 << 20, parts=(), table=b""):
    digests = {part.name: hashlib.md5(part.data).hexdigest() for part in parts}
    return Reported("COM3", chip, size, "aa:bb:cc:dd:ee:ff", digests, table)


def actions(plan):
    return [step.action for step in plan.steps]


def test_an_empty_board_gets_all_parts_and_keeps_what_it_has(whole):
    image = read(whole["esp32"])
    plan = plan_esp(image, reported(image))
    assert actions(plan) == ["write", "write", "write", "keep", "check"]
    assert plan.bytes_to_write == sum(len(part.data) for part in image.parts)
    assert "0x010000" in plan.shown and "aa:bb:cc:dd:ee:ff" in plan.shown


def test_only_what_differs_is_written(whole):
    image = read(whole["esp32"])
    same = reported(image, parts=image.parts[:2], table=image.parts[1].data)
    assert [part.name for part in changed(image, same)] == ["factory"]
    assert actions(plan_esp(image, same)) == ["unchanged", "unchanged", "write", "keep", "check"]
    assert plan_esp(image, reported(image, parts=image.parts)).bytes_to_write == 0


def test_files_whose_place_moves_are_said_to_be_lost(whole):
    image = read(whole["esp32"])
    older = images.table((*images.PARTITIONS[:3], ("vfs", 1, 0x81, 0x310000, 0xF0000)))
    assert "lose" in actions(plan_esp(image, reported(image, table=older)))


def test_another_chip_is_refused_naming_both(whole):
    image = read(whole["esp32s3"])
    with pytest.raises(WrongImage) as caught:
        plan_esp(image, reported(image, chip="ESP32-C3"))
    assert "ESP32-S3" in caught.value.message and "ESP32-C3" in caught.value.message


def test_a_board_with_less_memory_is_refused(whole):
    image = read(whole["esp32"])
    with pytest.raises(ImageTooBig) as caught:
        plan_esp(image, reported(image, size=2 << 20))
    assert caught.value.facts["size"] == 4 << 20 and caught.value.facts["room"] == 2 << 20


def test_an_application_larger_than_its_partition_is_refused(tmp_path):
    small = (*images.PARTITIONS[:2], ("factory", 0, 0, 0x10000, 0x4000), *images.PARTITIONS[3:])
    image = read(images.micropython(tmp_path, partitions=small))
    with pytest.raises(ImageTooBig) as caught:
        plan_esp(image, reported(image))
    assert caught.value.facts["room"] == 0x4000
