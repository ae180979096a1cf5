"""The lessons on this computer, found by name.

resources.lessons_dir()/SLUG/               those that came with makerlab
data_dir()/lessons/SLUG--OWNER.mkl          packs that were installed
data_dir()/lessons/SLUG/                    folders out of a school's bundle (maker firmware add)

Of a lesson that is there more than once, the newest version counts; of the same version, the pack. A path to
a folder or a pack is a name as well, so that a lesson can be used while it is written.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from makerlab.errors import BadFile, FileProblem, MakerError, system_reason
from makerlab.i18n import N_, _
from makerlab.lessons import disk, versions
from makerlab.lessons.description import lesson_of
from makerlab.lessons.folder import read_folder
from makerlab.lessons.model import LESSON_FILE, SUFFIX, Lesson
from makerlab.lessons.packs import pack as packs
from makerlab.lessons.packs.pack import MAX_PACK_BYTES, NotPackable, Pack
from makerlab.paths import data_dir
from makerlab.resources import lessons_dir

Origin = Literal["pack", "folder", "shipped"]
"""In the order that counts among the same version."""


class NoSuchLesson(MakerError):
    what = N_("There is no lesson {name} on this computer.")
    todo = N_("{advice}")


class SeveralLessons(MakerError):
    what = N_("Several lessons are called {name}.")
    todo = N_("Say which one: {ids}")


class NotPacked(FileProblem):
    what = N_("{path} is a folder, not a pack.")
    todo = N_("Make a pack of it first: maker lesson build {path}")


@dataclass(frozen=True)
class Found:
    """A lesson on the disk. `path` is its folder or pack, `pack` None for a folder; `files` as in the
    folder, by their names with `/`."""

    path: Path
    origin: Origin
    files: Mapping[str, bytes] = field(repr=False)
    lesson: Lesson = field(repr=False)
    pack: Pack | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.lesson.id

    @property
    def slug(self) -> str:
        return packs.slug_of(self.lesson.id)

    @cached_property
    def digest(self) -> str:
        """The pack's identity, also before it is packed; "" for a folder that cannot be packed as it is."""
        try:
            return (self.pack or packs.build(self.files)).digest
        except (NotPackable, BadFile):
            return ""


@dataclass(frozen=True)
class Broken:
    """Something among the lessons that cannot be used, and why."""

    path: Path
    origin: Origin
    error: MakerError


def installed_dir() -> Path:
    return data_dir() / "lessons"


def find(name: str) -> Found:
    """The lesson that is meant by `name`: a folder with a lesson.yaml, a pack (.mkl), an id
    ("cn.makerlab/lamp-distance"), its last part, or a title in either language.

    Raises NoSuchLesson, SeveralLessons; and BadPack, BadFile, FileProblem when it is there but not usable.
    """
    path = _as_path(name)
    return find_kept(name) if path is None else open_path(path)


def find_kept(name: str) -> Found:
    """As `find`, but only among the lessons that are kept: no path is a name."""
    # First what is called so on the disk: it is opened, or there is an error that says why not.
    kept = [open_path(place.path, place.origin) for place in _places() if _is_called(place.path, name)]
    if not kept:
        kept = [one for one in _opened() if isinstance(one, Found)]
    best = _newest([one for one in kept if _folded(name) in _names(one)])
    if not best:
        raise _not_there(name, kept)
    if len(best) > 1:
        raise SeveralLessons(name=name, ids=_(", ").join(best))
    return next(iter(best.values()))


def shelf() -> tuple[list[Found], list[Broken]]:
    """Every lesson, once each, by id; and what cannot be used."""
    opened = list(_opened())
    found = [one for one in opened if isinstance(one, Found)]
    broken = [one for one in opened if isinstance(one, Broken)]
    return [one for _id, one in sorted(_newest(found).items())], broken


def open_path(path: Path, origin: Origin | None = None) -> Found:
    """The lesson in a folder or a pack. Raises BadPack, BadFile, NoLesson, FileProblem."""
    if path.is_dir():
        files = read_folder(path)
        return Found(path, origin or "folder", files, lesson_of(files, str(path / LESSON_FILE)))
    pack = read_pack(path)
    return Found(
        path, origin or "pack", pack.files, lesson_of(pack.files, f"{path.name}/{LESSON_FILE}"), pack
    )


