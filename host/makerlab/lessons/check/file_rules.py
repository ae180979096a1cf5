"""Names, sizes and encodings: whether the files can travel and be read at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_file
from makerlab.lessons.finding import Finding
from makerlab.lessons.limits import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from makerlab.lessons.packs import member_names

MAX_TEXT_BYTES = 1 << 19
"""A table or a program of half a megabyte was not written for a lesson."""
MAX_MARKDOWN_BYTES = 60_000
"""Twenty pages are no step; beyond that, some texts make any Markdown parser slow."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")
AUDIO = frozenset((".wav", ".mp3", ".m4a", ".ogg", ".flac", ".aac", ".wma", ".amr", ".opus", ".mid"))
FILM = frozenset((".mp4", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".flv"))

KNOWN_FOLDERS = ("steps", "teacher", "home", "code", "data", "media", "wiring", "notes")
TOP_FILES = ("lesson.yaml", "quiz.yaml", "rubric.yaml", "LICENSE.md", "CHANGES.md", "README.md")


def decode(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Finding]]:
    """The text files as text, and what is wrong with their bytes. What is too big or no text is left out."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for path, data in files.items():
        if member_names.is_text(path):
            text = _decoded(path, data, findings)
            if text is not None:
                texts[path] = text
    return texts, findings


def _decoded(path: str, data: bytes, findings: list[Finding]) -> str | None:
    limit = MAX_MARKDOWN_BYTES if path.endswith(".md") else MAX_TEXT_BYTES
    if len(data) > limit:
        what = _("This text file is too big: {size:,} bytes of {limit:,}.").format(
            size=len(data), limit=limit
        )
        findings.append(at_file(path, "too-big", what, _("Split it, or leave the big part out.")))
        return None
    try:
        if data.startswith(UTF16) or b"\0" in data:
            raise UnicodeDecodeError("utf-8", data, 0, 1, "not UTF-8")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.append(_wrong_encoding(path, data, error.start))
        return None
    if not text.strip():
        what = _("This file is empty.")
        findings.append(at_file(path, "empty-file", what, _("Write something into it, or delete it.")))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _wrong_encoding(path: str, data: bytes, start: int) -> Finding:
    """Say in which line the first byte is that is not UTF-8, and which encoding it most likely is."""
    line = data.count(b"\n", 0, start) + 1
    before = data[data.rfind(b"\n", 0, start) + 1 : start]
    column = len(before.decode("utf-8", "replace")) + 1
    if data.startswith(UTF16) or b"\0" in data:
        what = _("This file is not saved as UTF-8 (it is UTF-16, which Windows calls Unicode, or no text).")
    elif _is_gbk(data):
        what = _("This file is not saved as UTF-8 (it is GBK, which Windows calls ANSI).")
    else:
        what = _("This file is not saved as UTF-8.")
    todo = _("Open it in Notepad, choose Save as, and choose UTF-8 beside the button Save.")
    return Finding(path, line, column, "error", "encoding", what, todo)


def _is_gbk(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def names(source: Source) -> Iterator[Finding]:
    """Names that do not travel, files of kinds that do not belong here, and files nobody looks for."""
    for path in source.files:
        kind = PurePosixPath(path).suffix.lower()
        if kind in AUDIO:
            what = _("Sound does not belong in a lesson: a voice tells who somebody is.")
            yield at_file(
                path, "audio", what, _("Delete the file, or keep what was measured of it as numbers.")
            )
        elif kind in FILM:
            what = _("Films are too big for a lesson, and show faces.")
            yield at_file(path, "film", what, _("Put it on the web and link it (home.video in lesson.yaml)."))
        elif problem := member_names.problem_with(path):
            what = _("This file cannot be part of a lesson: {problem}.").format(problem=_(problem))
            yield at_file(path, "file-name", what, _rename(path))
        elif path.partition("/")[0] not in (KNOWN_FOLDERS if "/" in path else TOP_FILES):
            what = _("A lesson has no such file.")
            todo = _("Files belong into one of these folders: {folders}.").format(
                folders=_(", ").join(KNOWN_FOLDERS)
            )
            yield at_file(path, "unknown-file", what, todo)
    if clashing := member_names.clash(source.files):
        what = _("Another file has the same name but for capitals: Windows keeps only one of them.")
        yield at_file(clashing, "name-clash", what, _("Give one of the two another name."))


def _rename(path: str) -> str:
    name = PurePosixPath(path).name
    return _("Rename or delete it ({name}); use a-z, 0-9, “-”, “_” and “.” only.").format(name=name)


def sizes(source: Source) -> Iterable[Finding]:
    """Limits of a pack. `folder` refuses bigger ones, but files come from elsewhere too."""
    for path, data in source.files.items():
        if len(data) > MAX_FILE_BYTES:
            what = _("This file is too big: {size:,} bytes of {limit:,}.").format(
                size=len(data), limit=MAX_FILE_BYTES
            )
            yield at_file(path, "too-big", what, _("Make it smaller: a picture needs 1600 pixels at most."))
    total = sum(map(len, source.files.values()))
    if total > MAX_BYTES or len(source.files) > MAX_FILES:
        what = _("The lesson is too big: {files} files, {size:,} bytes.").format(
            files=len(source.files), size=total
        )
        todo = _("A lesson has at most {files} files and {size:,} bytes.").format(
            files=MAX_FILES, size=MAX_BYTES
        )
        yield at_file("lesson.yaml", "too-big", what, todo)
