"""The middle of `maker run`: data from the board to the view and the file, whatever happens on the way."""

from __future__ import annotations

import click

from makerlab.cli.live import Figures, View
from makerlab.errors import BoardRestarted, FileProblem, LinkError, MakerError, ProgramWontStop
from makerlab.experiment.run import Prepared, Until, finish, measure
from makerlab.i18n import N_, _, ngettext
from makerlab.recording.csv_file import CsvRecorder
from makerlab.repl.session import Run
from makerlab.wire.events import Event, Text, Unsupported
from makerlab.wire.stream import StreamDecoder


class NoData(MakerError):
    what = N_("{name} ran, but sent no data.")
    todo = N_("Print numbers with print(), or use channel() and run() of the module lab (see the README).")


class NewerWire(MakerError):
    what = N_("The board sends data in a form that this maker does not know.")
    todo = N_("Install the newest makerlab, or put its own lab.py on the board again.")


class Measuring:
    """One experiment while it is measured. `program` runs already; `figures`, `view` and `recorder` take
    what it sends."""

    def __init__(
        self, program: Run, prepared: Prepared, figures: Figures, view: View, recorder: CsvRecorder
    ) -> None:
        self.program = program
        self.prepared = prepared
        self.figures = figures
        self.view = view
        self.recorder = recorder
        self.problem: MakerError | None = None
        self._at = 0.0

    def run(self, until: Until, rate_hz: float | None) -> None:
        """Measure until it is enough, Ctrl-C, the program's end or a mishap; the board is left stopped.

        What went wrong is kept for `report`: first the data is safe, then there are complaints.
        """
        decoder = StreamDecoder()
        enough = False
        try:
            try:
                with self.view:
                    for batch in measure(self.program, decoder, until, rate_hz):
                        self._take(batch.events, batch.at)
                        self.view.update(batch.at)
                    enough = not self.program.ended
            except KeyboardInterrupt:
                pass
            except FileProblem as error:
                self.problem = error
            last = finish(self.program, decoder)
            # After "enough" more rows were on their way; they belong to nobody, and are no losses either.
            self._take([event for event in last if not enough or isinstance(event, Text)], self._at)
        except (LinkError, BoardRestarted, ProgramWontStop, FileProblem) as error:
            self.problem = self.problem or error

    def report(self) -> None:
        """Say what was measured and where it is; then raise what went wrong, if anything did."""
        figures = self.figures
        if figures.rows:
            click.echo(self._summary())
            click.echo(_("Saved in: {path}").format(path=self.recorder.path))
        if self.problem is not None:
            raise self.problem
        if (error := self.program.error(self.prepared.name, self.prepared.shown)) is not None:
            raise error
        if not figures.rows:
            raise NoData(name=self.prepared.name)

    def _take(self, events: list[Event], at: float) -> None:
        for event in events:
            if isinstance(event, Unsupported):
                raise NewerWire()
        self._at = at
        self.figures.take(events, at)
        self.recorder.take(events, at)

    def _summary(self) -> str:
        figures = self.figures
        parts = [
            ngettext("{n} row in {seconds} s", "{n} rows in {seconds} s", figures.rows).format(
                n=figures.rows, seconds=f"{figures.seconds:.1f}"
            )
        ]
        achieved = figures.clock.achieved_hz() if figures.clock else None
        asked = figures.header.rate_hz if figures.header else None
        if achieved and asked:
            parts.append(
                _("{achieved} a second (asked: {asked})").format(
                    achieved=f"{achieved:.4g}", asked=f"{asked:g}"
                )
            )
        if not figures.plain:
            parts.append(ngettext("{n} row lost", "{n} rows lost", figures.lost).format(n=figures.lost))
        return _(", ").join(parts)
