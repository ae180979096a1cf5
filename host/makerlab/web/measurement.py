"""Experiments started from the page: a thread for each board, into the notebook and onto the page."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from makerlab.connect import connect
from makerlab.errors import MakerError
from makerlab.experiment.find import by_name, find
from makerlab.experiment.find import names as experiment_names
from makerlab.experiment.measuring import AsShown, Measuring, NoData, Wish, begin_on
from makerlab.experiment.model import Experiment
from makerlab.experiment.until import Until
from makerlab.i18n import N_
from makerlab.lessons import library
from makerlab.lessons.subject import Subject, subject_of
from makerlab.recording.about import Recording
from makerlab.recording.analysis.channel_choice import name_of, title_of
from makerlab.recording.calculated.derive import Transform
from makerlab.recording.replay import replay
from makerlab.recording.store.notebook import Notebook
from makerlab.unforeseen import Unforeseen
from makerlab.virtual.address import with_scene
from makerlab.web.feed import RUNNING, Feed
from makerlab.web.hub import Hub
from makerlab.web.plugged_in import Place, PluggedIn
from makerlab.wire.events import Event

MOST_PROGRAMS = 40
"""Of the folder that are offered: more nobody looks through."""
END_WAIT_S = 5.0
"""For all boards to end when the page does; what they measured is on the disk anyhow."""


class StillRunning(MakerError):
    what = N_("An experiment is running already.")
    todo = N_("Stop it first.")


class NothingChosen(MakerError):
    what = N_("No board is chosen.")
    todo = N_("Choose at least one board.")


class NotChoosable(MakerError):
    what = N_("There is no board at {port} any more.")
    todo = N_("Check its plug and cable, and choose again.")


class NotOffered(MakerError):
    what = N_("There is no experiment {name}.")
    todo = N_("Choose one of the list.")


@dataclass(frozen=True)
class Order:
    """What the page asks for: an experiment's name (or a program's file name), ports, rows a second (None:
    the experiment's own) and seconds (None: until somebody stops it). `lesson`: the id of one whose program
    is wanted instead of an experiment; it says itself for how long."""

    experiment: str
    ports: tuple[str, ...]
    rate_hz: float | None = None
    seconds: float | None = None
    lesson: str = ""


class Job:
    """One board of a measurement."""

    def __init__(self, place: Place, feed: Feed) -> None:
        self.place = place
        self.feed = feed
        self.stop = threading.Event()
        self.thread: threading.Thread | None = None
        self.measuring: Measuring | None = None

    def wait(self, seconds: float) -> None:
        """So long, or until it is stopped."""
        self.stop.wait(seconds)


class Measurement:
    """What is measured now, or was last. Called by the server's threads."""

    def __init__(self, hub: Hub, boards: PluggedIn, folder: Path, notebook: Notebook) -> None:
        self._hub = hub
        self._boards = boards
        self._folder = folder
        self._notebook = notebook
        self._lock = threading.Lock()
        self._jobs: list[Job] = []
        self._live = False
        """Whether boards are measured: in a recording that is played again nothing can be marked."""
        self._of_lesson = False
        """Whether the program of a lesson is on show: what was measured with it can be judged."""
        self._shown_title: Callable[[], str] = str
        """Of what is on show, in the language spoken."""
        self.recordings: set[int] = set()
        """Recorded since this page was started."""

    @property
    def running(self) -> bool:
        return any(job.feed.state in RUNNING for job in self._jobs)

    def start(self, order: Order) -> None:
        """Start on all boards. Raises StillRunning, NothingChosen, NotChoosable, NotOffered; and for a lesson
        what `find_kept` and `subject_of` raise."""
        with self._lock:
            if self.running:
                raise StillRunning()
            if not order.ports:
                raise NothingChosen()
            places = [self._place(port) for port in dict.fromkeys(order.ports)]
            subject = subject_of(library.find_kept(order.lesson)) if order.lesson else self._offered(order)
            experiment = subject.experiment
            until = Until(subject.seconds if order.seconds is None else order.seconds)
            wish = Wish(experiment, subject.folder, until, order.rate_hz, True, lesson=subject.lesson)
            session = uuid.uuid4().hex
            self._hub.clear()
            self._live, self._of_lesson = True, bool(subject.lesson)
            self._shown_title = lambda: experiment.shown_title
            self._jobs = [
                Job(place, self._hub.open(place.port, place.shown, experiment.shown_channel))
                for place in places
            ]
            for job in self._jobs:
                self._begin(job, partial(self._measure, job, wish, subject.scene, session))

    def replay(self, one: Recording, speed: float) -> None:
        """Show a recording as it was measured, `speed` times as fast. Raises StillRunning."""
        with self._lock:
            if self.running:
                raise StillRunning()
            self._hub.clear()
            self._live, self._of_lesson = False, bool(one.about.lesson)
            self._shown_title = lambda: one.about.title
            feed = self._hub.open(one.about.port, name_of(one), lambda name: title_of(one, name))
            job = Job(Place(one.about.port, "recording", one.about.title), feed)
            self._jobs = [job]
            self._begin(job, lambda: self._replay(job, one.id, speed))

    def stop(self, ports: Sequence[str] = ()) -> None:
        """Stop the boards at `ports`, or all; what they measured is kept."""
        for job in self._jobs:
            if (not ports or job.place.port in ports) and job.feed.state in RUNNING:
                job.stop.set()
                job.feed.say("stopping")

    def mark(self, text: str) -> None:
        """Something happens now: an event on every board that measures."""
        for job in self._jobs:
            if job.measuring is not None:
                job.measuring.notes.mark(text)

    def end(self) -> None:
        """Stop everything and wait for it, END_WAIT_S at most."""
        self.stop()
        deadline = time.monotonic() + END_WAIT_S
        for job in self._jobs:
            if job.thread is not None:
                job.thread.join(max(0.0, deadline - time.monotonic()))

    def described(self) -> dict[str, Any]:
        """For the page, in the language spoken."""
        return {
            "running": self.running,
            "title": self._shown_title(),
            "live": self._live,
            "lesson": self._of_lesson,
        }

    def offered(self) -> list[dict[str, Any]]:
        """The experiments to choose from: those of makerlab, the easy first, and programs in the folder."""
        own = [{"name": path.name, "title": path.name, "own": True} for path in self._programs()]
        return [*map(_offer, sorted(map(by_name, experiment_names()), key=_effort)), *own]

    # -- inside ----------------------------------------------------------------------------------------

    def _place(self, port: str) -> Place:
        place = self._boards.place(port)
        if place is None or not place.usable:
            raise NotChoosable(port=port)
        return place

    def _programs(self) -> list[Path]:
        try:
            found = sorted(path for path in self._folder.glob("*.py") if path.is_file())
        except OSError:
            return []
        return found[:MOST_PROGRAMS]

    def _offered(self, order: Order) -> Subject:
        """Only what was offered: a name from the page must not become a path elsewhere."""
        name = order.experiment
        if name not in experiment_names():
            name = next((str(path) for path in self._programs() if path.name == name), "")
        if not name:
            raise NotOffered(name=order.experiment)
        experiment, folder = find(name)
        return Subject(experiment, folder, scene=experiment.scene)

    def _begin(self, job: Job, work: Callable[[], None]) -> None:
        # A daemon: a driver that never comes back must not keep the page from ending.
        job.thread = threading.Thread(target=work, name=f"measuring {job.place.port}", daemon=True)
        job.thread.start()

    def _measure(self, job: Job, wish: Wish, scene: str, session: str) -> None:
        """The thread of one board."""
        feed = job.feed
        error: MakerError | None
        try:
            feed.say("connecting")
            with connect(with_scene(job.place.port, scene)) as connection:
                feed.board = connection.board.shown_name
                measuring = begin_on(connection, wish, lambda name, _done, _size: feed.say("sending", name))
                writer = self._notebook.record(measuring.about(label=job.place.label, session=session))
                job.measuring, feed.recording = measuring, writer.id
                self.recordings.add(writer.id)
                feed.say("measuring")
                shown = AsShown(measuring.transform, feed)
                measuring.run([shown, writer, _Presence(measuring, feed)], job.stop.is_set)
                error = measuring.error()
        except MakerError as problem:
            error = problem
        except Exception as bug:  # the other boards go on
            error = Unforeseen.of(bug)
        if job.measuring is not None and not job.measuring.rows:
            feed.recording = None  # a recording without rows is not kept
        stopped_early = isinstance(error, NoData) and job.stop.is_set()
        if error is not None and not stopped_early:
            feed.say("failed", error=error)
        else:
            feed.say("done")

    def _replay(self, job: Job, which: int, speed: float) -> None:
        """The thread of a replay."""
        feed = job.feed
        feed.recording = which
        feed.say("measuring")
        error: MakerError | None = None
        try:
            about = self._notebook.get(which).about
            shown = AsShown(Transform(about.calibration, about.derived), feed)
            batches = self._notebook.batches(which)
            replay(batches, shown, speed, time.monotonic, job.wait, job.stop.is_set)
        except MakerError as problem:
            error = problem
        except Exception as bug:
            error = Unforeseen.of(bug)
        feed.say("failed" if error else "done", error=error)


class _Presence:
    """A consumer that keeps nothing: it tells the page when the board is unplugged, and when it is back."""

    def __init__(self, measuring: Measuring, feed: Feed) -> None:
        self._measuring = measuring
        self._feed = feed
        self._away = False

    def take(self, events: list[Event], at: float) -> None:
        del events, at
        if self._measuring.away != self._away:
            self._away = self._measuring.away
            self._feed.say("away" if self._away else "measuring")

    def close(self) -> None:
        pass


def _effort(experiment: Experiment) -> tuple[int, int, str]:
    """What an experiment takes, to sort them: on how many boards something has to be connected, with how many
    wires. So a class begins with what boards have built in, and the order is the same in every language; by
    title it would not be, and Chinese titles have no order that a child sees."""
    wires = [len(edition.wiring) for edition in experiment.editions.values()]
    return sum(map(bool, wires)), sum(wires), experiment.name


def _offer(experiment: Experiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "title": experiment.shown_title,
        "question": experiment.shown_question,
        "mind": experiment.shown_mind,
        "rate_hz": experiment.rate_hz,
        "channels": [experiment.shown_channel(name) for name in experiment.channels],
        "own": False,
    }
