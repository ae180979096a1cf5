"""The images kept on this computer, and what is known of every image ever seen.

data_dir()/firmware/NAME.bin        an image
data_dir()/firmware/hashes.json     its SHA-256, recorded when it was first seen and enforced ever after: also
                                    when the file was removed and is fetched again
data_dir()/firmware/NAME.bin.part   one that is being fetched (download.py)
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from makerlab.boards import Board, Image
from makerlab.errors import BadFile, FileProblem, system_reason
from makerlab.firmware_images import kind
from makerlab.firmware_images.choice import choose
from makerlab.firmware_images.problems import ImageChanged, ImageMissing
from makerlab.flash.esptool_adaptation import chips
from makerlab.i18n import _
from makerlab.paths import data_dir

LEDGER = "hashes.json"
MAX_LEDGER_BYTES = 1 << 20
_NAME = re.compile(r"[^<>:\"/\\|?*\x00-\x1f]{1,100}\.(bin|hex)", re.IGNORECASE)
"""What an image may be called: no name leads elsewhere, and none is the ledger's."""
State = Literal["good", "changed", "missing", "included"]


@dataclass(frozen=True)
class Record:
    """An image that was seen: the board it is for, its runtime's version ("" if unknown), its digest and
    size, and where it came from (an address, or the name of a file)."""

    board: str
    version: str
    sha256: str
    size: int
    origin: str


class ImageStore:
    """The folder with the images. Every method raises FileProblem when the disk does not let it work."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_dir() / "firmware"

    def path(self, file: str) -> Path:
        return self.folder / file

    def records(self) -> dict[str, Record]:
        """Every image ever seen, by file name. Raises BadFile when the ledger was damaged: it is the only
        thing that tells a changed image, so it is not begun anew behind the user's back."""
        path = self.folder / LEDGER
        try:
            if path.stat().st_size > MAX_LEDGER_BYTES:
                raise ValueError("too big")
            found = json.loads(path.read_text(encoding="utf-8"))
            return {file: Record(**facts) for file, facts in found.items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise FileProblem(path=path, detail=system_reason(error)) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise BadFile(
                path=path,
                line=getattr(error, "lineno", 1),
                problem=_("This record of the images was damaged."),
                advice=_("Delete that file and fetch the images again: maker firmware fetch --all"),
            ) from None

    def state(self, file: str) -> State:
        """Whether a kept image is still what it was: reads all of it."""
        record = self.records().get(file)
        path = self.path(file)
        if not path.is_file() or record is None:
            return "missing"
        return "good" if _digest(path) == record.sha256 else "changed"

    def keep(
        self, source: Path, file: str, board: str, version: str, origin: str, move: bool = False
    ) -> Record:
        """Take the file `source` in as the image `file`; `move` it or copy it.

        Raises ImageChanged when an image of this name was seen before with other bytes, BadImage when it is
        none for `board` (a boards.yaml key) or has a name that an image cannot have.
        """
        if not _NAME.fullmatch(file):
            raise kind.bad(file, _("its name must end in .bin or .hex, without special characters"))
        data = _content(source)
        found = kind.recognised(data, file, chips())
        if found.board != board:
            raise kind.bad(
                file, _("it is for {found}, not for {board}").format(found=found.board, board=board)
            )
        record = Record(board, version, hashlib.sha256(data).hexdigest(), len(data), origin)
        known = self.records()
        if file in known and known[file].sha256 != record.sha256:
            raise ImageChanged(file=file)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if move:
                Path(source).replace(self.path(file))
            else:
                _write(self.path(file), data)
            known.setdefault(file, record)
            ledger = {name: asdict(one) for name, one in sorted(known.items())}
            _write(self.folder / LEDGER, json.dumps(ledger, indent=1).encode())
        except OSError as error:
            raise FileProblem(path=self.folder, detail=system_reason(error)) from error
        return known[file]

    def add(self, source: Path) -> tuple[str, Record]:
        """Take in an image file that somebody brought; its board is told by what is in it."""
        found = kind.recognised(_content(source), source.name, chips())
        return source.name, self.keep(source, source.name, found.board, found.version, source.name)

    def read(self, board: Board, version: str = "") -> tuple[Image, bytes]:
        """The image to flash on `board`, its bytes compared with their digest.

        Raises NoSuchImage, ImageMissing, ImageChanged.
        """
        image = choose(board, version)
        if image.bundled:
            return image, bundled_hex(image)
        record = self.records().get(image.file)
        try:
            data = self.path(image.file).read_bytes()
        except FileNotFoundError:
            record = None
        except OSError as error:
            raise FileProblem(path=self.path(image.file), detail=system_reason(error)) from error
        if record is None:
            raise ImageMissing(file=image.file, board=board.key)
        if hashlib.sha256(data).hexdigest() != record.sha256:
            raise ImageChanged(file=image.file)
        return image, data

    def remove(self, file: str) -> None:
        """Delete a kept image; its digest stays known."""
        try:
            self.path(file).unlink(missing_ok=True)
        except OSError as error:
            raise FileProblem(path=self.path(file), detail=system_reason(error)) from error


def bundled_hex(image: Image) -> bytes:
    """The image that comes with micropython-microbit-fs; `image.bundled` says for which micro:bit."""
    import micropython_microbit_fs as microbit_fs

    return microbit_fs.get_bundled_hex(image.bundled, image.version).content.encode("ascii")


def _content(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            return file.read(kind.MAX_BYTES + 1)
    except OSError as error:
        raise FileProblem(path=source, detail=system_reason(error)) from error


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    return digest.hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none: a power cut leaves what was there before."""
    partial = path.with_name(path.name + ".new")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(partial).replace(path)
