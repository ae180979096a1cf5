"""Fetch a file over HTTP: streamed, checked, and taken up again where it broke off.

Only urllib, which knows the computer's proxy settings. What has come lies in `NAME.part`; beside it
`NAME.part.json` says from where and of which state of the file, so that a later run goes on there (Range with
If-Range) and never joins two different files.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from makerlab import __version__
from makerlab.errors import FileProblem, system_reason
from makerlab.firmware_images import kind
from makerlab.firmware_images.problems import DownloadFailed, ErrorPage, Unreachable, Untrusted
from makerlab.i18n import _

STALL_S = 20.0
"""Without a single byte; a slow school line still brings some."""
TRIES = 4
"""At one address, as long as each brings some more of the file."""
PIECE_BYTES = 64 << 10

_AGENT = f"makerlab/{__version__}"

Progress = Callable[[int, int], None]
"""Takes the bytes there are and those of the whole file (0 if unknown). May raise KeyboardInterrupt."""


class _Broken(Exception):
    """It broke off; what came is good. `problem` in the user's language."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _NothingLeft(Exception):
    """The file is not longer than what is there of it: it changed, or we ended before we took it in."""


class _Partial(NamedTuple):
    """What has come of a file: how much, and the server's mark for the state of the file it is of."""

    size: int
    mark: str


def fetch(
    addresses: Sequence[str],
    target: Path,
    progress: Progress = lambda done, size: None,
    stall_s: float = STALL_S,
) -> tuple[Path, str]:
    """Fetch the file from the first of `addresses` that gives it whole: where it lies (`target`.part), and
    the address.

    Raises DownloadFailed (Unreachable, Untrusted, ErrorPage) with the first address's problem, which is the
    one that counts, and FileProblem when the disk does not take it.
    """
    first: DownloadFailed | None = None
    for address in addresses:
        try:
            return _from(address, target, progress, stall_s), address
        except DownloadFailed as error:
            first = first or error
    assert first is not None, "no address"
    raise first


def check(address: str, wait_s: float) -> None:
    """See whether `address` gives a file, without taking it. Raises DownloadFailed."""
    with _open(address, {"User-Agent": _AGENT, "Range": "bytes=0-0"}, wait_s) as answer:
        _refuse_what_is_no_file(address, answer)


def _from(address: str, target: Path, progress: Progress, stall_s: float) -> Path:
    part = target.with_name(target.name + ".part")
    had = -1
    for _try in range(TRIES):
        try:
            _once(address, part, progress, stall_s)
            _note_of(part).unlink(missing_ok=True)
            return part
        except _Broken as broken:
            now = part.stat().st_size if part.exists() else 0
            if now <= had:
                raise DownloadFailed(address=address, problem=broken.problem) from None
            had, problem = now, broken.problem
        except OSError as error:  # of the disk: those of the network were told apart before
            raise FileProblem(path=part, detail=system_reason(error)) from error
    raise DownloadFailed(address=address, problem=problem)


def _once(address: str, part: Path, progress: Progress, stall_s: float) -> None:
    """One request, writing to `part` what comes. Raises _Broken, DownloadFailed, OSError of the disk."""
    part.parent.mkdir(parents=True, exist_ok=True)
    had = _had(address, part)
    # identity: a server or proxy that compresses would count other bytes than we do.
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
    if had.size:
        headers |= {"Range": f"bytes={had.size}-", "If-Range": had.mark}
    try:
        answer = _open(address, headers, stall_s)
    except _NothingLeft:
        _forget(part)
        return _once(address, part, progress, stall_s)
    with answer:
        _refuse_what_is_no_file(address, answer)
        begin, size = _extent(answer)
        if begin not in (0, had.size):
            _forget(part)
            raise _Broken(_("the server went on at the wrong place"))
        if not size and not answer.chunked:
            raise DownloadFailed(address=address, problem=_("it does not say how long the file is"))
        if size > kind.MAX_BYTES:
            raise DownloadFailed(address=address, problem=_("the file has {size:,} bytes").format(size=size))
        mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        # A weak mark ("W/...") may be the same for two files (RFC 9110, 8.8.1).
        note = {"address": address, "mark": "" if mark.startswith("W/") else mark}
        _note_of(part).write_text(json.dumps(note), encoding="utf-8")
        with part.open("r+b" if begin else "wb") as file:
            digest = hashlib.sha256(file.read(begin) if begin else b"")
            file.truncate()
            done = _copy(address, answer, file, digest, begin, size, progress)
    if hashlib.sha256(part.read_bytes()).digest() != digest.digest():
        # Two commands that fetch the same file write over each other.
        _forget(part)
        raise _Broken(_("another program wrote to the same file"))
    if done < size:
        raise _Broken(_("it broke off after {done:,} of {size:,} bytes").format(done=done, size=size))


