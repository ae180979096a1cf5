"""The file system of a virtual board: a tree in memory, counted in blocks as on a flash chip.

Nothing in here touches a file of this computer, so no name a guest can think of leads out of it. What should
outlive the board is handed to a `Store` (storage.py) whenever the guest closes or renames something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

EPERM, ENOENT, EIO, EEXIST, ENOTDIR, EISDIR, EINVAL, EMFILE, EFBIG, ENOSPC, EROFS, ENAMETOOLONG, ENOTEMPTY = (
    1, 2, 5, 17, 20, 21, 22, 24, 27, 28, 30, 91, 90,
)  # fmt: skip
"""newlib, sys/errno.h. EINVAL and below are the same everywhere."""


class Layout(NamedTuple):
    """How files lie in the blocks of a flash."""

    block: int
    """Bytes; what the size of the whole is counted in."""
    payload: int
    """Bytes of a block that a file's content can have."""
    name_bytes: int
    """Longest name."""
    flat: bool = False
    """No folders: a file's name stands in its first block, before the content."""

    def blocks(self, name: str, size: int) -> int:
        """Blocks that a file of `size` bytes takes."""
        if not self.flat:
            return max(1, -(-size // self.payload))
        # A block that is just full has its successor taken already (microbitfs.c, advance).
        return (FLAT_HEADER_BYTES + len(_bytes(name)) + size) // self.payload + 1

    def room(self, name: str, size: int) -> int:
        """Bytes the file can grow to without another block."""
        blocks = self.blocks(name, size)
        if not self.flat:
            return blocks * self.payload
        return blocks * self.payload - FLAT_HEADER_BYTES - len(_bytes(name)) - 1


FOLDERS = Layout(block=4096, payload=4096, name_bytes=255)
"""An ESP32's: littlefs or FAT."""
FLAT = Layout(block=128, payload=126, name_bytes=120, flat=True)
"""A micro:bit's (ports/nrf/modules/os/microbitfs.c)."""
FLAT_HEADER_BYTES = 2
"""Where the content ends, and how long the name is."""


class FlashError(Exception):
    """What the guest sees as OSError(errno)."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


@dataclass(eq=False)
class File:
    name: str
    data: bytearray = field(default_factory=bytearray)
    changed_s: float = 0.0
    dirty: bool = False
    gone: bool = False
    """Removed while it was open: it can be read on, and takes nothing more."""


@dataclass(eq=False)
class Folder:
    entries: dict[str, File | Folder] = field(default_factory=dict)
    changed_s: float = 0.0


Path = tuple[str, ...]
"""Names from the root down; () is the root itself."""


class Store(Protocol):
    """Where a flash outlives its board. Every method may raise OSError."""

    def load(self) -> dict[Path, bytes | None]:
        """All that is stored; None stands for a folder."""

    def put(self, path: Path, data: bytes | None) -> None: ...

    def remove(self, path: Path) -> None: ...

    def rename(self, old: Path, new: Path) -> None:
        """`old` with all that is in it, over whatever `new` was."""


class Flash:
    """A tree of files of at most `size` bytes. Not for several threads."""

    def __init__(self, size: int, layout: Layout, store: Store | None = None) -> None:
        self.layout = layout
        self.blocks = size // layout.block
        self.root = Folder()
        self.used = 0
        """Blocks taken: one for each begun block of a file, one for each folder and empty file."""
        self._store = store
        for path, data in sorted((store.load() if store else {}).items()):
            parent, name = self._parent(path)
            parent.entries[name] = Folder() if data is None else File(name, bytearray(data))
            self.used += 1 if data is None else layout.blocks(name, len(data))

    @property
    def free(self) -> int:
        """Free blocks."""
        return max(0, self.blocks - self.used)

    # -- looking ----------------------------------------------------------------------------------------

    def find(self, path: Path) -> File | Folder:
        """What is at `path`. Raises FlashError ENOENT or ENOTDIR."""
        node: File | Folder = self.root
        for name in path:
            if not isinstance(node, Folder):
                raise FlashError(ENOTDIR)
            if name not in node.entries:
                raise FlashError(ENOENT)
            node = node.entries[name]
        return node

    def file_at(self, path: Path) -> File | None:
        """The file at `path`, None if there is none."""
        try:
            node = self.find(path)
        except FlashError:
            return None
        return node if isinstance(node, File) else None

    # -- changing ---------------------------------------------------------------------------------------

    def create(self, path: Path, now_s: float) -> File:
        """A new empty file at `path`, where nothing is."""
        parent, name = self._place_for(path)
        file = parent.entries[name] = File(name, changed_s=now_s, dirty=True)
        self.used += self.layout.blocks(name, 0)
        return file

    def resize(self, file: File, size: int) -> None:
        """Cut `file`, or lengthen it with zeros. Raises FlashError ENOSPC."""
        if file.gone:
            raise FlashError(ENOENT)
        grown = self._size(file, size) - self._size(file, len(file.data))
        if grown > self.free:
            raise FlashError(ENOSPC)
        self.used += grown
        if size < len(file.data):
            del file.data[size:]
        else:
            file.data.extend(bytes(size - len(file.data)))
        file.dirty = True

    def write(self, file: File, at: int, data: bytes, now_s: float) -> int:
        """Write as much of `data` as there is room for; how many bytes. Raises FlashError ENOSPC for none."""
        if file.gone:
            raise FlashError(ENOENT)
        room = self.layout.room(file.name, len(file.data)) + self.free * self.layout.payload - at
        data = data[: max(0, room)]
        if not data:
            raise FlashError(ENOSPC)
        if at + len(data) > len(file.data):
            self.resize(file, at + len(data))
        file.data[at : at + len(data)] = data
        file.changed_s, file.dirty = now_s, True
        return len(data)

    def mkdir(self, path: Path, now_s: float) -> None:
        if self.layout.flat:
            raise FlashError(EPERM)
        parent, name = self._place_for(path)
        parent.entries[name] = Folder(changed_s=now_s)
        self.used += 1
        self._keep(lambda store: store.put(path, None))

    def remove(self, path: Path, folder: bool) -> None:
        """Remove the file, or the empty folder, at `path`."""
        node = self.find(path)
        if not path or isinstance(node, Folder) != folder:
            raise FlashError(EINVAL if not path else ENOTDIR if folder else EISDIR)
        if isinstance(node, Folder) and node.entries:
            raise FlashError(ENOTEMPTY)
        parent, name = self._parent(path)
        del parent.entries[name]
        if isinstance(node, Folder):
            self.used -= 1
        else:
            self.used -= self._size(node, len(node.data))
            node.gone = True
        self._keep(lambda store: store.remove(path))

    def rename(self, old: Path, new: Path) -> None:
        """Move `old` to `new`; a file there is replaced, as on littlefs."""
        node = self.find(old)
        if not old or not new or new[: len(old)] == old:
            if old == new and old:
                return
            raise FlashError(EINVAL)
        parent, name = self._parent(new)
        self._check_name(name)
        there = parent.entries.get(name)
        if there is not None:
            if isinstance(there, Folder) != isinstance(node, Folder):
                raise FlashError(EISDIR if isinstance(there, Folder) else ENOTDIR)
            self.remove(new, isinstance(there, Folder))
        old_parent, old_name = self._parent(old)
        del old_parent.entries[old_name]
        parent.entries[name] = node
        if isinstance(node, File):
            node.name = name
        self._keep(lambda store: store.rename(old, new))

    def save(self, path: Path, file: File) -> None:
        """Hand `file` to the store if it has changed. Raises FlashError EIO when this computer's disk does
        not take it."""
        if file.dirty and self.file_at(path) is file:
            self._keep(lambda store: store.put(path, bytes(file.data)))
            file.dirty = False

    def save_all(self) -> None:
        """Hand over every file that was written and never closed."""
        waiting: list[tuple[Path, Folder]] = [((), self.root)]
        while waiting:
            path, folder = waiting.pop()
            for name, node in folder.entries.items():
                if isinstance(node, Folder):
                    waiting.append(((*path, name), node))
                else:
                    self.save((*path, name), node)

    # -- inside -----------------------------------------------------------------------------------------

    def _size(self, file: File, size: int) -> int:
        return self.layout.blocks(file.name, size)

    def _parent(self, path: Path) -> tuple[Folder, str]:
        if not path:
            raise FlashError(EEXIST)
        parent = self.find(path[:-1])
        if not isinstance(parent, Folder):
            raise FlashError(ENOTDIR)
        return parent, path[-1]

    def _place_for(self, path: Path) -> tuple[Folder, str]:
        parent, name = self._parent(path)
        if name in parent.entries:
            raise FlashError(EEXIST)
        self._check_name(name)
        if self.free < self.layout.blocks(name, 0):
            raise FlashError(ENOSPC)
        return parent, name

    def _keep(self, what: _Keep) -> None:
        if self._store is None:
            return
        try:
            what(self._store)
        except OSError as error:
            raise FlashError(EIO) from error

    def _check_name(self, name: str) -> None:
        if len(_bytes(name)) > self.layout.name_bytes:
            raise FlashError(ENAMETOOLONG)


class _Keep(Protocol):
    def __call__(self, store: Store, /) -> None: ...


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def resolve(name: str) -> Path:
    """The names in "lib/../a.py" from the root down; `..` at the root stays there."""
    path: list[str] = []
    for part in name.split("/"):
        if part == "..":
            del path[-1:]
        elif part not in ("", "."):
            path.append(part)
    return tuple(path)
