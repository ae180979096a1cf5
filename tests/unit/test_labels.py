"""Labels: what can be one, what a board is known by, the table for Excel."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from makerlab.boards import Usb, boards
from makerlab.errors import BadFile, FileProblem
from makerlab.i18n import set_language
from makerlab.labels import board_id, roster, store
from makerlab.labels.blink import program
from makerlab.labels.book import MAX_CHARS, BadLabel, Book, Entry, LabelTaken, NoSuchLabel, checked
from makerlab.syntax import parse

MAC = "348518ABCDEF"
MICROBIT = "9904360258994E45001290120000005C000000009796990B"
DIGITS = "990136010668003632374231431232501234567897969908"
USUAL_CELL = 131_072
"""Characters that csv takes in a cell; a test that imports a table in the same process raises it."""


@pytest.fixture(autouse=True)
def in_english():
    set_language("en")
    yield
    set_language("en")


# -- what a board is known by ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usb", "known"),
    [
        (Usb(0x0D28, 0x0204, MICROBIT.lower()), MICROBIT),
        (Usb(0x303A, 0x1001, "34:85:18:AB:CD:EF"), MAC),
        # A bridge's number is not the board's: every CP2102 from one factory says 0001.
        (Usb(0x10C4, 0xEA60, "0001"), ""),
        (Usb(0x1A86, 0x7523), ""),
        (Usb(0x0D28, 0x0204, "0240000000000000"), ""),
        (Usb(0xDEAD, 0xBEEF, MICROBIT), ""),
        (None, ""),
    ],
)
def test_what_the_usb_side_tells(usb, known):
    assert board_id.of_usb(usb) == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("34:85:18:ab:cd:ef", MAC),
        (" 34-85-18-AB-CD-EF\t", MAC),
        ("348518abcdef", MAC),
        ("virtual:esp32/second?fresh=0", "virtual:esp32/second"),
        ("virtual:esp32/default", "virtual:esp32"),
        ("emulated:microbit-v1", "emulated:microbit-v1"),
        ("COM3", ""),
        ("34851", ""),
        ("348518ABCDEG", ""),
        ("", ""),
    ],
)
def test_an_id_has_one_form(text, known):
    assert board_id.read(text) == known


@pytest.mark.parametrize("known", [MAC, MICROBIT, DIGITS, "virtual:esp32", "AABBCCDD11223344"])
def test_a_shown_id_is_read_again_and_is_no_number(known):
    shown = board_id.shown(known)
    assert board_id.read(shown) == known
    assert not shown.isdecimal()


# -- labels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["第3组-1", "Group 3/1".replace("/", "-"), "3", "ä", "小明的板子"])
def test_what_can_be_a_label(label):
    assert checked(f"  {label} ") == label


@pytest.mark.parametrize(
    "label",
    [
        *("", "  ", "COM3", "com12", "/dev/ttyACM0", "virtual:esp32", "a\\b", "-1", "=1+1", "@x", "a\nb"),
        "x" * (MAX_CHARS + 1),
    ],
)
def test_what_cannot_be_a_label(label):
    with pytest.raises(BadLabel):
        checked(label)


def test_two_spellings_of_one_name_are_one():
    book = Book([Entry("A", "Gruppe \u00e4"), Entry("B", "第10组"), Entry("C", "第9组")])
    assert book.named("GRUPPE a\u0308") == Entry("A", "Gruppe \u00e4")
    assert [entry.label for entry in book] == ["Gruppe \u00e4", "第9组", "第10组"]


def test_a_label_has_one_board_and_a_board_one_label():
    book = Book([Entry("A", "one")])
    with pytest.raises(LabelTaken, match="A"):
        book.with_entry(Entry("B", "ONE"))
    renamed = book.with_entry(Entry("A", "two"))
    assert renamed.named("one") is None
    assert len(renamed) == 1 and len(renamed.without("two")) == 0
    with pytest.raises(NoSuchLabel):
        book.without("two")


# -- the table ---------------------------------------------------------------------------------------------

BOOK = Book(
    [
        Entry(MAC, "第3组-1", "esp32", "COM3"),
        Entry(MICROBIT, "3-1", "microbit-v2", "COM4"),
        Entry(DIGITS, "a,b;c", "microbit-v1", ""),
    ]
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_written_as_excel_wants_it_and_read_again(language):
    set_language(language)
    data = roster.write(BOOK)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 4
    assert b",34:85:18:AB:CD:EF," in data  # and not a number
    assert b"\t3-1," in data  # and not the first of March
    set_language("en")
    assert list(roster.read(data, "r.csv")) == list(BOOK)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_however_excel_saved_it(encoding, separator):
    text = roster.write(Book([Entry(MAC, "第3组-1")])).decode("utf-8-sig").replace(",", separator)
    assert roster.read(text.encode(encoding), "r.csv").named("第3组-1") is not None


def test_columns_in_any_order_and_others_beside_them():
    book = roster.read(f"学生,编号,名称\n小明,{MAC},一\n,,\n\n小红,{MICROBIT},二\n".encode("gbk"), "r.csv")
    assert [(entry.label, entry.id) for entry in book] == [("一", MAC), ("二", MICROBIT)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("name,number\n", 1, "“label”"),
        ("label,board\n一,esp32\n", 1, "“id”"),
        ("label,id,id\n", 1, "twice"),
        (f"label,id\n一,{MAC}\n二,34:85:18:ab:cd:ef\n", 3, "line 2"),
        (f"label,id\n一,{MAC}\n\n一,{MICROBIT}\n", 4, "line 2"),
        ("label,id\n一,9.90436E+47\n", 2, "rounded"),
        ("label,id\n一,hello\n", 2, "hello"),
        ("label,id\n一\n", 2, "id"),
        (f"label,id\n,{MAC}\n", 2, "empty"),
        (f"label,id\nCOM3,{MAC}\n", 2, "port"),
        (f'label,id\n"a\nb",{MAC}\n', 3, "seen"),
        ("label,id\n\x00\n", 1, "no text"),
        (f'label,id\n"{"x" * 200_000}",{MAC}\n', 2, "no table"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, line, words):
    csv.field_size_limit(USUAL_CELL)
    with pytest.raises(BadFile, match=words) as caught:
        roster.read(text.encode(), "r.csv")
    assert (caught.value.facts["path"], caught.value.facts["line"]) == ("r.csv", line)
    assert caught.value.hint


def test_a_huge_table_is_refused():
    with pytest.raises(BadFile, match="too big"):
        roster.read(bytes(roster.MAX_BYTES + 1), "r.csv")


@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b"PK\x03\x04\xff")
def test_any_file_is_read_or_refused_in_words(data):
    try:
        roster.read(data, "r.csv")
    except BadFile as error:
        assert error.facts["line"] >= 1


# -- on the disk -------------------------------------------------------------------------------------------


def test_labels_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    assert len(store.load()) == 0
    store.save(BOOK)
    assert list(store.load()) == list(BOOK)


@pytest.mark.parametrize("text", ["", "{}x", "[1]", '[{"id": 1, "no": 2}]', "3"])
def test_a_damaged_file_is_not_taken_for_an_empty_one(tmp_path, monkeypatch, text):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    store.file().write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match="damaged"):
        store.load()


def test_a_disk_that_takes_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "file"))
    with pytest.raises(FileProblem):
        store.save(BOOK)


@pytest.mark.parametrize("board", boards(), ids=lambda board: board.key)
def test_every_board_has_something_to_blink_with(board):
    parse(program(board))
