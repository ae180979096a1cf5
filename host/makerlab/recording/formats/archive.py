"""Zip archives of strangers (xlsx, data packages), read with limits: a small one must not fill the memory."""

from __future__ import annotations

import io
import zipfile

from makerlab.i18n import N_

MAX_BYTES = 2 << 30
"""Unpacked, all together: more than a day at 1 kHz."""
MAX_FILES = 1000
MAX_RATIO = 400
"""Unpacked to packed: XML of a sheet comes to 20, an archive made to fill memories to 1000."""


class BadArchive(ValueError):
    """Why it cannot be read: a text of the catalogue."""


class Archive:
    """The files of a zip archive, by name. Raises BadArchive."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BadArchive(N_("it is cut off or spoilt")) from error
        entries = self._zip.infolist()
        size = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_FILES or size > MAX_BYTES or size > MAX_RATIO * max(len(data), 10_000):
            raise BadArchive(N_("it unpacks to far more than a recording has"))
        self.names = frozenset(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises BadArchive if it is not there or spoilt."""
        try:
            with self._zip.open(name) as file:
                size = self._zip.getinfo(name).file_size
                data = file.read(size + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as error:
            raise BadArchive(N_("it is cut off or spoilt")) from error
        except Exception as error:  # zlib.error has no other base
            raise BadArchive(N_("it is cut off or spoilt")) from error
        if len(data) > size:
            raise BadArchive(N_("it is cut off or spoilt"))
        return data
