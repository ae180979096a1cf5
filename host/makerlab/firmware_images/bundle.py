"""One ZIP with all that a school without internet needs, and taking one in.

    bundle.json          what is in it: format, version of makerlab, and each image's facts
    images/NAME          firmware images
    lessons/SLUG/...     lesson folders
    lessons/NAME.mkl     lesson packs that were installed
    wheels/*.whl         makerlab and the packages it needs, for pip
    README.txt           what to do with it, in both languages

Somebody else's ZIP is hostile until shown otherwise: no name in it is ever used as a path unless it is one of
those above, sizes are counted while unpacking (what a ZIP says of itself may be a lie), and nothing is taken
in unless everything fits.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from makerlab import __version__
from makerlab.errors import FileProblem, system_reason
from makerlab.firmware_images import kind
from makerlab.firmware_images.problems import BadBundle
from makerlab.firmware_images.store import ImageStore, Record
from makerlab.i18n import N_, _
from makerlab.lessons import disk
from makerlab.lessons.library import place_of, read_pack
from makerlab.lessons.model import SUFFIX
from makerlab.lessons.packs import signature
from makerlab.lessons.packs.pack import BadPack, Pack
from makerlab.lessons.versions import order

FORMAT = 1
LIST, README = "bundle.json", "README.txt"
IMAGES, LESSONS, WHEELS = "images", "lessons", "wheels"

MAX_MEMBERS = 5000
"""Seven images, fifty wheels, and lessons of some ten files each."""
MAX_BYTES = 512 << 20
"""Unpacked, all of it. Ours has 60 MB, most of it wheels."""
MAX_LIST_BYTES = 1 << 20
MAX_FACT_CHARS = 400
MAX_LESSON_FILE_BYTES = 32 << 20
_PARTS = {IMAGES: 2, WHEELS: 2, LESSONS: 12}
"""Most parts a name in each folder may have; a lesson has folders of its own."""
_NAME = re.compile(r"[^<>:\"/\\|?*\x00-\x1f]{1,100}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$|.*[. ]$")
"""Names that Windows takes for something else or silently changes."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)
"""What zipfile raises for a damaged file, depending on the byte (ValueError: names that are no UTF-8)."""

HOW_TO = N_(
    "This is makerlab {version} for computers without internet.\n"
    "\n"
    "1. Install Python 3.10 or newer (python.org).\n"
    "2. Unpack this ZIP into a folder, open a terminal there and type:\n"
    "       python -m pip install --no-index --find-links wheels makerlab\n"
    "   (The packages in wheels/ fit the kind of computer and Python the bundle was made with: {platform}.)\n"
    "3. Take the firmware images and lessons in (the ZIP itself, as you got it):\n"
    "       maker firmware add THIS.zip\n"
)


@dataclass(frozen=True)
class Contents:
    """What came with a bundle: images by name, slugs of lessons, number of wheels."""

    images: Mapping[str, Record]
    lessons: tuple[str, ...]
    wheels: int


# -- making one --------------------------------------------------------------------------------------------


def make(
    out: Path,
    store: ImageStore,
    lessons: Path,
    wheels: Iterable[Path],
    platform: str,
    how_to: Iterable[str],
    packs: Sequence[Path] = (),
) -> Contents:
    """Write a bundle with every good image of `store`, the lesson folders in `lessons`, `packs` and `wheels`.

    `how_to` are the texts of README.txt. Raises FileProblem; `out` is whole or not there.
    """
    images = {name: one for name, one in store.records().items() if store.state(name) == "good"}
    slugs = tuple(sorted(one.name for one in lessons.iterdir() if one.is_dir())) if lessons.is_dir() else ()
    wheels = list(wheels)
    listing = {
        "format": FORMAT,
        "makerlab": __version__,
        "platform": platform,
        "images": {name: asdict(record) for name, record in images.items()},
    }
    partial = out.with_name(out.name + ".new")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(LIST, json.dumps(listing, indent=1))
            file.writestr(README, "\n".join(how_to).replace("\n", "\r\n").encode("utf-8-sig"))
            for name in images:
                file.write(store.path(name), f"{IMAGES}/{name}")
            for slug in slugs:
                for path in sorted((lessons / slug).rglob("*")):
                    if path.is_file() and "__pycache__" not in path.parts:
                        file.write(path, f"{LESSONS}/{path.relative_to(lessons).as_posix()}")
            for pack in packs:
                file.write(pack, f"{LESSONS}/{pack.name}", zipfile.ZIP_STORED)
            for wheel in wheels:
                file.write(wheel, f"{WHEELS}/{wheel.name}", zipfile.ZIP_STORED)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileProblem(path=out, detail=system_reason(error)) from error
    return Contents(images, (*slugs, *(pack.stem for pack in packs)), len(wheels))


# -- taking one in -----------------------------------------------------------------------------------------


