"""Where packs come from: a folder (a stick, a share) or a folder on the web; and what was seen of them last.

data_dir()/indexes/HASH/    a copy of each list that was looked at: it can be searched without a network
"""

from __future__ import annotations

import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from makerlab import __version__
from makerlab.errors import FileProblem, MakerError, system_reason
from makerlab.firmware_images.download import unreachable
from makerlab.i18n import N_, _
from makerlab.lessons import disk
from makerlab.lessons.packs import index as indexes
from makerlab.lessons.packs import pack as packs
from makerlab.lessons.packs.index import INDEX, MAX_INDEX_BYTES, SEARCH, Entry, Index
from makerlab.lessons.packs.pack import MAX_PACK_BYTES, BadPack, Pack
from makerlab.paths import data_dir

STALL_S = 20.0
"""Without a single byte; a slow school line still brings some."""
MAX_S = 300.0
"""For one file: 20 MB over a line of 70 kB/s. A server that sends a byte now and then does not hold us."""
PIECE_BYTES = 64 << 10
ADDRESS_FILE = "address.txt"
MAX_ADDRESS_BYTES = 4_000

_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


class NoIndex(MakerError):
    what = N_("There is no list of lessons in {folder}.")
    todo = N_("Whoever has the packs makes one: maker lesson publish {folder} FILE.mkl")


class NotFetched(MakerError):
    what = N_("{address} gave no lesson: {problem}.")
    todo = N_(
        "Check the address and the network. Without a network, bring the pack or its folder on a stick."
    )


@dataclass(frozen=True)
class Place:
    """A folder with an index in it: its path, or its address on the web."""

    address: str

    @classmethod
    def named(cls, name: str) -> Place:
        """The place that somebody typed; a path also counts from another folder later."""
        return cls(name.rstrip("/") if is_web(name) else str(Path(name).absolute()))

    def index(self) -> Index:
        """The list there; a copy is kept. Raises NoIndex, BadIndex, NotFetched, FileProblem."""
        if not is_web(self.address) and not Path(self._where(INDEX)).exists():
            raise NoIndex(folder=self.address)
        listed = self._get(INDEX, MAX_INDEX_BYTES)
        try:
            terms = self._get(SEARCH, MAX_INDEX_BYTES)
        except MakerError:
            terms = b""
        index = indexes.read(listed, terms, self._where(INDEX))
        # A home folder that takes no more is no reason not to search this list now.
        with suppress(FileProblem):
            self._remember(listed, terms)
        return index

    def _remember(self, listed: bytes, terms: bytes) -> None:
        copy = _copies() / hashlib.sha256(self.address.encode()).hexdigest()[:16]
        for name, data in ((ADDRESS_FILE, self.address.encode()), (SEARCH, terms), (INDEX, listed)):
            disk.write(copy / name, data)

    def pack(self, entry: Entry) -> Pack:
        """The pack of an entry. Raises BadPack, NotFetched, FileProblem."""
        name = indexes.file_of(entry)
        pack = packs.read(self._get(name, MAX_PACK_BYTES), self._where(name))
        if pack.digest != entry.digest:
            raise BadPack(path=self._where(name), problem=_("it is another one than the list says"))
        return pack

    def _get(self, name: str, limit: int) -> bytes:
        where = self._where(name)
        return fetch(where, limit) if is_web(where) else disk.read(Path(where), limit)

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}" if is_web(self.address) else str(Path(self.address, name))


def is_web(name: str) -> bool:
    return _WEB.fullmatch(name) is not None


def remembered() -> Iterator[tuple[Place, Index]]:
    """Every list that was looked at, as it was then. One whose copy was damaged is left out: looking at it
    again mends it."""
    try:
        copies = sorted(_copies().iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileProblem(path=_copies(), detail=system_reason(error)) from error
    for copy in copies:
        with suppress(MakerError, UnicodeDecodeError):
            address = disk.read(copy / ADDRESS_FILE, MAX_ADDRESS_BYTES).decode()
            listed, terms = (disk.read(copy / name, MAX_INDEX_BYTES) for name in (INDEX, SEARCH))
            yield Place(address), indexes.read(listed, terms, address)


def _copies() -> Path:
    return data_dir() / "indexes"


# -- the web -----------------------------------------------------------------------------------------------


def fetch(address: str, limit: int) -> bytes:
    """What lies at an address, at most `limit` bytes. Raises NotFetched."""
    try:
        request = urllib.request.Request(address, headers={"User-Agent": f"makerlab/{__version__}"})
        with urllib.request.build_opener(_Redirects).open(request, timeout=STALL_S) as answer:
            data = _whole(answer, address, limit)
    except urllib.error.HTTPError as error:
        with error:
            problem = _("the answer is {code} {words}").format(code=error.code, words=error.reason)
        raise NotFetched(address=address, problem=problem) from None
    except TimeoutError:
        raise NotFetched(address=address, problem=_("nothing came any more")) from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: no address at all
        problem = str(unreachable(address, error).facts["problem"])
        raise NotFetched(address=address, problem=problem) from None
    if data.lstrip()[:1] == b"<":
        raise NotFetched(address=address, problem=_("a web page came instead"))
    return data


def _whole(answer: Any, address: str, limit: int) -> bytes:
    until = time.monotonic() + MAX_S
    pieces = []
    size = 0
    while piece := answer.read1(PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            problem = _("it has more than {limit:,} bytes").format(limit=limit)
            raise NotFetched(address=address, problem=problem)
        if time.monotonic() > until:
            raise NotFetched(address=address, problem=_("it takes too long"))
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and size < int(length):
        raise NotFetched(address=address, problem=_("the connection broke off"))
    return b"".join(pieces)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect, but not from https to something anybody on the way can change."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise NotFetched(address=req.full_url, problem=_("it sends us to an unsafe address"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)
