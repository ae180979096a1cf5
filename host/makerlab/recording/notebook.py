"""The notebook: everything measured, in one SQLite file that is never lost. (Being built: the signatures
stand, what is behind them comes.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from makerlab.recording.about import About, Columns, Envelope, Recording, Summary
from makerlab.wire.events import Event


class Writer:
    """Takes what one board sends into the notebook; `experiment.measuring.Consumer`.

    Give it raw events. A board that went away and came back: pass `Restart()` first, then what its new
    decoder says: it goes on in the same recording, with a gap.
    """

    id: int

    def take(self, events: list[Event], at: float) -> None:
        """Raises a NotebookProblem once, when the notebook takes no more; what was saved before stays."""
        raise NotImplementedError

    def close(self) -> None:
        """End the recording; one without rows is removed. Raises NotebookProblem."""
        raise NotImplementedError

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class Notebook:
    """Use it as a context. Any thread may call it."""

    def __init__(self, path: Path | None = None) -> None:
        raise NotImplementedError

    def __enter__(self) -> Notebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError

    def record(self, about: About, at: float | None = None) -> Writer:
        """Begin a recording. `at`: the steady clock's reading at `about.started_at`; None: now."""
        raise NotImplementedError

    def find(self, search: str = "", limit: int | None = None) -> list[Summary]:
        """Newest first; every word of `search` in title, experiment, label, board or note."""
        raise NotImplementedError

    def get(self, which: int | str) -> Recording:
        """By its number ("17"), or "last". Raises NoRecording."""
        raise NotImplementedError

    def samples(
        self,
        id: int,
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        raw: bool = False,
        on_session: bool = False,
    ) -> Columns:
        """The rows from `start_s` to `end_s` (both included), with calibration and derived channels; `raw`:
        as they were measured. `on_session`: times on the session's axis (start and end too), where recordings
        made together can be compared."""
        raise NotImplementedError

    def envelope(
        self,
        id: int,
        start_s: float | None = None,
        end_s: float | None = None,
        buckets: int = 1000,
        *,
        raw: bool = False,
    ) -> Envelope:
        """The same as `buckets` lowest and highest values: no peak is missing, however narrow."""
        raise NotImplementedError

    def batches(self, id: int) -> Iterator[tuple[list[Event], float]]:
        """What the board sent, once more: events in order, and the second they came at."""
        raise NotImplementedError

    def edit(self, id: int, title: str | None = None, note: str | None = None) -> None:
        raise NotImplementedError

    def delete(self, ids: Iterable[int]) -> None:
        raise NotImplementedError

    def backup(self, path: Path) -> None:
        """A whole copy in `path`, which must not exist."""
        raise NotImplementedError
