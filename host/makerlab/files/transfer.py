"""Files of a board, through a session: what is there, read one, write one, bring several up to date."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from makerlab.errors import ReplError
from makerlab.files.plan import digest, to_read_back, to_send
from makerlab.repl.session import Session

CHUNK_BYTES = 256
"""Of a file in one statement. As text that is up to 1 KB, beside its bytes in the board's memory; on a
micro:bit V1 with its 8,880 bytes of heap, SMALL_CHUNK_BYTES."""
SMALL_CHUNK_BYTES = 64

# One script for every board: with hashlib the digest, else the size (os.stat where there is one; os.size is
# what a micro:bit has). Names that are not there are left out.
_LIST = """\
import os
def d(n):
 import hashlib
 h=hashlib.sha256()
 with open(n,'rb') as f:
  while 1:
   b=f.read(256)
   if not b:
    break
   h.update(b)
 return ''.join('%02x'%c for c in h.digest())
def s(n):
 try:
  return d(n)
 except ImportError:
  return os.size(n) if hasattr(os,'size') else os.stat(n)[6]
for n in {names}:
 try:
  print(repr((n,s(n))))
 except OSError:
  pass
del d,s
"""

_READ = """\
with open({name},'rb') as f:
 while 1:
  b=f.read({chunk})
  if not b:
   break
  print(b)
"""

# Under a name of its own first where the board can rename, so that a pulled cable never leaves half a file
# under the right name.
_BEGIN = """\
import os
t={name}+('.new' if hasattr(os,'rename') else '')
f=open(t,'wb')
w=f.write
"""
_END = """\
f.close()
if t!={name}:
 try:
  os.remove({name})
 except OSError:
  pass
 os.rename(t,{name})
del f,w,t
"""


class BoardFiles:
    """The files of the board behind `session`, which must be at (or can be brought to) the raw prompt.

    `small` is for boards with little memory: files go in smaller pieces.
    """

    def __init__(self, session: Session, small: bool = False) -> None:
        self.session = session
        self._chunk = SMALL_CHUNK_BYTES if small else CHUNK_BYTES

    def present(self, names: list[str]) -> dict[str, str | int]:
        """Those of `names` that are on the board: their digest, or size in bytes if it cannot compute one."""
        answer = self.session.exec(_LIST.format(names=names))
        return dict(self._literals(answer))

    def read(self, name: str) -> bytes:
        """A file's content. Raises ProgramError if the board does not have it."""
        answer = self.session.exec(_READ.format(name=repr(name), chunk=self._chunk))
        return b"".join(self._literals(answer))

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole."""
        self.session.exec(_BEGIN.format(name=repr(name)))
        for start in range(0, len(data), self._chunk):
            self.session.exec(f"w({data[start : start + self._chunk]!r})")
        self.session.exec(_END.format(name=repr(name)))

    def bring(
        self, wanted: Mapping[str, bytes], progress: Callable[[str], None] = lambda name: None
    ) -> list[str]:
        """Make the board's files equal to `wanted`, sending only what differs; the names that were sent.

        `progress` is called with each name before it is sent. Every file sent is compared afterwards, and
        sent once more if it differs; then ReplError is raised.
        """
        missing = self._differing(wanted)
        for name in missing:
            progress(name)
            self.write(name, wanted[name])
        again = self._differing({name: wanted[name] for name in missing}) if missing else []
        for name in again:
            self.write(name, wanted[name])
        if again and (still := self._differing({name: wanted[name] for name in again})):
            raise ReplError(port=self.session.port, detail=f"{', '.join(still)}: not stored as it was sent")
        return missing

    def _differing(self, wanted: Mapping[str, bytes]) -> list[str]:
        there = self.present(list(wanted))
        for name in to_read_back(wanted, there):
            there[name] = digest(self.read(name))
        return to_send(wanted, there)

    def _literals(self, answer: bytes) -> list[Any]:
        """The values a board printed, one Python literal a line."""
        try:
            return [ast.literal_eval(line) for line in answer.decode("utf-8").splitlines() if line.strip()]
        except (ValueError, SyntaxError) as error:
            raise ReplError(port=self.session.port, detail="unreadable answer about files") from error
