"""Files on genuine boards: there and back, compared, refused, repaired."""

from __future__ import annotations

import re
from random import Random

import pytest
from cutting import Cuts
from genuine import Bench, esp32, every_board, microbit_v1

from makerlab.errors import (
    BoardFull,
    BoardRefused,
    BoardRestarted,
    FileTooBig,
    FolderNotEmpty,
    InTheWay,
    MakerError,
    NameRefused,
    NoSuchFile,
    NotAFile,
    NotStored,
)
from makerlab.files import transfer
from makerlab.files.plan import STAGE
from makerlab.files.transfer import BoardFiles
from makerlab.link.base import Chunk, Link
from makerlab.repl.session import Session

BYTES = bytes(range(256))
SET = {
    "main.py": b"print('hello')\n" * 40,
    "data.bin": BYTES * 6 + b"\x03\x03~a~~b\x04\x06\x01\x02\x05" * 20,
    "empty": b"",
    "温度.py": "print('温度')\n".encode(),
    'it\'s "here".txt': b"x",
}


@every_board
def test_there_and_back(bench: Bench):
    files = bench.files()
    made = files.put(SET)
    assert dict(made.puts) == SET
    assert {name: files.read(name) for name in SET} == SET
    listing = files.list()
    assert {entry.name: entry.size for entry in listing.entries} == {n: len(d) for n, d in SET.items()}
    assert 0 < listing.free_bytes < listing.total_bytes <= bench.limits.file_system_bytes


@every_board
def test_only_what_differs_is_sent(bench: Bench):
    bench.files().put(SET)
    changed = {**SET, "main.py": b"print('HELLO')\n" * 40}
    made = bench.files().put(changed)
    assert list(made.puts) == ["main.py"]
    assert set(made.unchanged) == set(SET) - {"main.py"}
    assert bench.files().put(changed).is_empty
    assert bench.files().read("main.py") == changed["main.py"]


@every_board
def test_progress_begins_and_ends_each_file(bench: Bench):
    seen: dict[str, list[int]] = {}
    bench.files(progress=lambda name, done, _size: seen.setdefault(name, []).append(done)).put(SET)
    for name, data in SET.items():
        assert seen[name] == sorted(seen[name])
        assert seen[name][0] == 0 and seen[name][-1] == len(data)


@every_board
def test_sync_removes_only_when_told(bench: Bench):
    files = bench.files()
    files.put({"old.py": b"1", "kept.py": b"2"})
    assert not files.sync({"kept.py": b"2"}).removes
    files.sync({"kept.py": b"2"}, confirm=lambda plan: False)
    assert files.list().find("old.py")
    asked = []
    files.sync({"kept.py": b"3"}, confirm=lambda plan: not asked.append(plan.removes))
    assert asked == [("old.py",)]
    assert [entry.name for entry in files.list().entries] == ["kept.py"]


@every_board
def test_what_is_not_there(bench: Bench):
    files = bench.files()
    for act in (lambda: files.read("no.py"), lambda: files.remove("no.py"), lambda: files.list("no.py")):
        with pytest.raises(NoSuchFile):
            act()


@every_board
@pytest.mark.parametrize(
    ("wanted", "error"),
    [({"a\nb": b""}, NameRefused), ({"x" * 256: b""}, NameRefused), ({"big": bytes(5 << 20)}, FileTooBig)],
    ids=["control character", "long name", "5 MB"],
)
def test_refused_before_a_byte_is_sent(bench: Bench, wanted: dict[str, bytes], error: type[MakerError]):
    files = bench.files()
    files.session = Session(DeadLink())  # whoever writes to it fails
    with pytest.raises(error):
        files.put({"fine.py": b"", **wanted})


class DeadLink(Link):
    def __init__(self) -> None:
        super().__init__("dead")

    def reset(self) -> bool:
        return False

    def _receive(self) -> bytes:
        raise AssertionError

    def _send(self, data: bytes, timeout_s: float) -> None:
        raise AssertionError(data)

    def _shut(self) -> None:
        pass


