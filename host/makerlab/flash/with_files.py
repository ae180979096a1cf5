"""A job that also puts files onto the board once its firmware is proven: for boards whose image holds none.

(A micro:bit gets its files in its hex, see microbit_cache.py.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from makerlab.boards import boards
from makerlab.connect import connect
from makerlab.files.plan import check
from makerlab.files.transfer import BoardFiles
from makerlab.flash.model import Flashed, Job, Plan, Progress, Say, Stage, Step
from makerlab.i18n import _
from makerlab.link import open_link


class WithFiles:
    """`job`, and then `files` (name on the board -> content), of which only what differs is sent.

    Raises BoardFileError, when it is made, for what no such board can have.
    """

    def __init__(self, job: Job, files: Mapping[str, bytes]) -> None:
        self.port = job.port
        self.location = job.location
        self._job = job
        self._files = files
        limits = next(board.limits for board in boards() if board.flash.method == "esptool")
        for name, data in files.items():
            if problem := check(name, limits, len(data)):
                raise problem

    def apart(self) -> WithFiles | None:
        """As the job's own."""
        job = self._job.apart()
        return WithFiles(job, self._files) if job is not None else None

    def plan(self, say: Say) -> Plan:
        """The job's own plan and the files."""
        plan = self._job.plan(say)
        files = tuple(Step("write", name, len(data)) for name, data in self._files.items())
        return replace(plan, steps=plan.steps + files)

    def flash(self, say: Say) -> Flashed:
        """The job, then the files, each compared on the board; then its main.py begins. Raises MakerError."""
        flashed = self._job.flash(say)
        sizes = {name: len(data) for name, data in self._files.items()}
        whole = sum(sizes.values())
        done: dict[str, int] = {}

        def progress(name: str, count: int, _size: int) -> None:
            done[name] = count
            say(Progress(Stage.WRITING, sum(done.values()), whole))

        say(Progress(Stage.WRITING, 0, whole))
        with connect(flashed.port) as connection:
            put = BoardFiles(connection.session, connection.board.limits, progress).put(self._files)
        with open_link(flashed.port) as link:
            link.reset()
        sent = _(", ").join(put.puts)
        note = _("files sent: {names}").format(names=sent) if sent else _("its files were there already")
        return replace(flashed, note="\n".join(filter(None, (flashed.note, note))))