def read_pack(path: Path) -> Pack:
    """Raises BadPack, NotPacked, FileProblem."""
    if path.is_dir():
        raise NotPacked(path=path)
    return packs.read(disk.read(path, MAX_PACK_BYTES), path.name)


def place_of(pack_id: str) -> Path:
    """Where an installed pack lies. The short name comes first: Windows takes `con.x` for a device."""
    owner, _slash, slug = pack_id.rpartition("/")
    return installed_dir() / f"{slug}--{owner}{SUFFIX}"


def installed(pack_id: str) -> Pack | None:
    """The installed pack with this id. Raises BadPack, FileProblem."""
    path = place_of(pack_id)
    return read_pack(path) if path.exists() else None


def is_shipped(lesson_id: str) -> bool:
    """Whether a lesson with this id came with makerlab."""
    return (lessons_dir() / packs.slug_of(lesson_id) / LESSON_FILE).is_file() and any(
        isinstance(one, Found) and one.origin == "shipped" and one.id == lesson_id for one in _opened()
    )


def install(pack: Pack) -> Path:
    """Put a pack among the lessons, in place of the one with the same id; where it lies. Raises BadFile for
    a lesson that this program cannot read, FileProblem."""
    lesson_of(pack.files, LESSON_FILE)
    path = place_of(pack.id)
    disk.write(path, pack.data())
    return path


def remove(pack_id: str) -> None:
    """Remove the installed pack with this id. Raises FileProblem."""
    path = place_of(pack_id)
    try:
        path.unlink()
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


# -- looking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    path: Path
    origin: Origin


def _as_path(name: str) -> Path | None:
    """The path that `name` is, None if it is no path. A path that leads nowhere is one if it looks so."""
    path = Path(name)
    try:
        if (path / LESSON_FILE).is_file() or (path.suffix == SUFFIX and path.is_file()):
            return path
    except (OSError, ValueError):  # a name too long, or a NUL in it
        return None
    looks_so = name.endswith(SUFFIX) or "\\" in name or name.startswith(("/", ".", "~")) or path.is_absolute()
    return path if looks_so else None


def _places() -> Iterator[_Place]:
    """Whatever may be a lesson, unread."""
    for path in _listed(installed_dir()):
        if path.suffix == SUFFIX:
            yield _Place(path, "pack")
        elif (path / LESSON_FILE).is_file():
            yield _Place(path, "folder")
    for path in _listed(lessons_dir()):
        if (path / LESSON_FILE).is_file():
            yield _Place(path, "shipped")


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileProblem(path=folder, detail=system_reason(error)) from error


def _is_called(path: Path, name: str) -> bool:
    owner, _slash, slug = name.casefold().rpartition("/")
    if path.suffix == SUFFIX:
        return path.stem == f"{slug}--{owner}" if owner else path.stem.startswith(f"{slug}--")
    return path.name == slug


def _opened() -> Iterator[Found | Broken]:
    for place in _places():
        try:
            yield open_path(place.path, place.origin)
        except MakerError as error:
            yield Broken(place.path, place.origin, error)


def _names(found: Found) -> set[str]:
    return {_folded(name) for name in (found.id, found.slug, found.path.name, *found.lesson.title.values())}


def _folded(name: str) -> str:
    """As people type it: without case, spaces and the question mark at the end of most titles."""
    return "".join(name.casefold().split()).rstrip("?？!！")


def _newest(found: list[Found]) -> dict[str, Found]:
    """One of each id."""
    order: tuple[Origin, ...] = ("shipped", "folder", "pack")
    best: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: (versions.order(one.lesson.version), order.index(one.origin))):
        best[one.id] = one
    return best


def _not_there(name: str, kept: list[Found]) -> NoSuchLesson:
    known = {word: one.slug for one in kept for word in _names(one)}
    near = difflib.get_close_matches(_folded(name), known, 1)
    advice = (
        _("Did you mean “{word}”?").format(word=known[near[0]])
        if near
        else _("See which there are: maker lesson list. Look for others: maker lesson search")
    )
    return NoSuchLesson(name=name, advice=advice)
