"""put, get, ls, rm and sync, on genuine MicroPython: a virtual ESP32 and the emulated micro:bit V1."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from makerlab.cli import local_files
from makerlab.cli.local_files import local_path
from makerlab.errors import FileProblem

ESP32, MICROBIT = "virtual:esp32/lesson", "emulated:microbit-v1/lesson"
needs_qemu = pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs QEMU")
BINARY = bytes(range(256)) * 5


@pytest.fixture(params=[ESP32, pytest.param(MICROBIT, marks=needs_qemu)])
def port(request) -> str:
    return request.param


@pytest.fixture
def answer(monkeypatch):
    """What comes from the keyboard."""

    def answers(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return answers


def listed(maker, port: str) -> dict[str, int]:
    """Files on the board: name -> size; folders are not among them."""
    ended = maker("ls", "-r", "--json", "--port", port)
    assert ended.code == 0, ended.errors
    (board,) = json.loads(ended.out)
    return {file["name"]: file["size"] for file in board["files"] if not file["folder"]}


def written(name: str, data: bytes = b"x = 1\n") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# -- any board ---------------------------------------------------------------------------------------------


def test_there_and_back_every_byte_the_same(maker, port):
    written("数据.bin", BINARY)
    ended = maker("put", "数据.bin", "--port", port)
    assert (ended.code, ended.errors) == (0, [])
    assert ended.out.startswith("数据.bin sent, 1,280 bytes in ")
    assert listed(maker, port) == {"数据.bin": 1280}
    assert maker("get", "数据.bin", "back.bin", "--port", port).code == 0
    assert Path("back.bin").read_bytes() == BINARY


def test_what_is_there_already_is_not_sent_again(maker, port):
    written("main.py")
    written("other.py", b"y = 2\n")
    assert maker("put", "main.py", "other.py", "--port", port).out.startswith("2 files sent, 12 bytes in ")
    written("other.py", b"y = 3\n")
    ended = maker("put", "main.py", "other.py", "--port", port, "--json")
    (board,) = json.loads(ended.out)
    assert (board["ok"], board["sent"], board["unchanged"]) == (True, ["other.py"], ["main.py"])


def test_sync_mirrors_a_folder(maker, port, answer):
    for name in ("main.py", "helper.py", ".git/config", "__pycache__/main.cpython-311.pyc", ".DS_Store"):
        written("project/" + name)
    written("old.py")
    assert maker("put", "old.py", "--port", port).code == 0
    assert maker("sync", "project", "--port", port).out.startswith("2 files sent")
    assert sorted(listed(maker, port)) == ["helper.py", "main.py", "old.py"]

    answer("n\n")
    ended = maker("sync", "project", "--delete", "--port", port)
    assert (ended.code, "old.py" in listed(maker, port)) == (0, True)
    assert "  old.py" in ended.errors

    assert maker("sync", "project", "--delete", "--dry-run", "--port", port).out == "would remove: old.py\n"
    assert "old.py" in listed(maker, port)

    answer("y\n")
    ended = maker("sync", "project", "--delete", "--port", port)
    assert ended.out == "1 file removed, 2 files were there already\n"
    assert sorted(listed(maker, port)) == ["helper.py", "main.py"]


def test_rm_takes_names_and_patterns(maker, port):
    for name in ("a.csv", "b.csv", "main.py"):
        written(name)
    assert maker("put", "a.csv", "b.csv", "main.py", "--port", port).code == 0
    assert maker("rm", "*.csv", "--port", port).out == "2 files removed.\n"
    assert maker("rm", "main.py", "--port", port).out == "main.py is removed.\n"
    assert listed(maker, port) == {}


def test_rm_of_what_is_not_there_removes_nothing(maker):
    written("main.py")
    assert maker("put", "main.py", "--port", ESP32).code == 0
    ended = maker("rm", "main.py", "nothing.py", "--port", ESP32)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert "nothing.py" in ended.errors[0]
    assert listed(maker, ESP32) == {"main.py": 6}


def test_ls_for_people(maker):
    written("main.py")
    maker("put", "main.py", "--port", ESP32)
    first, last = maker("ls", "--port", ESP32).out.splitlines()
    assert first.split() == ["6", "main.py"]
    assert last.startswith("1 file, 6 bytes; ")
    assert last.endswith(" bytes free")


# -- boards with folders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "on_board"),
    [
        (["main.py"], ["main.py"]),
        (["main.py", ":start.py"], ["start.py"]),
        (["main.py", "start.py"], ["start.py"]),
        (["main.py", "lib/"], ["lib/main.py"]),
        (["main.py", "/lib/start.py"], ["lib/start.py"]),
        (["main.py", r":lib\start.py"], ["lib/start.py"]),
        (["main.py", ":"], ["main.py"]),
        (["main.py", "here.py"], ["here.py", "main.py"]),
        (["main.py", ":here.py"], ["here.py"]),
        (["*.py", ":lib/"], ["lib/here.py", "lib/main.py"]),
        (["project"], ["project/a.py", "project/deep/b.py"]),
        (["project", ":copy"], ["copy/a.py", "copy/deep/b.py"]),
        (["project", "main.py", ":lib/"], ["lib/main.py", "lib/project/a.py", "lib/project/deep/b.py"]),
    ],
)
def test_where_put_puts(maker, words, on_board):
    for name in ("main.py", "here.py", "project/a.py", "project/deep/b.py"):
        written(name)
    ended = maker("put", *words, "--port", ESP32)
    assert (ended.code, ended.errors) == (0, [])
    assert sorted(listed(maker, ESP32)) == on_board


def test_a_folder_that_is_there_takes_files_without_a_slash(maker):
    written("main.py")
    maker("put", "main.py", ":lib/other.py", "--port", ESP32)
    maker("put", "main.py", ":lib", "--port", ESP32)
    assert sorted(listed(maker, ESP32)) == ["lib/main.py", "lib/other.py"]


@pytest.mark.parametrize(
    ("words", "here"),
    [
        (["main.py"], ["main.py"]),
        ([":lib/a.py"], ["a.py"]),
        (["lib/a.py", "copy.py"], ["copy.py"]),
        (["lib/a.py", "there/"], ["there/a.py"]),
        (["lib"], ["lib/a.py", "lib/deep/b.py"]),
        (["lib", "copy"], ["copy/a.py", "copy/deep/b.py"]),
        (["lib/*.py", "there/"], ["there/a.py"]),
        ([":", "backup/"], ["backup/lib/a.py", "backup/lib/deep/b.py", "backup/main.py"]),
    ],
)
def test_where_get_puts(maker, words, here):
    for name in ("main.py", "lib/a.py", "lib/deep/b.py"):
        written("board/" + name)
    assert maker("sync", "board", "--port", ESP32).code == 0
    shutil.rmtree("board")
    ended = maker("get", *words, "--port", ESP32)
    assert (ended.code, ended.errors) == (0, [])
    assert sorted(path.as_posix() for path in Path().rglob("*") if path.is_file()) == here


def test_get_prints_a_file(maker, monkeypatch):
    written("log.csv", "温度,21\r\n".encode())
    maker("put", "log.csv", "--port", ESP32)
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding="utf-8"))
    maker("get", "log.csv", "-", "--port", ESP32)
    assert output.getvalue() == "温度,21\r\n".encode()


def test_sync_into_a_folder_leaves_the_rest_alone(maker):
    written("project/a.py")
    written("main.py")
    maker("put", "main.py", "--port", ESP32)
    maker("put", "main.py", ":lib/old.py", "--port", ESP32)
    assert maker("sync", "project", ":lib", "--delete", "--yes", "--port", ESP32).code == 0
    assert sorted(listed(maker, ESP32)) == ["lib/a.py", "main.py"]


def test_a_folder_goes_with_r_only(maker):
    written("main.py")
    maker("put", "main.py", ":lib/deep/main.py", "--port", ESP32)
    ended = maker("rm", "lib", "--port", ESP32)
    assert ended.code == 1
    assert "maker rm -r lib" in ended.errors[1]
    assert maker("rm", "-r", "lib", "lib/deep", "--port", ESP32).code == 0
    assert listed(maker, ESP32) == {}


def test_a_file_that_is_here_stays_until_the_new_one_is_whole(maker, monkeypatch):
    written("main.py")
    maker("put", "main.py", "--port", ESP32)
    written("main.py", b"my only copy\n")

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ended = maker("get", "main.py", "--port", ESP32)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert Path("main.py").read_bytes() == b"my only copy\n"
    assert [path.name for path in Path().iterdir()] == ["main.py"]


# -- what is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "options", "sent"),
    [
        ("main.py", "print('灯')  # 注释\n".encode("gb18030"), [], "print('灯')  # 注释\n".encode()),
        ("main.py", b"\xef\xbb\xbfx = 1\r\n", [], b"x = 1\n"),
        ("main.py", b"x = 1\r\n# yes\r\n", [], b"x = 1\r\n# yes\r\n"),
        ("main.py", b"x = 1  # one\n\ny = 2\n", ["--strip"], b"x = 1\n\ny = 2\n"),
        ("main.py", b"\x00\x01not text\n", ["--strip"], b"\x00\x01not text\n"),
        ("table.csv", b"\xef\xbb\xbf1,2\n", [], b"\xef\xbb\xbf1,2\n"),
    ],
)
def test_programs_are_sent_as_micropython_reads_them(maker, name, data, options, sent):
    written(name, data)
    maker("put", name, *options, "--port", ESP32)
    maker("get", name, "back", "--port", ESP32)
    assert Path("back").read_bytes() == sent


@needs_qemu
@pytest.mark.parametrize(("options", "size"), [([], 6), (["--no-strip"], 13)])
def test_a_small_board_gets_programs_without_comments(maker, options, size):
    written("main.py", b"x = 1  # one\n")
    maker("put", "main.py", *options, "--port", MICROBIT)
    assert listed(maker, MICROBIT) == {"main.py": size}


def test_compiled_modules_take_the_place_of_their_sources(maker):
    """A board that had both would import the source."""
    written("lib/halves.py", b"def half(n):\n    return n // 2\n")
    written("main.py")
    maker("put", "lib", "main.py", "--port", ESP32)
    ended = maker("put", "lib", "main.py", "--mpy", "--port", ESP32)
    assert (ended.code, ended.errors) == (0, [])
    assert set(listed(maker, ESP32)) == {"lib/halves.mpy", "main.py"}
    program = "import sys; sys.path.append('/lib'); from halves import half; print(half(8))"
    assert maker("exec", program, "--port", ESP32).out == "4\n"


# -- several boards ----------------------------------------------------------------------------------------


def test_several_boards_side_by_side(maker):
    ports = [f"virtual:esp32/{number}" for number in range(4)]
    options = [word for port in ports for word in ("--port", port)]
    written("main.py")
    ended = maker("put", "main.py", *options)
    assert ended.code == 0
    assert [line.partition(": main.py sent")[0] for line in ended.out.splitlines()] == ports
    assert [line.partition(": done ")[2] for line in ended.errors] == ["(1/4)", "(2/4)", "(3/4)", "(4/4)"]

    boards = json.loads(maker("ls", "--json", *options).out)
    assert [board["port"] for board in boards] == ports
    assert all(board["files"][0]["name"] == "main.py" for board in boards)

    assert maker("get", "main.py", "all/", *options).code == 0
    assert sorted(path.as_posix() for path in Path("all").rglob("*.py")) == [
        f"all/virtual-esp32-{number}/main.py" for number in range(4)
    ]


def test_some_of_several_failed(maker):
    written("main.py")
    ended = maker("put", "main.py", "--port", "COM77", "--port", ESP32, "--port", "nowhere:1")
    assert ended.code == 3
    assert ended.out.startswith(f"{ESP32}: main.py sent")
    problems = [line for line in ended.errors if line.startswith("Error: ")]
    assert ["COM77" in problems[0], "nowhere:1" in problems[1]] == [True, True]
    assert len([line for line in ended.errors if line.startswith("Do this: ")]) == 2
    assert ended.errors[-2:] == [
        "1 of 3 boards are done.",
        "Once more for the others only: --port COM77 --port nowhere:1",
    ]
    assert listed(maker, ESP32) == {"main.py": 6}


def test_all_of_several_failed(maker):
    written("main.py")
    ended = maker("put", "main.py", "--port", "COM77", "--port", "COM78", "--json")
    assert ended.code == 1
    assert [(board["port"], board["ok"]) for board in json.loads(ended.out)] == [
        ("COM77", False),
        ("COM78", False),
    ]


def test_a_board_named_twice_is_one_board(maker):
    written("main.py")
    assert maker("put", "main.py", "--port", ESP32, "--port", ESP32).out.startswith("main.py sent")


def test_removing_is_asked_once_for_all_boards(maker, answer):
    written("main.py")
    written("empty/keep.py")
    options = ["--port", "virtual:esp32/1", "--port", "virtual:esp32/2"]
    maker("put", "main.py", *options)
    answer("y\n")
    ended = maker("sync", "empty", "--delete", *options)
    assert ended.code == 0
    assert ended.errors.count("  main.py") == 1
    assert listed(maker, "virtual:esp32/1") == listed(maker, "virtual:esp32/2") == {"keep.py": 6}


# -- wrong input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["put", "nix.py"], 1, "nix.py"),
        (["put", "main.py", "hepler.py"], 2, "helper.py"),
        (["put", "mian.py"], 1, "main.py"),
        (["put", ":main.py"], 2, "maker get"),
        (["put", ":main.py", "main.py"], 2, "maker get"),
        (["put", "main.py", "helper.py", ":x"], 1, "x/"),
        (["put", "main.py", "project/main.py", ":"], 2, "main.py"),
        (["put", "main.py", ":../x.py"], 1, "../x.py"),
        (["put", "main.py", ":" + "长" * 100 + ".py"], 1, "255"),
        (["put", "big.bin"], 1, "big.bin"),
        (["put", "*.nix"], 1, "*.nix"),
        (["put", ""], 1, '""'),
        (["sync", ""], 1, '""'),
        (["rm", ""], 2, '""'),
        (["put", "main.py\x00"], 1, "main.py"),
        (["get", "nix.py"], 1, "nix.py"),
        (["get", "*.nix"], 1, "*.nix"),
        (["get", ":..", "x"], 1, ".."),
        (["get", ":", "-"], 2, "results/"),
        (["ls", "nix"], 1, "nix"),
        (["ls", "../.."], 1, ".."),
        (["rm", ":"], 2, "maker rm -r"),
        (["rm", "nix"], 1, "nix"),
        (["sync", "main.py"], 1, "maker put"),
        (["sync", "nix"], 1, "nix"),
        (["sync", "project", "--delete"], 2, "--yes"),
        (["ls", "--all", "-p", "COM3"], 2, "--all"),
    ],
)
def test_wrong_words(maker, answer, words, code, named):
    for name in ("main.py", "helper.py", "project/main.py"):
        written(name)
    written("big.bin", bytes(5 << 20))
    if words[0] == "sync":
        maker("put", "main.py", ":old.py", "--port", ESP32)
    answer("")
    ended = maker(*words, *([] if "-p" in words else ["--port", ESP32]))
    problem, todo = ended.errors[-2:]
    assert ended.code == code, ended
    assert problem.startswith("Error: ")
    assert todo.startswith("Do this: ")
    assert named in problem + todo


@needs_qemu
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["put", "big.bin"], "28,214"),
        (["put", "main.py", ":" + "长" * 41], "120"),
        (["put", "main.py", ":lib/"], "folders"),
    ],
)
def test_what_a_micro_bit_cannot_have(maker, words, named):
    written("main.py")
    written("big.bin", bytes(30_000))
    ended = maker(*words, "--port", MICROBIT)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert named in ended.errors[0]
    assert listed(maker, MICROBIT) == {}


def test_all_without_any_board(maker, monkeypatch):
    from serial.tools import list_ports

    monkeypatch.setattr(list_ports, "comports", list)
    ended = maker("ls", "--all")
    assert (ended.code, len(ended.errors)) == (1, 2)


def test_a_folder_too_big_for_any_board_is_refused_at_once(maker, monkeypatch):
    monkeypatch.setattr(local_files, "MAX_FILES", 3)
    for number in range(4):
        written(f"project/{number}.py")
    ended = maker("sync", "project", "--port", "COM77")
    assert ended.code == 1
    assert "too much" in ended.errors[0]


@pytest.mark.parametrize("name", ["../out.py", "a/../../out.py", "/etc/passwd"])
def test_names_that_lead_out_of_the_folder(name):
    with pytest.raises(FileProblem):
        local_path(Path("here"), name)
