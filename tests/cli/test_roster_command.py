"""`maker roster`: out to Excel, and in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from makerlab.labels import store
from makerlab.labels.book import Book, Entry

MAC, OTHER = "348518ABCDEF", "348518000001"


def test_out_and_in_again(maker, monkeypatch, tmp_path):
    store.save(Book([Entry(MAC, "第3组-1", "esp32", "COM3")]))
    ended = maker("roster", "export", "班.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert Path("班.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "another"))
    assert maker("roster", "import", "班.csv").code == 0
    assert store.load().named("第3组-1") == Entry(MAC, "第3组-1", "esp32", "COM3")


def test_boards_that_are_not_in_the_table_keep_their_label(maker):
    store.save(Book([Entry(MAC, "甲"), Entry(OTHER, "乙")]))
    Path("r.csv").write_bytes(f"名称,编号\r\n丙,{MAC}\r\n".encode("gbk"))
    assert maker("roster", "import", "r.csv").code == 0
    assert {entry.id: entry.label for entry in store.load()} == {MAC: "丙", OTHER: "乙"}


def test_two_boards_may_exchange_their_labels(maker):
    store.save(Book([Entry(MAC, "甲"), Entry(OTHER, "乙")]))
    Path("r.csv").write_text(f"label,id\n乙,{MAC}\n甲,{OTHER}\n", encoding="utf-8")
    assert maker("roster", "import", "r.csv").code == 0
    assert {entry.id: entry.label for entry in store.load()} == {MAC: "乙", OTHER: "甲"}


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe\x00", "label\n甲\n".encode(), f"label,id\n乙,{OTHER}\n".encode()]
)
def test_a_bad_table_changes_nothing(maker, content):
    """The last one takes a label that another board has."""
    before = Book([Entry(MAC, "乙")])
    store.save(before)
    if content is not None:
        Path("r.csv").write_bytes(content)
    ended = maker("roster", "import", "r.csv")
    assert ended.code == 1 and len(ended.errors) == 2
    assert list(store.load()) == list(before)


def test_a_place_that_takes_no_file(maker):
    ended = maker("roster", "export", "no folder/r.csv")
    assert ended.code == 1 and len(ended.errors) == 2