@every_board
def test_a_full_board_stays_as_it_was(bench: Bench):
    files = bench.files()
    before = {"part0": b"old", "part1": b"old"}
    files.put(before)
    free = files.list().free_bytes
    with pytest.raises(BoardFull):
        files.put({"part0": b"new", **{f"more{n}": bytes(free // 2) for n in range(2)}})
    assert {entry.name: entry.size for entry in files.list().entries} == {"part0": 3, "part1": 3}
    assert files.read("part0") == b"old"


@microbit_v1
def test_a_file_over_half_the_micro_bit(bench: Bench):
    """Old and new do not fit together: the old one goes first, and the new one arrives whole."""
    bench.session.exec("f=open('main.py','wb')\nfor n in range(124):f.write(bytes(121))\nf.close()")  # 15,004
    files, new = bench.files(), BYTES * 58
    assert files.plan({"main.py": new}).in_place == {"main.py"}
    files.put({"main.py": new})
    assert files.list().find("main.py").size == len(new)


@microbit_v1
def test_files_outlive_the_tidying_up_of_a_micro_bit(bench: Bench):
    """Written again and again, files fill its flash with remains until the runtime copies all that is alive
    (filesystem.c, filesystem_sweep): every file, and those nobody touched, must come through."""
    random = Random(5)
    wanted = {f"module{number}.py": random.randbytes(random.randrange(500, 1500)) for number in range(20)}
    files = bench.files()
    files.put(wanted)
    spare_page = "import machine\nprint([n for n in range(0x38800,0x40000,1024)if machine.mem8[n]==253])\n"
    before = bench.session.exec(spare_page)
    for _round in range(8):
        for name in random.sample(sorted(wanted), 3):
            wanted[name] = random.randbytes(len(wanted[name]))
        assert len(files.put(wanted).unchanged) == 17  # the others were compared
        if bench.session.exec(spare_page) != before:
            break
    else:
        raise AssertionError(f"never tidied up: {before}")
    assert files.put(wanted).is_empty
    assert {name: files.read(name) for name in wanted} == wanted


@microbit_v1
def test_memory_full_of_the_last_program(bench: Bench):
    bench.session.exec("hog=[]\ntry:\n while 1:hog.append(bytearray(64))\nexcept MemoryError:hog.pop()\n")
    bench.files().put({"main.py": b"x=1\n"})
    assert bench.files().read("main.py") == b"x=1\n"


@every_board
def test_nothing_stays_in_memory_when_told(bench: Bench):
    files = bench.files()
    files.put({"main.py": b"x=1\n"})
    files.forget()
    assert bench.session.exec("print([n for n in globals() if n[0]=='_' and n[1]!='_'])") == b"[]\r\n"
    assert files.read("main.py") == b"x=1\n"  # and it still works


# -- folders ---------------------------------------------------------------------------------------------


@esp32
def test_folders(bench: Bench):
    files = bench.files()
    made = files.put({"lib/a/deep.py": b"1", "lib/b.py": b"2"})
    assert made.folders == ("lib", "lib/a")
    assert [entry.name for entry in files.list().entries] == ["lib"]
    assert [entry.name for entry in files.list("lib").entries] == ["lib/a", "lib/b.py"]
    everything = files.list(recursive=True).entries
    assert [entry.name for entry in everything] == ["lib", "lib/a", "lib/a/deep.py", "lib/b.py"]
    assert files.list("lib/b.py").find("lib/b.py").size == 1
    with pytest.raises(NotAFile):
        files.read("lib")
    with pytest.raises(FolderNotEmpty):
        files.remove("lib")
    files.sync({"lib/b.py": b"2"}, "lib", confirm=lambda plan: True)
    assert [entry.name for entry in files.list(recursive=True).entries] == ["lib", "lib/b.py"]
    files.remove("lib", recursive=True)
    assert not files.list().entries
    assert bench.session.exec("import os\nprint(os.getcwd())") == b"/\r\n"


@esp32
def test_many_files(bench: Bench):
    wanted = {f"lib/{number % 3}/module_{number}.py": b"x=%d\n" % number for number in range(150)}
    files = bench.files()
    assert len(files.sync(wanted, confirm=lambda plan: True).puts) == 150
    wanted["lib/1/module_1.py"] = b"other\n"
    del wanted["lib/2/module_2.py"]
    made = bench.files().sync(wanted, confirm=lambda plan: True)
    assert list(made.puts) == ["lib/1/module_1.py"] and made.removes == ("lib/2/module_2.py",)


@esp32
def test_a_folder_in_the_way_and_a_file_in_the_way(bench: Bench):
    files = bench.files()
    files.make_folder("folder/inner")
    files.make_folder("folder")  # is there: fine
    files.put({"file": b""})
    for name in ("folder", "file/x"):
        with pytest.raises(InTheWay):
            files.put({name: b"", "other": b""})
    with pytest.raises(InTheWay):
        files.make_folder("file")
    assert [entry.name for entry in files.list().entries] == ["file", "folder"]


@esp32
@pytest.mark.parametrize("name", ["it's", 'say "hi"', "{0}", "a b", "温度"])
def test_names_in_the_programs_of_ampy(bench: Bench, name: str):
    files = bench.files()
    files.put({f"{name}/{name}.py": b"1"})
    assert files.read(f"{name}/{name}.py") == b"1"
    files.remove(f"{name}/{name}.py")
    files.remove(name)
    assert not files.list().entries


@esp32
def test_what_ampy_raises_never_gets_out(bench: Bench):
    """PyboardError is a BaseException, which no handler of errors catches."""
    files = bench.files()
    bench.session.exec("import os\ndef broken(*_):raise OSError(5)\nos.mkdir=os.remove=os.rmdir=broken\n")
    try:
        with pytest.raises(BoardRefused):
            files.make_folder("new")
        with pytest.raises(BoardRefused):
            files._folders.remove_file("boot.py")
    finally:
        bench.link.reset()


# -- a bad line ------------------------------------------------------------------------------------------


class BadLine(Link):
    """Another link's board over a line that spoils bytes: `spoil` sees each write and gives what arrives."""

    def __init__(self, link: Link, spoil) -> None:
        super().__init__(link.port)
        self._link, self._spoil = link, spoil

    def read(self, timeout_s: float) -> Chunk:
        return self._link.read(timeout_s)

    def write(self, data: bytes, timeout_s: float = 5.0) -> None:
        self._link.write(self._spoil(data), timeout_s)

    def reset(self) -> bool:
        return self._link.reset()

    def _receive(self) -> bytes:
        return b""

    def _send(self, data: bytes, timeout_s: float) -> None:
        pass

    def _shut(self) -> None:
        pass


def plainly(files: BoardFiles) -> None:
    """Have the board believe it cannot inflate, so that files can be seen on the line."""
    files.session.exec(files._dialect.fetch.replace("import deflate", "import nothing"))
    files._inflates = False


OLD, NEW = b"the old content\n" * 30, b"\xe9the new content\n" * 30
MARK = b"new"


@every_board
def test_a_byte_that_changes_on_its_way(bench: Bench):
    """Once: sent again. Always: the old file is still there."""
    files = bench.files()
    files.put({"main.py": OLD})
    plainly(files)
    spoilt = []

    def once(data: bytes) -> bytes:
        if MARK in data and not spoilt:
            spoilt.append(data)
            return data.replace(MARK, b"nEw")
        return data

    bench.session.link = BadLine(bench.link, once)
    files.put({"main.py": NEW})
    assert spoilt and files.read("main.py") == NEW
    bench.session.link = BadLine(bench.link, lambda data: data.replace(b"old", b"bad"))
    with pytest.raises(NotStored):
        files.put({"main.py": OLD})
    bench.session.link = bench.link
    assert files.read("main.py") == NEW
    assert [entry.name for entry in files.list().entries] == ["main.py"]


@every_board
def test_a_byte_that_is_lost_on_its_way(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """The stream waits for it in vain; from then on files are spelled, in small programs, and arrive."""
    monkeypatch.setattr(transfer, "STALL_S", 0.3)
    files = bench.files()
    files.put({"main.py": OLD})
    made = files.plan({"main.py": NEW})
    lost = []

    def lose(data: bytes) -> bytes:
        if b"\xe9" in data and not lost:
            lost.append(data)
            return data[:-1]
        return data

    plainly(files)
    shown: list[int] = []
    files.progress = lambda _name, done, _size: shown.append(done)
    bench.session.link = BadLine(bench.link, lose)
    files.carry_out(made)
    bench.session.link = bench.link
    assert lost and not files._streams
    assert shown == sorted(shown) and shown[-1] == len(NEW)
    assert files.read("main.py") == NEW
    assert not files.list().find(STAGE)


@every_board
def test_a_byte_that_is_lost_while_looking(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transfer, "STALL_S", 0.3)
    files = bench.files()
    files.put({"main.py": OLD})
    lost = []

    def lose(data: bytes) -> bytes:
        if not lost and re.match(b"[0-9a-f]{4}.", data, re.DOTALL):  # a chunk's header
            lost.append(data)
            return data[:-1]
        return data

    bench.session.link = BadLine(bench.link, lose)
    listing = files.list()
    bench.session.link = bench.link
    assert lost and listing.find("main.py") and not files._streams


@esp32
def test_a_board_that_restarts_in_the_middle(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Said so, and nothing is lost."""
    monkeypatch.setattr(transfer, "STALL_S", 0.5)
    files = bench.files()
    files.put({"main.py": OLD})
    plainly(files)

    def reset(data: bytes) -> bytes:
        if b"\xe9" in data:
            bench.link.reset()
            return b""
        return data

    bench.session.link = BadLine(bench.link, reset)
    with pytest.raises(BoardRestarted):
        files.put({"main.py": NEW})
    bench.session.link = bench.link
    again = bench.files()
    assert again.read("main.py") == OLD
    again.put({"main.py": NEW})
    assert [entry.name for entry in again.list().entries] == ["main.py"]


# -- cut off ---------------------------------------------------------------------------------------------


def test_cut_off_at_any_byte():
    """The link breaks in the middle of a sync, with and without the board's power: every file is the old or
    the new one, and the next sync repairs it. (bench/deploy.py does this 500 times.)"""
    with Cuts(Random(1)) as test:
        for _cut in range(25):
            test.cut_once()
        assert test.torn == 0
        assert test.repaired == 25
        assert test.old and test.mixed  # the cuts do fall in the midst
