"""Files of a board, through a session: list, read, put, sync, remove.

with connect(port) as connection:
    files = BoardFiles(connection.session, connection.board.limits)
    files.put({"main.py": program})
    print(files.list().free_bytes)
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from makerlab.boards import Limits
from makerlab.errors import (
    BoardRefused,
    BoardRestarted,
    FolderNotEmpty,
    InTheWay,
    MakerError,
    NoSuchFile,
    NotAFile,
    NotStored,
    ProgramError,
    ReplError,
)
from makerlab.files.ampy_board import Folders
from makerlab.files.board_side import DIALECTS, FORGET
from makerlab.files.model import Entry, Listing, parents
from makerlab.files.plan import Plan, check, cost, flat_room, is_stage, plan, stage_of
from makerlab.files.stream import FROM_BOARD, Sender, block_bytes, chunk_bytes, pack, program
from makerlab.i18n import _
from makerlab.repl.probe import understand
from makerlab.repl.session import Run, Session
from makerlab.repl.traceback import TYPED, program_error
from makerlab.syntax import literal

Progress = Callable[[str, int, int], None]
"""Called with a file's name, its bytes that are done, and its size: first with 0 done, at last with all."""

STALL_S = 3.0
"""Without a word from a board that should say something. The longest it needs is a micro:bit V1 that tidies
up its whole file system (29 pages of 22 ms to erase, and as long to copy)."""
HEAP_A_FILE = 4096
"""One file in a call for each so many bytes of heap: the list of files is compiled on the board."""
MAX_PROGRAM_HEAP_SHARE = 2
"""Chunks: a longer program goes in two, so that the text of its definitions is forgotten when it runs."""
ENTRY_FIELDS = 4
"""A line of so many values is about a file; one of another length is about the room on the board."""
NAMES_AT_ONCE = 64
"""Names in one program that asks about them: 3 KB of text to compile, for a board with folders no effort."""
STATEMENT_BYTES = 48
"""Of a file in one statement, where the stream does not work: below a third of it as text in any board's
buffer."""

Report = Callable[[int], None]
"""Called with the bytes of a transfer that are done."""


def no_progress(_name: str, _done: int, _size: int) -> None:
    """For callers who show nothing."""


class _File(NamedTuple):
    """One file on its way; `stage` is where it is written first (`name` itself without room for both)."""

    name: str
    stage: str
    data: bytes


class _Stalled(Exception):
    """The stream got stuck: a byte was lost on the way."""