def is_zip(path: Path) -> bool:
    """Whether a file begins as a ZIP does."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


def take_in(path: Path, store: ImageStore, lessons: Path) -> Contents:
    """Take the images of a bundle into `store` and its lessons into the folder `lessons`.

    Raises BadBundle, ImageChanged, BadImage, FileProblem. All of it is unpacked beside its place and looked
    at before the first image or lesson is taken in.
    """
    try:
        with zipfile.ZipFile(path) as file, tempfile.TemporaryDirectory() as folder:
            members = checked_names(file.infolist(), path)
            records = _listed(file, path)
            budget = _Budget(path)
            for image in records:
                if f"{IMAGES}/{image}" not in members:
                    raise BadBundle(path=path, problem=_("{name} is missing in it").format(name=image))
                _unpack_image(file, image, records[image], Path(folder), budget)
            for name, info in members.items():
                if name.startswith(LESSONS + "/"):
                    _unpack(file, info, Path(folder) / name, MAX_LESSON_FILE_BYTES, budget)
            packs = _packs(Path(folder) / LESSONS, path)
            for image, record in records.items():
                store.keep(Path(folder) / image, image, record.board, record.version, record.origin)
            slugs = _install_lessons(Path(folder) / LESSONS, lessons) + _install_packs(packs, lessons)
            wheels = sum(name.startswith(WHEELS + "/") for name in members)
            return Contents(records, slugs, wheels)
    except _DAMAGE as error:
        raise BadBundle(path=path, problem=_("the ZIP is damaged")) from error
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


def checked_names(infos: list[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """The files of a bundle by name. Pure. Raises BadBundle for any that has no business in one."""

    def refuse(problem: str) -> BadBundle:
        return BadBundle(path=path, problem=problem)

    if len(infos) > MAX_MEMBERS:
        raise refuse(_("there are too many files in it"))
    if sum(info.file_size for info in infos) > MAX_BYTES:
        raise refuse(_("it would be too big when unpacked"))
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        name = info.filename
        if name.endswith("/"):
            continue  # a folder by itself
        parts = name.split("/")
        safe = (
            all(_NAME.fullmatch(part) and not _RESERVED.match(part) for part in parts) and ".." not in parts
        )
        known = name in (LIST, README) or 2 <= len(parts) <= _PARTS.get(parts[0], 0)
        if not safe or not known:
            raise refuse(_("there is a file in it that does not belong there: {name}").format(name=name[:80]))
        if name.casefold() in folded:
            raise refuse(_("there is one name in it twice: {name}").format(name=name[:80]))
        if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise refuse(_("there is something in it that is no file: {name}").format(name=name[:80]))
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refuse(_("it is compressed in an unusual way"))
        if info.flag_bits & 0x1:
            raise refuse(_("it has a password"))
        folded.add(name.casefold())
        found[name] = info
    if LIST not in found:
        raise refuse(_("{name} is missing in it").format(name=LIST))
    return found


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = MAX_BYTES

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise BadBundle(path=self.path, problem=_("it would be too big when unpacked"))


def _listed(file: zipfile.ZipFile, path: Path) -> dict[str, Record]:
    """The images that bundle.json names, with their facts."""
    with file.open(LIST) as member:
        text = member.read(MAX_LIST_BYTES + 1)
    try:
        if len(text) > MAX_LIST_BYTES:
            raise ValueError
        listing: dict[str, Any] = json.loads(text)
        if listing["format"] != FORMAT:
            raise BadBundle(
                path=path, problem=_("it was made by another version of makerlab ({version})").format(
                    version=str(listing.get("makerlab"))[:20]
                ),
            )  # fmt: skip
        records = {str(name): Record(**facts) for name, facts in listing["images"].items()}
        for record in records.values():
            for fact in (record.board, record.version, record.sha256, record.origin):
                if not isinstance(fact, str) or len(fact) > MAX_FACT_CHARS:
                    raise ValueError
        return records
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadBundle(path=path, problem=_("its list {name} cannot be read").format(name=LIST)) from None


def _unpack_image(file: zipfile.ZipFile, image: str, record: Record, folder: Path, budget: _Budget) -> None:
    target = folder / PurePosixPath(image).name
    _unpack(file, file.getinfo(f"{IMAGES}/{image}"), target, kind.MAX_BYTES, budget)
    if hashlib.sha256(target.read_bytes()).hexdigest() != record.sha256:
        problem = _("{name} is not what its list says; it was changed or damaged on the way")
        raise BadBundle(path=budget.path, problem=problem.format(name=image))


def _unpack(file: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limit: int, budget: _Budget) -> None:
    """Write one member to `target`; never more than `limit` bytes, whatever the ZIP says."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    source: IO[bytes]
    with file.open(info) as source, target.open("wb") as out:
        while piece := source.read(1 << 16):
            written += len(piece)
            budget.spend(len(piece))
            if written > limit:
                raise BadBundle(
                    path=budget.path, problem=_("{name} is too big").format(name=info.filename[:80])
                )
            out.write(piece)


def _install_lessons(source: Path, target: Path) -> tuple[str, ...]:
    """Put the unpacked lessons in place, each whole; one that is there already is replaced."""
    slugs = sorted(one.name for one in source.iterdir() if one.is_dir()) if source.is_dir() else []
    for slug in slugs:
        for path in sorted((source / slug).rglob("*")):
            if path.is_file():
                place = target / path.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(path.read_bytes())
    return tuple(slugs)


def _packs(source: Path, bundle: Path) -> list[Pack]:
    """The lesson packs that were unpacked, each read as strictly as one from anywhere. Raises BadBundle."""
    found = []
    for path in sorted(source.glob(f"*{SUFFIX}")):
        try:
            pack = read_pack(path)
        except BadPack as error:
            raise BadBundle(path=bundle, problem=str(error).rstrip(".")) from error
        if signature.state(pack, {}) == "damaged":
            problem = _("a signature of {name} is not right").format(name=path.name)
            raise BadBundle(path=bundle, problem=problem)
        found.append(pack)
    return found


def _install_packs(packs: list[Pack], target: Path) -> tuple[str, ...]:
    """Put packs in place. A newer version that is there already stays."""
    for pack in packs:
        place = target / place_of(pack.id).name
        try:
            newer = place.exists() and order(read_pack(place).version) > order(pack.version)
        except BadPack:
            newer = False
        if not newer:
            disk.write(place, pack.data())
    return tuple(pack.slug for pack in packs)
