"""One job on each of several boards, side by side: a thread and a line of progress for each.

    outcomes = on_boards(chosen(ports, all_boards), job)      # job(task) -> that board's result
    report(outcomes, text)                                    # prints, and ends with the exit code

What a person sees: with one board its result alone, and in a terminal one line of progress meanwhile. With
several a line for each, then every result in the order in which the ports were named, then the two lines of
every board that failed. Results go to the output, progress and errors to the error side, so that `>` and `|`
get results only.

Exit code: 0 when all went well, 1 when none did, 3 when some boards of several failed.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from makerlab.cli import names
from makerlab.cli.base import (
    EXIT_FAILED,
    EXIT_SOME_FAILED,
    fail,
    print_problem,
    with_ports,
)  # fmt: skip
from makerlab.cli.progress import REDRAW_S, Lines, StatusLine, lines_for
from makerlab.errors import MakerError, NoBoard, UsageProblem
from makerlab.i18n import N_, _
from makerlab.unforeseen import Unforeseen

if TYPE_CHECKING:
    from makerlab.connect import Connection
    from makerlab.link.base import Link

END_WAIT_S = 3.0
"""After Ctrl-C, for every board's job to notice; then the ports are closed under those that have not."""
MAX_UNPRINTED_LINES = 1000
"""Lines of output that may wait for a slow terminal; then the boards wait."""

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def with_boards(command: F) -> F:
    """Give a command --port (several times: `ports`) and --all (`all_boards`); see `chosen`."""
    every = click.option("--all", "all_boards", is_flag=True, help=N_("Every board that is plugged in."))
    return with_ports(every(command))


def chosen(ports: Sequence[str], all_boards: bool) -> list[str]:
    """The ports that --port and --all name, each once; without either the only board there is.

    Raises NoBoard, SeveralBoards, or UsageProblem when both are given.
    """
    if ports and all_boards:
        raise UsageProblem(
            problem=_("--port and --all do not go together."),
            advice=_("Name the boards with --port, or take all of them with --all."),
        )
    if ports:
        chosen_ports = list(dict.fromkeys(ports))
        names.known(chosen_ports)
        return chosen_ports
    from makerlab.link.ports import list_ports, pick_port, with_board

    found = list_ports()
    if not all_boards:
        return [pick_port(found)]
    if not (every := with_board(found)):
        raise NoBoard()
    names.known(every)
    return every


@dataclass(frozen=True)
class Done(Generic[T]):
    """The job was done on the board at `port`; `result` is what it gave."""

    port: str
    result: T


@dataclass(frozen=True)
class Failed:
    """The job was not done on the board at `port`, and why."""

    port: str
    error: MakerError


class Interrupted(MakerError):
    """Ctrl-C ended the job of one of several boards."""

    what = N_("The work on {port} was ended with Ctrl-C.")
    todo = N_("Run the command again: what is on the board already is not sent again.")