class BoardFiles:
    """The files of the board behind `session`, which must be at (or can be brought to) the raw prompt.

    Every method may raise LinkError (the cable), ReplError (the conversation) and BoardFileError (see
    errors.py). Names are paths from the root without a slash at the front; "" is the root.

    What a broken-off transfer leaves: every file is the old or the new one, whole, because a file is written
    under the name `plan.STAGE` first and gets its own when all of it is there and was compared. On a board
    that can rename (ESP32), whatever happens. A micro:bit cannot, so it copies the file itself, 10 to 300 ms
    long: a pulled cable in just that moment takes its power too, and leaves half a file under the name, with
    the new one whole under `plan.STAGE`. Where old and new do not fit side by side (a micro:bit more than
    half full), the old one has to go first; then a cut leaves part of the new one or none. In each of these
    cases the next `put` or `sync` sees the difference and brings the file.
    """

    def __init__(self, session: Session, limits: Limits, progress: Progress = no_progress) -> None:
        self.session = session
        self.limits = limits
        self.progress = progress
        self._dialect = DIALECTS[limits.files]
        self._folders = Folders(session) if limits.files == "folders" else None
        self._known: set[str] = set()
        self._life = session.lives
        self._inflates = False
        self._streams = True
        self._chunk = chunk_bytes(limits.heap_bytes)
        self._block = block_bytes(limits.in_flight_bytes)
        self._left_over: set[str] = set()  # stages that a transfer before this one did not come to remove

    # -- look ----------------------------------------------------------------------------------------

    def list(self, path: str = "", *, recursive: bool = False) -> Listing:
        """What is in the folder `path` (with `recursive`: and below it), sorted by name, and the room left.

        A file's own path gives a listing of that file alone. Raises NoSuchFile.
        """
        at = self._dialect.root + path if path else ""
        ask = f"_ms({at!r},-1)\n" if path else ""
        listing = self._listing([ask + self._walk(at, recursive)])
        if path and listing.find(path) is None:
            raise NoSuchFile(name=path)
        entries = [entry for entry in listing.entries if not entry.is_folder or entry.name != path]
        if path and self._folders is None:
            entries = [entry for entry in entries if entry.name == path]
        return Listing(tuple(entries), listing.free_bytes, listing.total_bytes)

    def read(self, name: str) -> bytes:
        """A file's content, compared with the digest the board computes. Raises NoSuchFile, NotAFile."""
        if (entry := self.list(name).find(name)) is None:
            raise NotAFile(name=name)
        self.progress(name, 0, entry.size)
        for _try in range(2):
            output = self._call(("hash", "send"), f"_mo({self._dialect.root + name!r})\n", size=entry.size)
            head, _end, body = output.partition(b"\r\n")
            (size, digest), data = self._literals(head)[0], FROM_BOARD.show(body)
            if len(data) == size and self._dialect.digest(data) == digest:
                self.progress(name, size, size)
                return data
        raise ReplError(port=self.session.port, detail=f"{name}: damaged on its way, twice")

    # -- change --------------------------------------------------------------------------------------

    def put(self, wanted: Mapping[str, bytes]) -> Plan:
        """Make files of the board equal to `wanted` (name -> content), sending only what differs.

        Folders they need are made. What was done is the plan that comes back: `puts` were sent, `unchanged`
        were there already. Everything is checked before anything is sent: NameRefused, FileTooBig, InTheWay,
        BoardFull leave the board as it was. Each file is compared on the board once it is there, and sent
        once more if it differs; then NotStored is raised.
        """
        return self.carry_out(self.plan(wanted))

    def sync(
        self, wanted: Mapping[str, bytes], under: str = "", *, confirm: Callable[[Plan], bool] | None = None
    ) -> Plan:
        """As `put`; with `confirm` also remove what is below the folder `under` and not in `wanted`.

        `confirm` is asked, with the whole plan, only when something is to be removed; False removes nothing.
        """
        made = self.plan(wanted, under, delete=confirm is not None)
        removes = made.removes or made.remove_folders
        if removes and not made.problems and confirm is not None and not confirm(made):
            made = self.plan(wanted, under)
        return self.carry_out(made)

    def plan(self, wanted: Mapping[str, bytes], under: str = "", *, delete: bool = False) -> Plan:
        """What `put` or `sync` would do (for --dry-run). Nothing is changed on the board."""
        bad = [problem for name, data in wanted.items() if (problem := check(name, self.limits, len(data)))]
        if bad:  # no need to ask the board
            return Plan(problems=tuple(bad))
        return plan(wanted, self._survey(wanted, under, delete), self.limits, delete=delete, under=under)

    def carry_out(self, made: Plan) -> Plan:
        """Do what a plan says, and give it back. Raises the first of its problems, before anything else."""
        if made.problems:
            raise made.problems[0]
        for name in made.removes:
            self._remove_file(name)
        if self._folders is not None:
            for folder in made.remove_folders:
                self._folders.remove_tree(folder)
            for folder in made.folders:
                self._folders.make(folder)
        if self._left_over:
            self._clean(self._left_over)
        waiting = [
            _File(name, name if name in made.in_place else stage_of(name), data)
            for name, data in made.puts.items()
        ]
        for attempt in (1, 2):
            failed = self._send(waiting)
            waiting = [file for file in waiting if file.name in failed]
            if waiting and attempt == 2:
                raise NotStored(name=waiting[0].name)
        return made

    def remove(self, name: str, *, recursive: bool = False) -> None:
        """Remove a file or an empty folder; with `recursive` a folder and all that is in it.

        Raises NoSuchFile, FolderNotEmpty.
        """
        listing = self.list(name)  # raises NoSuchFile
        if self._folders is None or listing.find(name) is not None:
            self._remove_file(name)
        elif listing.entries and not recursive:
            raise FolderNotEmpty(name=name)
        else:
            self._folders.remove_tree(name)

    def make_folder(self, name: str) -> None:
        """Make a folder and those above it; fine when it is there. Raises NameRefused, InTheWay."""
        if problem := check(f"{name}/x", self.limits):
            raise problem
        assert self._folders is not None  # a flat board refuses the name
        for folder in (*parents(name), name):
            try:
                is_file = self.list(folder).find(folder) is not None
            except NoSuchFile:
                self._folders.make(folder)
                continue
            if is_file:
                raise InTheWay(name=folder, what=_("a file"), command=f"maker rm {folder}")

    def forget(self) -> None:
        """Free the memory that the helper programs take on the board: 1.5 KB, much for a micro:bit V1."""
        if self._known and self._life == self.session.lives:
            self.session.exec(FORGET)
            self._known.clear()

    def _remove_file(self, name: str) -> None:
        if self._folders is not None:
            self._folders.remove_file(name)
        else:
            self.session.exec(f"import os\nos.remove({name!r})\n")

    # -- asking the board ----------------------------------------------------------------------------

    def _survey(self, wanted: Mapping[str, bytes], under: str, everything: bool) -> Listing:
        """What a plan has to know: the wanted files with their digests where the sizes agree, folders above
        them, and with `everything` all that is below `under`."""
        root = self._dialect.root
        sizes = {root + name: len(data) for name, data in wanted.items()}
        if self._folders is None:
            return self._listing([f"_mw('',{sizes!r},0)\n"], sum(sizes.values()))
        others = {folder for name in wanted for folder in parents(name)}
        others |= {stage_of(name) for name in wanted}
        asked = [*sizes.items(), *((root + name, -1) for name in sorted(others))]
        # What the walk finds comes first: the lines with digests count.
        asks = [self._walk(root + under if under else "", True)] if everything else []
        for start in range(0, len(asked), NAMES_AT_ONCE):
            asks.append(f"for _mn in {asked[start : start + NAMES_AT_ONCE]!r}:_ms(*_mn)\n")
        return self._listing(asks, sum(sizes.values()))

    def _walk(self, at: str, recursive: bool) -> str:
        return f"try:_mw({at!r},{{}},{recursive:d})\nexcept OSError:pass\n"

    def _listing(self, asks: Sequence[str], size: int = 0) -> Listing:
        """What `asks`, programs of _ms and _mw, print, and the room on the board. `size`: bytes whose digest
        they need."""
        rows, room = [], ()
        for ask in asks or [""]:
            parts = ("hash", "look", "walk") if "_mw(" in ask else ("hash", "look")
            for line in self._literals(self._call(parts, ask + self._dialect.room, size=size)):
                if len(line) == ENTRY_FIELDS:
                    rows.append(line)
                else:
                    room = line
        skip = len(self._dialect.root)
        found = {row[0][skip:]: Entry(row[0][skip:], *row[1:]) for row in rows}
        self._left_over = {name for name in found if is_stage(name)}
        entries = tuple(found[name] for name in sorted(found) if not is_stage(name))
        if room:
            return Listing(entries, *room)
        total = self.limits.file_system_bytes
        if self.limits.files == "flat":
            total = flat_room(self.limits)
        used = sum(cost(entry.name, entry.size, self.limits) for entry in entries)
        return Listing(entries, max(0, total - used), total)

    def _literals(self, answer: bytes) -> Sequence[Any]:
        """The values a board printed, one Python literal a line: at least one."""
        try:
            lines = [line for line in answer.decode("utf-8").splitlines() if line.strip()]
            values = [literal(line) for line in lines]
        except (ValueError, SyntaxError) as error:
            raise ReplError(port=self.session.port, detail="unreadable answer about files") from error
        if not values:
            raise ReplError(port=self.session.port, detail="no answer about files")
        return values

    # -- sending -------------------------------------------------------------------------------------

    def _send(self, files: Sequence[_File]) -> set[str]:
        """Send files; the names of those that are not on the board as they were sent."""
        failed: set[str] = set()
        at_once = max(1, self.limits.heap_bytes // HEAP_A_FILE)
        for start in range(0, len(files), at_once):
            batch = files[start : start + at_once]
            report = _Progress(batch, self.progress)
            try:
                failed |= self._stream(batch, report) if self._streams else self._spell(batch, report)
            except _Stalled:
                failed |= self._spell(batch, report)
            except ProgramError as error:
                name = report.current.name
                self._clean({file.stage for file in batch if file.stage != file.name})
                raise BoardRefused(name=name, problem=error.facts["problem"]) from error
        return failed

    def _stream(self, batch: Sequence[_File], report: _Progress) -> set[str]:
        root, digest = self._dialect.root, self._dialect.digest
        table = [(root + f.name, root + f.stage, len(f.data), digest(f.data)) for f in batch]
        answer = self._call(
            ("hash", "end", "receive"),
            f"_mp({table!r},{self._block})\n",
            [file.data for file in batch],
            size=max(len(file.data) for file in batch),
            report=report,
        )
        report(report.total)
        return {name[len(root) :] for name in self._literals(answer)[-1]}

    def _spell(self, batch: Sequence[_File], report: _Progress) -> set[str]:
        """As `_stream`, with the bytes as text in small programs: slow, and works whenever a prompt does."""
        root, failed, done = self._dialect.root, set(), 0
        for file in batch:
            self.session.exec(f"_mx=open({root + file.stage!r},'wb')")
            for start in range(0, len(file.data), STATEMENT_BYTES):
                self.session.exec(f"_mx.write({file.data[start : start + STATEMENT_BYTES]!r})")
                report(done + start)
            done += len(file.data)
            names = f"{root + file.stage!r},{root + file.name!r},{self._dialect.digest(file.data)!r}"
            answer = self._call(("hash", "end"), f"_mx.close()\nprint(_me({names}))\n", size=len(file.data))
            report(done)
            if self._literals(answer)[-1] != 1:
                failed.add(file.name)
        return failed

    def _clean(self, stages: set[str]) -> None:
        """Remove what a broken transfer left."""
        names = [self._dialect.root + stage for stage in sorted(stages)]
        with contextlib.suppress(MakerError):
            self.session.exec(f"import os\nfor n in {names!r}:\n try:os.remove(n)\n except OSError:pass\n")
        self._left_over -= stages

    # -- programs on the board -----------------------------------------------------------------------

    def _call(
        self,
        parts: tuple[str, ...],
        call: str,
        contents: Sequence[bytes] = (),
        *,
        size: int = 0,
        report: Report = lambda _done: None,
    ) -> bytes:
        """Define what `call` needs of the dialect's `parts` (those not on the board yet), run `call`, and
        give what it printed; `contents` of files go to it on the way. `size`: bytes it may have to read in
        silence.

        Raises ProgramError, BoardRestarted, and _Stalled if there are contents.
        """
        restarted = False
        while True:
            try:
                return self._call_once(parts, call, contents, size, report)
            except ProgramError as error:
                if restarted or "MemoryError" not in str(error.facts["traceback"]):
                    raise
                # What was interrupted when the session began still fills the memory: start afresh.
                restarted = True
                self.session.restart()
            except _Stalled:
                self._streams = False
                self.session.be_careful()
                if contents:
                    raise

    def _call_once(
        self, parts: tuple[str, ...], call: str, contents: Sequence[bytes], size: int, report: Report
    ) -> bytes:
        if self._life != self.session.lives:
            self._known.clear()
            self._life = self.session.lives
        if not self._streams:
            return self.session.exec(self._define(parts) + call)
        definitions = self._define(parts)
        if len(definitions) + len(call) > MAX_PROGRAM_HEAP_SHARE * self._chunk:
            self._run(definitions, (), 0, report)
            definitions = ""
        return self._run(definitions + call, contents, size, report)

    def _define(self, parts: tuple[str, ...]) -> str:
        """The text that defines those of `parts` that are not on the board; they count as defined now."""
        missing = [part for part in parts if part not in self._known]
        self._known.update(missing)
        return "".join(self._dialect.parts[part] for part in missing)

    def _run(self, text: str, contents: Sequence[bytes], size: int, report: Report) -> bytes:
        """Run a program on the board, feed it `contents`, and give what it printed.

        The program goes as a chunk too: shorter where the board inflates, and without the raw REPL's rests.
        """
        receive = f"exec(_mg({self._block}))"
        fetched = "fetch" in self._known
        if fetched:
            run = self.session.start(receive, plainly=True)
        else:
            run = self.session.start(self._dialect.fetch + receive)
        try:
            early = b"" if fetched else self._learn(run)
            chunks = program(text, self._inflates), *pack(contents, self._chunk, self._inflates)
            sender = Sender(chunks, self._block, self.limits.in_flight_bytes)
            sender.receive(early)
            answer = self._drive(run, sender, STALL_S + 2 * size / self._dialect.digest_bytes_per_s, report)
        finally:
            if not run.ended:
                self._known.clear()
                with contextlib.suppress(MakerError):
                    run.stop()
        if run.traceback:
            self._known.clear()
            raise program_error(run.traceback, TYPED, "")
        return answer

    def _learn(self, run: Run) -> bytes:
        """Hear from the program `fetch` whether the board can inflate; what came after that."""
        said = b""
        for data in self._hear(run, STALL_S):
            said += data
            if b"\n" in said:
                break
        line, newline, rest = said.partition(b"\n")
        if newline:
            self._inflates = bool(self._literals(line)[0])
            self._known.add("fetch")
        return rest

    def _drive(self, run: Run, sender: Sender, patience: float, report: Report) -> bytes:
        """Send to `run` until it has ended, and give its answer."""
        try:
            for data in self._hear(run, patience):
                sender.receive(data)
                report(sender.done)
                if data := sender.to_send():
                    run.write(data)
        except _Stalled:
            if understand(sender.answer).machine:  # the banner of a board that has just started
                raise BoardRestarted(port=self.session.port) from None
            raise
        return sender.answer

    def _hear(self, run: Run, patience: float) -> Iterator[bytes]:
        """What `run` says until it has ended: first nothing, then piece by piece. Raises _Stalled after
        `patience` seconds without a word."""
        heard = time.monotonic()
        yield b""
        while not run.ended:
            chunk = run.read(0.1)
            if chunk.data:
                heard = chunk.at
                yield chunk.data
            elif chunk.at - heard > patience:
                raise _Stalled


class _Progress:
    """Turns bytes done of a batch into progress of its files, which never goes back, even if a batch is begun
    again."""

    def __init__(self, batch: Sequence[_File], progress: Progress) -> None:
        self._files = list(batch)
        self._progress = progress
        self._before = 0  # bytes of the files that are done
        self._done = 0
        self.total = sum(len(file.data) for file in batch)
        self.current = self._files[0]
        progress(self.current.name, 0, len(self.current.data))

    def __call__(self, done: int) -> None:
        self._done = max(self._done, done)
        while self._files:
            self.current = file = self._files[0]
            inside = min(self._done - self._before, len(file.data))
            if inside < len(file.data):
                if inside > 0:
                    self._progress(file.name, inside, len(file.data))
                return
            self._progress(file.name, inside, inside)
            self._before += inside
            del self._files[0]
            if self._files:
                self._progress(self._files[0].name, 0, len(self._files[0].data))
