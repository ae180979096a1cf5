"""`maker label`, on genuine (virtual) boards, and labels wherever a port can stand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from makerlab.boards import Usb, catalogue
from makerlab.cli import boards
from makerlab.labels import find, store
from makerlab.labels.blink import program
from makerlab.labels.book import Book, Entry
from makerlab.link import open_link
from makerlab.link.ports import PortInfo
from makerlab.repl.session import Session
from makerlab.survey import Seen, Watcher

CH340 = Usb(0x1A86, 0x7523)
ONE, TWO = "virtual:esp32/one", "virtual:esp32/two"


def test_a_label_stands_for_a_port(maker):
    ended = maker("label", "set", ONE, "第3组-1")
    assert (ended.code, ended.errors) == (0, [])
    assert maker("exec", "print(6 * 7)", "--port", "第3组-1").out == "42\n"
    Path("main.py").write_text("print('hello')\n", encoding="utf-8")
    assert maker("put", "main.py", "--port", "第3组-1").code == 0
    assert "main.py" in maker("ls", "--port", ONE).out


def test_several_boards_are_shown_with_their_labels(maker):
    maker("label", "set", ONE, "第3组-1")
    maker("label", "set", TWO, "第3组-2")
    ended = maker("exec", "print(1)", "--port", "第3组-1", "--port", TWO)
    assert ended.code == 0
    assert sorted(ended.out.splitlines()) == [f"第3组-1 ({ONE}): 1", f"第3组-2 ({TWO}): 1"]
    listed = json.loads(maker("ls", "--json", "--port", "第3组-1", "--port", TWO).out)
    assert [(one["port"], one["label"]) for one in listed] == [(ONE, "第3组-1"), (TWO, "第3组-2")]
    failed = maker("ls", "nothing", "--port", "第3组-1", "--port", TWO)
    assert any(line.startswith("Error: 第3组-1 (virtual:esp32/one): ") for line in failed.errors)


def test_data_files_are_named_after_the_label(maker):
    maker("label", "set", ONE, "第3组-1")
    program = "from lab import channel, run\nchannel('level', 'V', lambda: 1, 1)\nrun(hz=50)\n"
    Path("level.py").write_text(program, encoding="utf-8")
    ended = maker("run", "level.py", "--port", "第3组-1", "--port", TWO, "--samples", "2")
    assert ended.code == 0, ended.errors
    assert [path.name for path in Path().glob("*第3组-1*.csv")]


def test_list_rename_and_remove(maker):
    assert "maker label set" in maker("label", "list").out
    maker("label", "set", ONE, "甲")
    assert "甲" in maker("label", "set", "甲", "乙").out  # by its label
    (row,) = json.loads(maker("label", "list", "--json").out)
    assert row == {"label": "乙", "id": ONE, "board": "esp32", "port": ONE}
    assert maker("label", "remove", "乙").code == 0
    ended = maker("label", "remove", "乙")
    assert ended.code == 1 and len(ended.errors) == 2


@pytest.mark.parametrize(
    ("port", "label", "words"),
    [
        (TWO, "甲", "already"),
        (TWO, "COM3", "port"),
        ("virtual:esp32?fresh=1", "乙", "forgotten"),
        ("socket://127.0.0.1:1", "乙", "127.0.0.1"),
    ],
)
def test_what_cannot_be_labelled(maker, port, label, words):
    maker("label", "set", ONE, "甲")
    ended = maker("label", "set", port, label)
    assert ended.code == 1 and len(ended.errors) == 2
    assert words in ended.errors[0]
    assert len(store.load()) == 1


def test_no_such_label(maker):
    ended = maker("exec", "1", "--port", "第9组")
    assert ended.code == 1 and len(ended.errors) == 2


def test_blinking(maker, monkeypatch):
    monkeypatch.setattr("makerlab.labels.blink.program", lambda board: program(board, 1, 20))
    maker("label", "set", ONE, "甲")
    maker("label", "set", "virtual:microbit-v2/b", "乙")
    ended = maker("label", "blink", "甲", "乙")
    assert ended.code == 0
    assert "甲" in ended.out and "乙" in ended.out
    assert maker("label", "blink").code == 2


@pytest.mark.parametrize(
    ("port", "key"),
    [
        ("virtual:esp32?fresh=1", "esp32"),
        ("virtual:esp32?fresh=1", "esp32s3"),
        ("emulated:microbit-v1?fresh=1", "microbit-v1"),
    ],
)
def test_the_program_runs_on_the_genuine_runtime(port, key):
    """The lamp of an ESP32-S3 is coloured; the board here has it at another pin."""
    with open_link(port) as link:
        session = Session(link)
        session.enter()
        session.exec(program(catalogue().boards[key], 1, 20).replace("Pin(48", "Pin(2"))


def test_the_display_is_lit():
    with open_link("virtual:microbit-v2?fresh=1&display=1") as link:
        session = Session(link)
        session.enter()
        run = session.start(program(catalogue().boards["microbit-v2"], 1, 200))
        shown = set()
        assert link.display is not None
        while not run.ended:
            run.read(0.01)
            shown.add(link.display())
    assert {"9" * 25, "0" * 25} <= shown


# -- finding a board behind a bridge, which has no number of its own ---------------------------------------


@pytest.fixture
def bridges(monkeypatch):
    """Two genuine boards at ports that look like those of a CH340; their MACs."""
    monkeypatch.setattr(find, "list_ports", lambda: [PortInfo(ONE, "", CH340), PortInfo(TWO, "", CH340)])
    return find.ask_ids([ONE, TWO])


def test_boards_at_their_prompt_are_asked(bridges):
    assert len(set(bridges.values())) == 2 and all(len(one) == 12 for one in bridges.values())
    store.save(Book([Entry(bridges[TWO], "甲", "esp32", ONE)]))
    assert find.ports_of(list(store.load())) == [TWO]
    assert store.load().named("甲").port == TWO  # where it is now


def test_many_labels_are_looked_for_at_once(bridges, monkeypatch):
    asked = []
    ask_all = find.ask_all
    monkeypatch.setattr(find, "ask_all", lambda ports, open_: asked.append(ports) or ask_all(ports, open_))
    store.save(Book([Entry(bridges[TWO], "甲"), Entry(bridges[ONE], "乙"), Entry("virtual:esp32", "丙")]))
    entries = {entry.label: entry for entry in store.load()}
    assert find.ports_of([entries[label] for label in "乙甲丙"]) == [ONE, TWO, "virtual:esp32"]
    assert asked == [[ONE, TWO]]


def test_asking_leaves_no_name_behind(bridges):
    with open_link(ONE) as link:
        session = Session(link)
        session.enter()
        session.leave()
        assert find.ask_id(link) == bridges[ONE]
        session.enter()
        assert b"machine" not in session.exec("print(dir())")


def test_a_running_program_is_not_stopped_to_find_a_board(maker, bridges):
    Path("main.py").write_text("while True:\n    pass\n", encoding="utf-8")
    maker("put", "main.py", "--port", TWO)
    lost = Entry(bridges[TWO], "甲", "esp32", "")
    with pytest.raises(find.BoardNotHere):
        find.ports_of([lost])
    seen_before = Entry(bridges[TWO], "甲", "esp32", TWO)
    assert find.ports_of([seen_before]) == [TWO]


def test_a_wrong_guess_is_noticed_before_anything_is_done(maker, bridges):
    Path("main.py").write_text("while True:\n    pass\n", encoding="utf-8")
    maker("put", "main.py", "--port", TWO)
    store.save(Book([Entry("AABBCCDDEEFF", "甲", "esp32", TWO)]))
    ended = maker("rm", "main.py", "--port", "甲")
    assert ended.code == 1 and len(ended.errors) == 2
    assert TWO in ended.errors[0] and "甲" in ended.errors[0]
    assert "main.py" in maker("ls", "--port", TWO).out


def test_a_microbit_is_found_by_its_usb_side_alone(monkeypatch):
    number = "9904360258994E45001290120000005C000000009796990B"
    ports = [PortInfo("COM9", "", Usb(0x0D28, 0x0204, number.lower()))]
    monkeypatch.setattr(find, "list_ports", lambda: ports)
    store.save(Book([Entry(number, "甲", "microbit-v2", "COM4")]))
    assert find.ports_of(list(store.load())) == ["COM9"]
    assert store.load().named("甲").port == "COM9"


def test_maker_boards_shows_the_label(bridges):
    """Boards at their prompt are asked for their number, but only where somebody gave labels at all."""
    ports = [PortInfo(ONE, "", CH340), PortInfo(TWO, "", CH340)]
    assert [(seen.id, seen.label) for seen in looked(ports)] == [("", ""), ("", "")]
    store.save(Book([Entry(bridges[TWO], "甲", "esp32", "COM5")]))
    assert [(seen.id, seen.label) for seen in looked(ports)] == [(bridges[ONE], ""), (bridges[TWO], "甲")]
    labelled = looked(ports)[1]
    assert labelled.as_json()["label"] == "甲"
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(boards._table(looked(ports)))
    (line,) = [line for line in console.export_text().splitlines() if TWO in line]
    assert line.split()[:2] == [TWO, "甲"]


def looked(ports: list[PortInfo]) -> list[Seen]:
    watcher = Watcher(lambda: ports)
    watcher.look()
    return list(watcher.seen.values())


@pytest.mark.parametrize("word", ["第9组-1", "group 9", "3-1"])
def test_a_label_that_no_board_has_is_no_missing_port(maker, word):
    for arguments in (("label", "blink", word), ("exec", "1", "--port", word)):
        ended = maker(*arguments)
        assert ended.code == 1 and len(ended.errors) == 2, ended
        assert f"No board has the label {word}" in ended.errors[0] and "maker label list" in ended.errors[1]
    assert "port COM77" in maker("label", "blink", "COM77").errors[-2]
