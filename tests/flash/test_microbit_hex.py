"""Hex files of micro:bits: every way they can be wrong, the right section, the files in them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from microbit_hexes import V1, V2, bundled, memory, runtime, small_hex, universal
from micropython_microbit_fs import get_files

from makerlab.boards import Board
from makerlab.errors import BadImage, EmptyFile, FileProblem, FilesTooBig, FileTooBig, NameRefused, WrongImage
from makerlab.flash import hexfile, microbit_cache
from makerlab.flash.hexfile import DATA, END, LINEAR_ADDRESS, SEGMENT_ADDRESS, Record
from makerlab.flash.microbit_cache import Firmware
from makerlab.flash.microbit_hex import check_files, read_runtime, with_files

BOTH = pytest.mark.parametrize("board", [V1, V2], ids=lambda board: board.key)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))


# -- line by line ------------------------------------------------------------------------------------------


@BOTH
def test_the_genuine_hexes_are_read_and_written_back_as_they_are(board: Board):
    content = bundled(board.key)
    assert hexfile.write(hexfile.read(content, "x")).encode() == content.replace(b"\r\n", b"\n")


NOT_HEX = {
    b"": "empty",
    b" \r\n": "empty",
    b"<!DOCTYPE html><html><body>404": "web page",
    b"\xef\xbb\xbf  <html>": "web page",
    b"PK\x03\x04 and so on": "zip",
    b"UF2\n": ".uf2",
    b"print('hello')\n": "begins with a colon",
    b"\x00" * 600: "begins with a colon",
}


@pytest.mark.parametrize("content", NOT_HEX, ids=NOT_HEX.values())
def test_what_is_no_hex_file_is_named(content: bytes):
    with pytest.raises(BadImage, match=NOT_HEX[content]) as caught:
        hexfile.read(content, "lesson.hex")
    assert "lesson.hex" in caught.value.message and caught.value.hint


def test_a_file_cut_off_anywhere_is_refused():
    whole = small_hex()
    for length in range(len(whole.rstrip())):
        with pytest.raises(BadImage):
            hexfile.read(whole[:length], "x")


def test_a_file_cut_off_at_the_end_of_a_line_lacks_its_end():
    with pytest.raises(BadImage, match="end is missing"):
        hexfile.read(small_hex().rsplit(b":", 1)[0], "x")


def test_no_changed_character_goes_unnoticed():
    whole = small_hex()
    right = hexfile.read(whole, "x")
    for at in range(len(whole)):
        for char in b"0Ff: \n\x80":
            changed = bytearray(whole)
            changed[at] = char
            try:
                assert hexfile.read(bytes(changed), "x") == right
            except BadImage:
                continue


def test_the_damaged_line_is_named():
    lines = small_hex().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"0102", b"0103")
    with pytest.raises(BadImage, match=r"line 3 is damaged.*checksum"):
        hexfile.read(b"".join(lines), "x")


def test_two_files_joined_are_refused():
    with pytest.raises(BadImage, match="line 7 after its end in line 6"):
        hexfile.read(small_hex() * 2, "x")


def test_a_file_without_an_end_in_size_is_not_read_through():
    with pytest.raises(BadImage, match="too many"):
        hexfile.read(b":" + b"0" * hexfile.MAX_BYTES, "x")


def test_cutting_splits_records_at_the_border_and_knows_both_kinds_of_address():
    records = [
        Record(SEGMENT_ADDRESS, 0, b"\x10\x00"),
        Record(DATA, 8, bytes(range(16))),  # 0x10008 to 0x10018
        Record(LINEAR_ADDRESS, 0, b"\x00\x02"),
        Record(DATA, 0, b"after"),
        Record(END, 0, b""),
    ]
    left, area = hexfile.cut(records, 0x1000C, 0x10014)
    assert area == bytes(range(4, 12))
    inside = range(0x1000C, 0x10014)
    assert memory(left) == {at: byte for at, byte in memory(records).items() if at not in inside}
    assert hexfile.cut(records, 0x30000, 0x30004) == (records, b"\xff" * 4)


# -- for which board ---------------------------------------------------------------------------------------


@BOTH
def test_the_runtime_in_a_hex_is_recognised(board: Board):
    found = runtime(board.key)
    assert (found.board, found.files) == (board.key, {})
    assert found.release == {"microbit-v1": "1.1.1", "microbit-v2": "2.1.2"}[board.key]


@pytest.mark.parametrize(("made_for", "plugged"), [(V1, V2), (V2, V1)], ids=["V1 for V2", "V2 for V1"])
def test_a_hex_for_the_other_micro_bit_is_refused_naming_both(made_for: Board, plugged: Board):
    with pytest.raises(WrongImage) as caught:
        read_runtime(bundled(made_for.key), "lesson.hex", plugged, "COM3")
    for said in ("lesson.hex", made_for.shown_name, plugged.shown_name, "COM3"):
        assert said in caught.value.message


def test_another_program_is_no_runtime():
    with pytest.raises(BadImage, match="no MicroPython"):
        read_runtime(small_hex(), "makecode.hex", V1, "COM3")


@pytest.mark.parametrize("blocks", [False, True], ids=["sections", "blocks"])
def test_a_universal_hex_gives_each_board_its_own_section(blocks: bool):
    both = universal({0x9900: bundled(V1.key), 0x9903: bundled(V2.key)}, blocks=blocks)
    for board in (V1, V2):
        found = read_runtime(both, "both.hex", board, "COM3")
        single = hexfile.read(bundled(board.key), "x")
        assert memory(hexfile.read(found.text.encode(), "x")) == memory(single)
        assert not {r.kind for r in hexfile.read(found.text.encode(), "x")} - {0, 1, 2, 3, 4, 5}


def test_a_universal_hex_without_a_section_for_the_board_is_refused():
    with pytest.raises(WrongImage) as caught:
        read_runtime(universal({0x9900: small_hex()}), "v1.hex", V2, "COM3")
    assert caught.value.facts["meant"] == "micro:bit V1"


def test_a_universal_hex_that_does_not_say_whose_its_data_is_is_refused():
    lines = universal({0x9900: small_hex()}).splitlines(keepends=True)
    del lines[1]
    with pytest.raises(BadImage, match="which board"):
        read_runtime(b"".join(lines), "x", V1, "COM3")


def test_a_hex_with_a_damaged_file_system_is_refused():
    text = with_files(runtime(V1.key), {"main.py": b"x" * 400}, V1)
    records = hexfile.read(text.encode(), "x")
    start = runtime(V1.key).files_at[0]
    base, damaged = 0, []
    for record in records:
        if record.kind == LINEAR_ADDRESS:
            base = int.from_bytes(record.data, "big") << 16
        if record.kind == DATA and base + record.address == start + 0x70:  # ends with the next chunk's number
            record = record._replace(data=record.data[:-1] + b"\x77")
        damaged.append(record)
    assert damaged != records
    with pytest.raises(BadImage, match="file system is damaged"):
        read_runtime(hexfile.write(damaged).encode(), "x", V1, "COM3")


# -- files in it -------------------------------------------------------------------------------------------


@BOTH
def test_the_biggest_file_fits_and_one_byte_more_is_refused(board: Board):
    biggest = board.limits.max_file_bytes
    text = with_files(runtime(board.key), {"main.py": b"x" * biggest}, board)
    assert [len(file.content) for file in get_files(text)] == [biggest]
    with pytest.raises(FileTooBig) as caught:
        check_files({"main.py": b"x" * (biggest + 1)}, board)
    assert (caught.value.facts["size"], caught.value.facts["limit"]) == (biggest + 1, biggest)


@BOTH
def test_names_are_counted_in_bytes(board: Board):
    fits = "光" * 40
    text = with_files(runtime(board.key), {fits: b"1"}, board)
    assert [file.name for file in get_files(text)] == [fits]
    with pytest.raises(NameRefused, match="123 bytes"):
        check_files({"光" * 41: b"1"}, board)
    with pytest.raises(NameRefused, match="no folders"):
        check_files({"lib/a.py": b"1"}, board)


@BOTH
def test_files_that_fit_one_by_one_and_not_together_are_refused(board: Board):
    half = board.limits.max_file_bytes // 2
    with pytest.raises(FilesTooBig) as caught:
        check_files({"a.py": b"x" * half, "b.py": b"x" * (half + 200)}, board)
    assert "b.py" in caught.value.hint


@BOTH
def test_as_many_files_as_the_check_allows_do_fit(board: Board):
    """The check and the library that fills the hex agree to the last chunk."""
    files: dict[str, bytes] = {}
    try:
        while True:
            check_files({**files, f"{len(files)}.py": b"x" * 1000}, board)
            files[f"{len(files)}.py"] = b"x" * 1000
    except FilesTooBig:
        pass
    assert {f.name: f.content for f in get_files(with_files(runtime(board.key), files, board))} == files


def test_an_empty_file_is_refused_by_name():
    with pytest.raises(EmptyFile, match=r"notes\.txt"):
        check_files({"main.py": b"1", "notes.txt": b""}, V2)


def test_files_in_the_hex_stay_and_those_of_the_same_name_are_replaced():
    before = with_files(runtime(V2.key), {"main.py": b"old" * 200, "data.csv": b"1,2"}, V2)
    found = read_runtime(before.encode(), "lesson.hex", V2, "COM3")
    after = with_files(found, {"main.py": b"new"}, V2)
    assert {f.name: f.content for f in get_files(after)} == {"main.py": b"new", "data.csv": b"1,2"}


# -- built once --------------------------------------------------------------------------------------------


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for every hex that is built."""
    built: list[str] = []

    def counted(found, files, board):
        built.append(board.key)
        return with_files(found, files, board)

    monkeypatch.setattr(microbit_cache, "with_files", counted)
    return built