def _copy(
    address: str, answer: Any, file: IO[bytes], digest: Any, done: int, size: int, progress: Progress
) -> int:
    """Write what comes after `done` bytes, and add it to `digest`; how many there are then. When it breaks
    off, what came is on the disk."""
    progress(done, size)
    while piece := _read(answer):
        if not done and kind.looks_like_a_page(piece):
            raise ErrorPage(address=address)
        done += len(piece)
        if done > kind.MAX_BYTES:
            raise DownloadFailed(address=address, problem=_("it does not end"))
        file.write(piece)
        digest.update(piece)
        progress(done, size)
    return done


def _read(answer: Any) -> bytes:
    try:
        # read1: what is there, not what fits; a slow line shows progress all the same.
        return bytes(answer.read1(PIECE_BYTES))
    except TimeoutError:
        raise _Broken(_("nothing came any more")) from None
    except (OSError, http.client.HTTPException):
        raise _Broken(_("the connection broke off")) from None


def _open(address: str, headers: dict[str, str], stall_s: float) -> Any:
    request = urllib.request.Request(address, headers=headers)
    try:
        return urllib.request.build_opener(_NoDowngrade).open(request, timeout=stall_s)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and "Range" in headers:
                raise _NothingLeft from None
            problem = _("the answer is {code} {words}").format(code=error.code, words=error.reason)
            raise DownloadFailed(address=address, problem=problem) from None
    except (OSError, http.client.HTTPException) as error:
        raise unreachable(address, error) from None


def unreachable(address: str, error: Exception) -> DownloadFailed:
    """What it means that `address` could not be opened."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLError):
        words = getattr(cause, "verify_message", "") or cause.reason or str(cause)
        return Untrusted(address=address, problem=words)
    if isinstance(cause, TimeoutError):
        return Unreachable(address=address, problem=_("no answer"))
    if isinstance(cause, http.client.HTTPException):
        return Unreachable(address=address, problem=_("what answers there does not speak HTTP"))
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return Unreachable(address=address, problem=words)


def _refuse_what_is_no_file(address: str, answer: Any) -> None:
    content = answer.headers.get_content_type()
    # get_content_type says text/plain when the server says nothing: that is no reason to refuse.
    if answer.headers.get("Content-Type") and content in ("text/html", "application/xhtml+xml"):
        raise ErrorPage(address=address)
    if answer.headers.get("Content-Type") and re.match(r"text/|image/|application/json", content):
        problem = _("it is of the type {type}").format(type=content)
        raise DownloadFailed(address=address, problem=problem)
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadFailed(address=address, problem=_("it came compressed"))


def _extent(answer: Any) -> tuple[int, int]:
    """Where in the file the answer begins, and how long the whole file is (0 if the server does not say)."""
    if answer.status == http.client.PARTIAL_CONTENT:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        return (int(found[1]), int(found[2])) if found else (-1, 0)
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else 0


def _had(address: str, part: Path) -> _Partial:
    """What there is of the file from an earlier try; nothing that cannot be continued safely."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        note = json.loads(_note_of(part).read_text(encoding="utf-8"))
        size = part.stat().st_size
        if note["address"] == address and note["mark"] and 0 < size < kind.MAX_BYTES:
            return _Partial(size, note["mark"])
    return _Partial(0, "")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


def _note_of(part: Path) -> Path:
    return part.with_name(part.name + ".json")


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows a redirect, but not from https to something anybody on the way can change."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise DownloadFailed(address=req.full_url, problem=_("it sends us to an unsafe address"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)
