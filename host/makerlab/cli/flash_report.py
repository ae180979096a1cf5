"""What came of flashing, to keep: a table for a spreadsheet, or a page to print for the cupboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from makerlab import __version__
from makerlab.cli.names import label
from makerlab.errors import FileProblem, MakerError, UsageProblem, system_reason
from makerlab.flash.model import Flashed
from makerlab.i18n import _, language

TEMPLATE = Path(__file__).with_name("flash_report.html")


@dataclass(frozen=True)
class Line:
    """One board. `outcome` is what it said of itself, or why it did not pass; `seconds` it took."""

    port: str
    outcome: Flashed | MakerError
    seconds: float = 0.0
    unique_id: str = ""

    @property
    def passed(self) -> bool:
        return isinstance(self.outcome, Flashed)


@dataclass(frozen=True)
class _Row:
    """A line as people read it."""

    label: str
    port: str
    passed: bool
    board: str
    number: str
    runtime: str
    written: str
    seconds: str
    problem: str
    note: str


class ReportFile:
    """`path`, whose ending says which of the two. Written at once, empty, so that a place where nothing can
    be written is known before boards are flashed. Raises UsageProblem, FileProblem."""

    def __init__(self, path: Path, image: str) -> None:
        make = _FORMS.get(path.suffix.lower())
        if make is None:
            raise UsageProblem(
                problem=_(
                    "A report ends in .csv (for a spreadsheet) or .html (to print), not {name}."
                ).format(name=path.suffix or path.name),
                advice=_("Example: {command}").format(command="maker flash --all --report boards.html"),
            )
        self._path, self._make, self._image = path, make, image
        self.write([])

    def write(self, lines: Sequence[Line]) -> None:
        """Put these in. Raises FileProblem."""
        text = self._make([_row(line) for line in lines], self._image)
        try:
            self._path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise FileProblem(path=self._path, detail=system_reason(error)) from error


def _row(line: Line) -> _Row:
    from makerlab.labels import board_id

    made = line.outcome
    number = board_id.shown(board_id.read(line.unique_id))
    if isinstance(made, Flashed):
        return _Row(
            label(line.port), made.port, True, made.board, number, made.runtime, str(made.written_bytes),
            f"{line.seconds:.1f}", "", made.note,
        )  # fmt: skip
    return _Row(label(line.port), line.port, False, "", number, "", "", "", made.message, made.hint)


def _csv(rows: Sequence[_Row], image: str) -> str:
    """With a mark at its beginning, which Excel in China needs to take it for UTF-8."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(
        [_("label"), _("port"), _("verdict"), _("board"), _("number"), _("runtime"), _("bytes written"),
         _("seconds"), _("what happened"), _("what to do")]
    )  # fmt: skip
    for row in rows:
        table.writerow(
            [row.label, row.port, "PASS" if row.passed else "FAIL", row.board, row.number, row.runtime,
             row.written, row.seconds, row.problem, row.note]
        )  # fmt: skip
    return text.getvalue()


def _html(rows: Sequence[_Row], image: str) -> str:
    import jinja2

    template = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        TEMPLATE.read_text(encoding="utf-8")
    )
    text = {
        "title": _("Flashed boards"),
        "image": _("Firmware image:"),
        "boards": _("boards"),
        "passed": _("passed"),
        "failed": _("not passed"),
        "label": _("label"),
        "port": _("port"),
        "verdict": _("verdict"),
        "number": _("number"),
        "says": _("what it says"),
        "remarks": _("remarks"),
        "footer": _("PASS: the board has started with this firmware and has said itself what it runs."),
    }
    passed = sum(row.passed for row in rows)
    return template.render(
        text=text, lang="zh-CN" if language() == "zh" else "en", rows=rows, image=image, version=__version__,
        passed=passed, failed=len(rows) - passed, labels=any(row.label for row in rows),
        date=datetime.now().strftime("%Y-%m-%d %H:%M"),
    )  # fmt: skip


_FORMS: dict[str, Callable[[Sequence[_Row], str], str]] = {".csv": _csv, ".html": _html, ".htm": _html}