def test_many_boards_at_once_build_one_hex_and_the_next_run_none(builds: list[str]):
    firmware = Firmware({"main.py": b"print(1)"})
    got: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: got.append(firmware.ready(V1, "COM3").data)) for _n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8 and len(set(got)) == 1 and builds == ["microbit-v1"]
    assert Firmware({"main.py": b"print(1)"}).ready(V1, "COM3").data == got[0]
    assert builds == ["microbit-v1"]
    assert Firmware({"main.py": b"print(2)"}).ready(V1, "COM3").data != got[0]


def test_a_damaged_cache_is_built_anew_and_an_unusable_one_does_not_matter(builds: list[str], tmp_path: Path):
    right = Firmware({"main.py": b"print(1)"}).ready(V1, "COM3").data
    (kept,) = (tmp_path / "home" / "cache" / "microbit").iterdir()
    kept.write_bytes(right[: len(right) // 2])
    assert Firmware({"main.py": b"print(1)"}).ready(V1, "COM3").data == right
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.write_text("no folder", encoding="utf-8")
    assert Firmware({"main.py": b"print(1)"}).ready(V1, "COM3").data == right
    assert len(builds) == 3


def test_an_image_for_one_board_is_refused_for_each_other_by_its_own_port(tmp_path: Path):
    image = tmp_path / "v1.hex"
    image.write_bytes(bundled(V1.key))
    firmware = Firmware({}, image)
    assert firmware.ready(V1, "COM3").data == runtime(V1.key).text.encode()
    for port in ("COM4", "COM5"):
        with pytest.raises(WrongImage, match=port):
            firmware.ready(V2, port)


def test_an_image_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileProblem, match=r"gone\.hex"):
        Firmware({}, tmp_path / "gone.hex").ready(V2, "COM3")
