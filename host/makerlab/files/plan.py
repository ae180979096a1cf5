"""What has to happen so that a board has the files it should have. Pure: values in, a `Plan` out.

One plan for every file system: folders or not, how long a name may be and what a file takes are numbers and
words of boards.yaml (`boards.Limits`), never a branch on the kind of board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from makerlab.boards import Limits
from makerlab.errors import BoardFileError, BoardFull, FileTooBig, InTheWay, NameRefused
from makerlab.files.model import Entry, Listing, fingerprint, parents, sha256
from makerlab.i18n import _

STAGE = "maker.tmp"
"""Under this name a file is written until it is whole. What a broken transfer left under it is in nobody's
listing, and the next one writes over it."""

CHUNK_BYTES, CHUNK_DATA_BYTES = 128, 126
"""A micro:bit's file system is made of chunks (microbitfs.c: CHUNK_SIZE, DATA_PER_CHUNK)."""
HEADER_BYTES = 2
"""Of a file there, before its name."""
BLOCK_BYTES = 4096
"""What any file or folder takes at least on a file system with folders (littlefs on an ESP32)."""
RESERVE_BLOCKS = 2
"""littlefs needs them to change anything at all."""


@dataclass(frozen=True)
class Plan:
    """What to do, in this order: remove, make folders, write.

    removes         files that the board has and should not
    remove_folders  folders as well, from the innermost outwards
    folders         folders to make, outermost first
    puts            files to write, in this order: name -> content
    in_place        those of them that do not fit beside what they replace: the old content has to go first
    unchanged       names that need nothing
    problems        what stands in the way; a plan with problems must not be carried out
    """

    removes: tuple[str, ...] = ()
    remove_folders: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    puts: Mapping[str, bytes] = field(default_factory=dict)
    in_place: frozenset[str] = frozenset()
    unchanged: tuple[str, ...] = ()
    problems: tuple[BoardFileError, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the board is as it should be already."""
        return not (self.puts or self.folders or self.removes or self.problems)


def plan(
    wanted: Mapping[str, bytes],
    listing: Listing,
    limits: Limits,
    *,
    delete: bool = False,
    under: str = "",
) -> Plan:
    """What to do so that a board with `listing` has the files `wanted` (name -> content).

    A file counts as unchanged when the listing gives its digest and it is that of the wanted content. With
    `delete`, everything below the folder `under` ("" for all) that is not wanted is removed.
    """
    problems = [problem for name, data in wanted.items() if (problem := check(name, limits, len(data)))]
    there = {entry.name: entry for entry in listing.entries}
    unchanged = tuple(name for name, data in wanted.items() if name in there and is_same(there[name], data))
    puts = {name: data for name, data in wanted.items() if name not in unchanged}
    needed = {folder for name in wanted for folder in parents(name)}
    removes, remove_folders = _extra(there, wanted, needed, under) if delete else ((), ())
    left = {n: entry for n, entry in there.items() if n not in removes and n not in remove_folders}
    for name in wanted:
        if name in needed or (name in left and left[name].is_folder):
            problems.append(InTheWay(name=name, what=_("a folder"), command=f"maker rm -r {name}"))
    for folder in sorted(needed - wanted.keys()):
        if folder in left and not left[folder].is_folder:
            problems.append(InTheWay(name=folder, what=_("a file"), command=f"maker rm {folder}"))
    folders = tuple(sorted(needed - left.keys(), key=lambda name: (name.count("/"), name)))
    if problems:
        return Plan(problems=tuple(problems), unchanged=unchanged)
    free = listing.free_bytes - len(folders) * BLOCK_BYTES
    free += sum(cost(name, there[name].size, limits) for name in removes)
    order, in_place, problem = _fit(puts, left, free, limits)
    puts = {name: puts[name] for name in order}
    return Plan(removes, remove_folders, folders, puts, in_place, unchanged, (problem,) if problem else ())


def check(name: str, limits: Limits, size: int = 0) -> BoardFileError | None:
    """Why a board cannot have a file of this `name` and `size` (bytes); None if it can."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts):
        return NameRefused(name=name, reason=_("that is not a file name"))
    if any(ord(char) < 32 or ord(char) == 127 or char == "\\" for char in name):
        return NameRefused(name=name, reason=_("it has a character in it that the board cannot store"))
    if any(0xD800 <= ord(char) < 0xE000 for char in name):
        return NameRefused(name=name, reason=_("it has a character in it that the board cannot store"))
    if len(parts) > 1 and limits.files == "flat":
        return NameRefused(name=name, reason=_("this board has no folders"))
    longest = max(len(part.encode("utf-8")) for part in parts)
    if longest > limits.name_bytes:
        reason = _("it is {bytes} bytes long, and this board stores {limit} (a Chinese character takes 3)")
        return NameRefused(name=name, reason=reason.format(bytes=longest, limit=limits.name_bytes))
    if STAGE in parts:
        return NameRefused(name=name, reason=_("maker needs that name itself"))
    if size > limits.max_file_bytes:
        return FileTooBig(name=name, size=size, limit=limits.max_file_bytes)
    return None


def is_same(entry: Entry, data: bytes) -> bool:
    """Whether a file on a board is known to have the content `data`."""
    if entry.is_folder or entry.size != len(data) or not entry.digest:
        return False
    return entry.digest in (sha256(data), fingerprint(data))


def cost(name: str, size: int, limits: Limits) -> int:
    """Bytes that a file takes of a board's room."""
    if limits.files == "flat":
        held = HEADER_BYTES + len(name.encode("utf-8")) + size
        # The chunk after the last byte is taken too when that byte fills its chunk (microbitfs.c, advance).
        return (held // CHUNK_DATA_BYTES + 1) * CHUNK_DATA_BYTES
    return max(1, -(-size // BLOCK_BYTES)) * BLOCK_BYTES


def flat_room(limits: Limits) -> int:
    """Bytes of room, as `cost` counts them, of a flat file system: enough for the biggest main.py."""
    return cost("main.py", limits.max_file_bytes, limits)


def stage_of(name: str) -> str:
    """Where a file is written first: in its own folder, because a board cannot rename across file systems."""
    return name[: name.rfind("/") + 1] + STAGE


def is_stage(name: str) -> bool:
    """Whether a name on a board is one under which files are written first."""
    return name.rpartition("/")[2] == STAGE


def _extra(
    there: Mapping[str, Entry], wanted: Mapping[str, bytes], needed: set[str], under: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Files and folders below `under` that nobody wants."""
    inside = [e for e in there.values() if not under or e.name.startswith(under + "/")]
    files = sorted(e.name for e in inside if not e.is_folder and e.name not in wanted)
    folders = [e.name for e in inside if e.is_folder and e.name not in needed and e.name not in wanted]
    return tuple(files), tuple(sorted(folders, key=lambda name: (-name.count("/"), name)))


def _fit(
    puts: Mapping[str, bytes], left: Mapping[str, Entry], free: int, limits: Limits
) -> tuple[list[str], frozenset[str], BoardFull | None]:
    """In which order to write `puts`, with `free` bytes of room at first, and which of them in place."""
    names = list(puts)
    if not names:
        return names, frozenset(), None
    room = free - (RESERVE_BLOCKS * BLOCK_BYTES if limits.files == "folders" else 0)
    old = {name: cost(name, left[name].size, limits) if name in left else 0 for name in names}
    new = {name: cost(name, len(data), limits) for name, data in puts.items()}
    needed, available = sum(new.values()), max(0, room + sum(old.values()))
    if needed > available:
        return [], frozenset(), BoardFull(needed=needed, free=available)
    in_place = _in_place(names, old, new, room, limits)
    if in_place:  # it is tight: those that shrink make room for those that grow
        names.sort(key=lambda name: new[name] - old[name])
        in_place = _in_place(names, old, new, room, limits)
    return names, in_place, None


def _in_place(
    names: list[str], old: Mapping[str, int], new: Mapping[str, int], room: int, limits: Limits
) -> frozenset[str]:
    """Which files must be written in place if they are written in the order of `names`."""
    found = set()
    for name in names:
        # A flat board copies, so for a moment the new content is there twice (and the old one gone).
        copies = new[name] if limits.files == "flat" else 0
        if new[name] > room or new[name] + copies > room + old[name]:
            found.add(name)
        room += old[name] - new[name]
    return frozenset(found)
