"""One job on several boards: what is shown meanwhile, how it ends, and that Ctrl-C ends all of it."""

from __future__ import annotations

import io
import re
import threading

import pytest
from rich.console import Console

from makerlab.cli import several
from makerlab.cli.columns import columns, cut, wrap
from makerlab.cli.progress import Lines, LiveLines, StatusLine
from makerlab.cli.several import Done, Failed, Task, on_boards, report
from makerlab.errors import PortBusy

PORTS = ["COM3", "COM4", "COM5"]


def test_outcomes_come_in_the_order_of_the_ports():
    turns = {port: threading.Event() for port in PORTS}
    turns["COM5"].set()
    before = {"COM5": "COM4", "COM4": "COM3"}

    def job(task: Task) -> str:
        turns[task.port].wait()
        if task.port in before:
            turns[before[task.port]].set()
        return task.port.lower()

    assert on_boards(PORTS, job) == [Done(port, port.lower()) for port in PORTS]


def test_output_comes_in_whole_lines_with_their_port(capsys):
    def job(task: Task) -> None:
        for piece in ("one\ntw", "o\n\nthr", "ee"):
            task.write(piece)

    report(on_boards(["COM3", "COM4"], job), lambda _none: "")
    lines = capsys.readouterr().out.splitlines()
    for port in ("COM3", "COM4"):
        assert [line for line in lines if line.startswith(port)] == [
            f"{port}: {text}" for text in ("one", "two", "", "three")
        ]


def test_one_board_writes_as_it_comes(capsys):
    def job(task: Task) -> str:
        task.say("working")
        task.write("no line end")
        return ""

    report(on_boards(["COM3"], job), lambda said: said)
    assert capsys.readouterr().out == "no line end"


def test_a_bug_on_one_board_does_not_stop_the_others(capsys):
    def job(task: Task) -> str:
        if task.port == "COM4":
            raise ZeroDivisionError("ours")
        return "fine"

    with pytest.raises(SystemExit) as ended:
        report(on_boards(PORTS, job), lambda said: said)
    out, err = capsys.readouterr()
    assert ended.value.code == 3
    assert out.splitlines() == ["COM3: fine", "COM5: fine"]
    assert "ZeroDivisionError: ours" in err
    assert "Traceback" not in err


def test_errors_name_their_port_once(capsys):
    with pytest.raises(SystemExit) as ended:
        report([Failed("COM3", PortBusy(port="COM3")), Failed("COM4", ValueLost())], str)
    assert ended.value.code == 1
    problems = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Error")]
    assert problems == ["Error: Port COM3 is in use by another program.", "Error: COM4: It is lost."]


class ValueLost(PortBusy):
    what = "It is lost."
    todo = "Look for it."

    def __init__(self) -> None:
        super().__init__(port="")


class Interrupting(Lines):
    """Ctrl-C as soon as every job is at work."""

    def __init__(self, states, at_work: threading.Barrier) -> None:
        super().__init__(states)
        self._at_work = at_work
        self._pressed = False

    def update(self) -> None:
        if not self._pressed:
            self._pressed = True
            self._at_work.wait()
            raise KeyboardInterrupt


class FakeLink:
    closed = False

    def close(self) -> None:
        self.closed = True


def test_ctrl_c_ends_every_job(monkeypatch):
    at_work = threading.Barrier(len(PORTS) + 1)
    monkeypatch.setattr(several, "lines_for", lambda states: Interrupting(states, at_work))
    ended = []

    def job(task: Task) -> None:
        try:
            at_work.wait()
            while True:
                task.say("sending")
                task.cancelled.wait(1)
        finally:
            ended.append(task.port)

    with pytest.raises(KeyboardInterrupt):
        on_boards(PORTS, job)
    assert sorted(ended) == PORTS


def test_ctrl_c_closes_the_port_under_a_job_that_does_not_end(monkeypatch):
    at_work = threading.Barrier(3)
    monkeypatch.setattr(several, "lines_for", lambda states: Interrupting(states, at_work))
    monkeypatch.setattr(several, "END_WAIT_S", 0.0)
    link, gone = FakeLink(), threading.Event()

    def job(task: Task) -> None:
        task._link = link  # type: ignore[assignment]
        at_work.wait()
        gone.wait()

    with pytest.raises(KeyboardInterrupt):
        on_boards(["COM3", "COM4"], job)
    gone.set()
    assert link.closed


# -- what is seen ------------------------------------------------------------------------------------------


def drawn(lines: LiveLines, width: int = 60, height: int = 24) -> list[str]:
    lines._console = Console(width=width, height=height, file=io.StringIO())
    with lines._console.capture() as capture:
        lines._console.print(lines.render())
    return capture.get().rstrip("\n").split("\n")


def test_a_line_for_every_board():
    lines = LiveLines({"COM3": "connecting", "实验台 2": "main.py  40%", "COM12": ""})
    lines.finished("COM12", True)
    assert drawn(lines) == [
        "1 of 3 boards done. Ctrl-C ends.",
        "COM3      connecting",
        "实验台 2  main.py  40%",
        "COM12     done",
    ]


def test_more_boards_than_lines_show_those_at_work():
    lines = LiveLines({f"COM{number}": "connecting" for number in range(30)})
    for number in range(20):
        lines.finished(f"COM{number}", number != 4)
    shown = drawn(lines, height=15)
    assert len(shown) <= 15
    assert [line.split()[0] for line in shown[1:11]] == [f"COM{number}" for number in range(20, 30)]
    assert shown[-1] == "... and 18 more"


class Screen(io.StringIO):
    """The error side of a terminal with 20 columns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        monkeypatch.setattr("sys.stderr", self)
        monkeypatch.setenv("COLUMNS", "20")

    def isatty(self) -> bool:
        return True


def test_the_status_line_is_rewritten_and_taken_away(monkeypatch):
    screen = Screen(monkeypatch)
    with StatusLine() as status:
        status.show("温度计.py  100%")
        status.show("done")
    visible = re.split("\r", screen.getvalue())
    assert visible[1] == "温度计.py  100%"
    assert visible[2] == "done" + " " * (15 - 4)
    assert visible[3:] == [" " * 4, ""]


def test_the_status_line_never_breaks(monkeypatch):
    screen = Screen(monkeypatch)
    with StatusLine() as status:
        status.show("很长很长很长很长很长很长的名字.py  100%")
    assert columns(screen.getvalue().split("\r")[1]) <= 19


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("把文件复制到板上，再核对。", 10, ["把文件复制", "到板上，再", "核对。"]),
        ("把文件复制，再核对。", 10, ["把文件复", "制，再核", "对。"]),
        ("看（maker ls）吧", 9, ["看（maker", "ls）吧"]),
        ("averylongwordthatcannotbedivided x", 9, ["averylongwordthatcannotbedivided", "x"]),
        ("", 9, [""]),
    ],
)
def test_lines_end_where_they_may(text, width, lines):
    assert wrap(text, width) == lines


def test_cutting_counts_columns():
    assert cut("温度计.py", 9) == "温度计.py"
    assert cut("温度计.py", 8) == "温度..."
