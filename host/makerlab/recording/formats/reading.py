"""Any file that an import understands, as recordings: what it is shows in its content, not in its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from makerlab.i18n import N_, _
from makerlab.recording.about import About
from makerlab.recording.formats import my_data_in, wire_in, wording, xlsx_out
from makerlab.recording.formats.archive import Archive, BadArchive
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.csv_in import BadCsv, cells, decoded
from makerlab.recording.formats.imported import Imported, imported
from makerlab.recording.formats.json_in import BadJson, contents_of_json
from makerlab.recording.formats.my_data_in import NoLog
from makerlab.recording.formats.package_in import contents_of_package
from makerlab.recording.formats.package_out import DESCRIPTOR
from makerlab.recording.formats.problems import COPY_IT, FETCH_AGAIN, WHAT_CAN_BE, NotImported
from makerlab.recording.formats.table_in import NoTable, not_dated, table_content
from makerlab.recording.formats.wire_in import NoRows
from makerlab.recording.formats.xlsx_in import WORKBOOK, sheets_of
from makerlab.wire.events import Header

_ZIP = b"PK\x03\x04"
_NO_NAME = ("", "lab")
"""Of a program that gave itself none."""
_NOT_TEXT = 0.02
"""Share of control characters from which on a file is none of text."""


class File(NamedTuple):
    """A file as it was found. Its name, without its ending, is the title where it says none itself; when it
    was last changed is taken for when it began."""

    name: str
    data: bytes
    changed: datetime

    @property
    def title(self) -> str:
        return self.name.rpartition(".")[0] or self.name


def read_files(files: Sequence[File]) -> list[Imported]:
    """The recordings in these files. Those of one logbook, whose numbers follow each other, are one.

    Raises NotImported for the first that is none.
    """
    found: list[Imported] = []
    waiting: list[File] = []
    for file in files:
        logbook = wire_in.log_number(file.name) is not None and wire_in.is_wire(file.data)
        if waiting and not (logbook and wire_in.kind(file.data) == wire_in.kind(waiting[0].data)):
            found.append(_wire(waiting))
            waiting = []
        if logbook:
            waiting.append(file)
        else:
            found += read(file)
    return [*found, _wire(waiting)] if waiting else found


def read(file: File) -> list[Imported]:
    """The recordings in a file. Raises NotImported."""
    data = file.data
    if not data.strip():
        raise NotImported(path=file.name, problem=_("it is empty"), advice=_(WHAT_CAN_BE))
    if data.startswith(_ZIP):
        return _from(lambda: _archive(file), file)
    if my_data_in.is_my_data(data):
        return [_my_data(file)]
    if _is_binary(data):
        raise NotImported(path=file.name, problem=_("it holds no recording"), advice=_(WHAT_CAN_BE))
    if wire_in.is_wire(data):
        return [_wire([file])]
    text = decoded(data)
    if text.lstrip().startswith(("{", "[")) and (
        text.rstrip().endswith(("}", "]")) or '"format"' in text[:200]
    ):
        return _from(lambda: contents_of_json(text, file.name), file)
    if "<html" in text[:1000].lower():
        raise NotImported(
            path=file.name,
            problem=_("it is a web page without a log in it"),
            advice=_(COPY_IT),
        )
    return _from(lambda: [table_content(cells(text), file.title, file.name, file.changed)], file)


def read_folder(read_file: Callable[[str], bytes], name: str) -> list[Imported]:
    """The recordings of a data package that lies unpacked in a folder. Raises NotImported."""
    file = File(name, b"", datetime.now().astimezone())
    return _from(lambda: contents_of_package(read_file, name), file)


def _from(contents: Callable[[], Iterable[Content]], file: File) -> list[Imported]:
    try:
        return [imported(content) for content in contents()]
    except NoTable as error:
        raise NotImported(path=file.name, problem=_(str(error)), advice=_(WHAT_CAN_BE)) from error
    except (BadCsv, BadJson, BadArchive) as error:
        raise NotImported(path=file.name, problem=_(str(error)), advice=_(FETCH_AGAIN)) from error


def _archive(file: File) -> list[Content]:
    archive = Archive(file.data)
    if DESCRIPTOR in archive.names:
        return contents_of_package(archive.read, file.name)
    if WORKBOOK in archive.names:
        return _workbook(archive, file)
    raise NoTable(N_("it is an archive without a recording"))


def _workbook(archive: Archive, file: File) -> list[Content]:
    """Each sheet of rows with what the sheet about them says; of a foreign workbook, its first sheet."""
    sheets = {name: list(rows) for name, rows in sheets_of(archive)}
    about = next((rows for rows in sheets.values() if _is_about(rows)), None)
    if about is None:
        if not sheets:
            raise NoTable(N_("it holds no table of numbers"))
        return [table_content(next(iter(sheets.values())), file.title, file.name, file.changed)]
    sheet_words = wording.everywhere(xlsx_out.SHEET)
    contents = []
    for column in range(1, max(map(len, about))):
        facts = {row[0]: row[column] for row in about if len(row) > column and row[column]}
        name = next((value for word, value in facts.items() if word in sheet_words), "")
        if name not in sheets:
            raise BadArchive(N_("it was changed and no longer fits together"))
        rows = list(sheets[name])
        part = 2
        while (more := f"{name} ({part})") in sheets:
            rows += sheets[more][1:]
            part += 1
        contents.append(table_content(rows, file.title, file.name, file.changed, facts.items()))
    return contents


def _is_about(rows: list[list[str]]) -> bool:
    words = {row[0] for row in rows if row}
    return all(words & wording.everywhere(text) for text in (wording.FACTS["title"], xlsx_out.SHEET))


def _my_data(file: File) -> Imported:
    try:
        content = table_content(my_data_in.rows_of(file.data), file.title, file.name, file.changed)
    except NoLog as error:
        raise NotImported(path=file.name, problem=_(str(error)), advice=_(COPY_IT)) from error
    except NoTable as error:
        problem = _("the log in it is empty") if "table" in str(error) else _(str(error))
        raise NotImported(
            path=file.name, problem=problem, advice=_("Log something first, then copy it again.")
        ) from error
    remarks = content.remarks
    if my_data_in.is_full(file.data):
        remarks = (*remarks, _("The log was full: what came after that was not kept."))
    about = replace(content.about, board="microbit-v2")
    return imported(replace(content, about=about, remarks=remarks))


def _wire(files: Sequence[File]) -> Imported:
    try:
        batches, remarks = wire_in.batches_of([file.data for file in files])
    except NoRows as error:
        raise NotImported(path=files[0].name, problem=_(str(error)), advice=_(FETCH_AGAIN)) from error
    name = files[0].name if len(files) == 1 else f"{files[0].name} ... {files[-1].name}"
    header = next(event for events, _at in batches for event in events if isinstance(event, Header))
    about = About(
        title=files[0].title if header.name in _NO_NAME else header.name,
        rate_hz=header.rate_hz,
        started_at=files[0].changed,
        imported_from=name,
    )
    return Imported(about, sent=batches, remarks=(*remarks, not_dated(files[0].changed)))


def _is_binary(data: bytes) -> bool:
    sample = data[:4096]
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    odd = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in sample)
    return odd > len(sample) * _NOT_TEXT