class Task:
    """One board's share of the work, as its job sees it. `said` and `wrote` take what it has to show."""

    def __init__(
        self,
        port: str,
        said: Callable[[str], None],
        wrote: Callable[[str], None],
        staged: Callable[[str], None] = lambda stage: None,
    ) -> None:
        self.port = port
        self.cancelled = threading.Event()
        self._said, self._wrote, self._staged = said, wrote, staged
        self._link: Link | None = None

    def say(self, state: str) -> None:
        """Show what is being done now, in a few words. Ends the job if Ctrl-C was pressed."""
        self.look()
        self._said(state)

    def show(self, state: str) -> None:
        """The same for a job that looks for Ctrl-C itself."""
        self._said(state)

    def stage(self, name: str) -> None:
        """The same at the beginning of a stage that a log should tell of, too."""
        self._said(name)
        self._staged(name)

    def look(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed: Python itself does so in the main thread only."""
        if self.cancelled.is_set():
            raise KeyboardInterrupt

    def write(self, text: str) -> None:
        """Print what the board wrote, as it comes; with several boards line by line, after its port."""
        self._wrote(text)

    @contextmanager
    def link(self) -> Iterator[Link]:
        """The board's port, opened; nothing has been said to the board yet."""
        from makerlab.link import open_link

        self.say(_("connecting"))
        with open_link(self.port) as link:
            self._link = link
            yield link

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """The board, its program stopped, asked what it is. Afterwards it is at its prompt, for others."""
        from makerlab.connect import connect

        self.say(_("connecting"))
        with connect(self.port) as connection:
            self._link = connection.session.link
            names.learn(connection)
            yield connection

    def cut(self) -> None:
        """Close the port under a job that does not end by itself."""
        if self._link is not None:
            self._link.close()


def on_boards(
    ports: Sequence[str], job: Callable[[Task], T], *, end_wait_s: float = END_WAIT_S, in_thread: bool = False
) -> list[Done[T] | Failed]:
    """Run `job` for every port, at the same time if there are several; the outcomes in the ports' order.

    Ctrl-C ends all jobs, for which they have `end_wait_s`, and is raised as KeyboardInterrupt. One board's
    job is simply interrupted by it, unless it runs `in_thread` too and sees to it that it ends well.
    """
    if len(ports) > 1 or in_thread:
        return _Crew(ports, job, end_wait_s).work()
    with StatusLine() as status:
        try:
            return [Done(ports[0], job(Task(ports[0], status.show, status.print)))]
        except MakerError as error:
            return [Failed(ports[0], error)]


@dataclass(frozen=True)
class _Stage:
    name: str


class _Crew(Generic[T]):
    """The threads of several boards. They hand over what they have to say; the main thread alone prints."""

    def __init__(self, ports: Sequence[str], job: Callable[[Task], T], end_wait_s: float) -> None:
        self._ports = ports
        self._end_wait_s = end_wait_s
        self._job = job
        self._states = dict.fromkeys(ports, "")
        self._outcomes: dict[str, Done[T] | Failed] = {}
        self._unfinished = dict.fromkeys(ports, "")
        self._news: queue.Queue[tuple[str, str | _Stage | Done[T] | Failed]] = queue.Queue(
            MAX_UNPRINTED_LINES
        )
        self._tasks = {port: self._task(port) for port in ports}

    def work(self) -> list[Done[T] | Failed]:
        # Daemons: a driver that never comes back must not keep the command from ending.
        threads = [threading.Thread(target=self._one, args=(port,), daemon=True) for port in self._ports]
        with lines_for(self._states) as lines:
            for thread in threads:
                thread.start()
            try:
                self._show(lines)
            except KeyboardInterrupt:
                self._end(lines)
                raise
        return [self._outcomes[port] for port in self._ports]

    def _task(self, port: str) -> Task:
        def said(state: str) -> None:
            self._states[port] = state

        def wrote(text: str) -> None:
            *lines, self._unfinished[port] = (self._unfinished[port] + text).split("\n")
            for line in lines:
                self._news.put((port, line))

        def staged(name: str) -> None:
            self._news.put((port, _Stage(name)))

        return Task(port, said, wrote, staged)

    def _one(self, port: str) -> None:
        outcome: Done[T] | Failed
        try:
            outcome = Done(port, self._job(self._tasks[port]))
        except MakerError as error:
            outcome = Failed(port, error)
        except KeyboardInterrupt:
            outcome = Failed(port, Interrupted(port=port))
        except Exception as error:  # a bug of ours: the other boards still get their work done
            outcome = Failed(port, Unforeseen.of(error))
        if self._unfinished[port]:
            self._news.put((port, self._unfinished[port]))
        self._news.put((port, outcome))

    def _show(self, lines: Lines, seconds: float | None = None) -> None:
        """Show what comes, until every board is done or `seconds` have passed."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while len(self._outcomes) < len(self._ports) and (deadline is None or time.monotonic() < deadline):
            lines.update()
            try:
                # In slices, because on Windows Ctrl-C is only noticed between two waits.
                port, news = self._news.get(timeout=REDRAW_S)
            except queue.Empty:
                continue
            if isinstance(news, str):
                lines.print(port, news)
            elif isinstance(news, _Stage):
                lines.stage(port, news.name)
            else:
                self._outcomes[port] = news
                lines.finished(port, isinstance(news, Done))

    def _end(self, lines: Lines) -> None:
        """Ctrl-C: ask every job to end, wait a little, then close the ports under the others."""
        for task in self._tasks.values():
            task.cancelled.set()
        with contextlib.suppress(KeyboardInterrupt):  # pressed once more: at once
            self._show(lines, self._end_wait_s)
        for port, task in self._tasks.items():
            if port not in self._outcomes:
                task.cut()


def report(
    outcomes: Sequence[Done[T] | Failed],
    text: Callable[[T], str],
    as_json: Callable[[T], dict[str, Any]] | None = None,
) -> None:
    """Print every result, then every error, and end the command with its exit code unless all went well.

    `text` gives a result as a person reads it ("" for nothing to say). With `as_json` a list is printed
    instead, an object a board: `port`, `label`, `ok`, and the result's fields or `problem` and `advice`.
    """
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if as_json is not None:
        objects = [
            {"port": outcome.port, "label": names.label(outcome.port), "ok": True, **as_json(outcome.result)}
            if isinstance(outcome, Done)
            else {
                "port": outcome.port,
                "label": names.label(outcome.port),
                "ok": False,
                "problem": outcome.error.message,
                "advice": outcome.error.hint,
            }
            for outcome in outcomes
        ]
        click.echo(json.dumps(objects, ensure_ascii=False, indent=2))
    else:
        for outcome in done:
            _print_result(outcome.port if len(outcomes) > 1 else "", text(outcome.result))
        if failed and len(outcomes) == 1:
            fail(failed[0].error)
        for one in failed:
            print_problem(_named(one), one.error.hint)
        if done and failed:
            _print_summary(len(done), len(outcomes), [one.port for one in failed])
    if failed:
        sys.exit(EXIT_SOME_FAILED if done else EXIT_FAILED)


def _print_result(port: str, said: str) -> None:
    """A result; of one of several boards after its port, on the same line or indented below."""
    if port and "\n" in said:
        said = "\n" + "\n".join("  " + line for line in said.split("\n"))
    if said:
        click.echo(names.said(port, said) if port else said)


def _named(failed: Failed) -> str:
    """What happened, and where, unless the message says so itself."""
    message = failed.error.message
    known_by_port = names.title(failed.port) == failed.port
    return message if known_by_port and failed.port in message else names.said(failed.port, message)


def _print_summary(well: int, count: int, failed: Sequence[str]) -> None:
    options = " ".join(f"--port {port}" for port in failed)
    click.echo(_("{well} of {count} boards are done.").format(well=well, count=count), err=True)
    click.echo(_("Once more for the others only: {options}").format(options=options), err=True)
