"""The programs that run on a board to handle its files: texts, and the two kinds of file system as data.

Pure. Two dialects: "folders" (ESP32) and "flat" (both micro:bits). What differs between them, because the
boards' Pythons do, is a field of `Dialect`. The texts are short on purpose: a micro:bit V1 compiles them
in 8 KB. They define functions that stay on the board until `FORGET` or its next soft reset:

    _mr(n)               n bytes from the line
    _mg(B)               a chunk from the line, in blocks of B bytes; see `stream`
    _mh(name)            digest of a file
    _ms(name, size)      prints one line about a file; with its digest if it has that size
    _mw(folder, W, r)    _ms for what is in a folder (r: and below); W: name -> size that wants a digest
    _me(stage, name, q)  ends the writing of a file: compares its digest with q, gives it its name
    _mp(files, B)        receives files: (name, stage, size, digest) each; prints the names that went wrong
    _mo(name)            sends a file: a line with its size and digest, then its bytes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from makerlab.boards import FileSystem
from makerlab.files.model import (
    DIGEST_CHARS,
    FINGERPRINT_FACTOR,
    FINGERPRINT_PRIME,
    FINGERPRINT_STEP_BYTES,
    fingerprint,
    sha256,
)
from makerlab.files.stream import ACK, FROM_BOARD, TO_BOARD, WINDOW_BITS


@dataclass(frozen=True)
class Dialect:
    """How a kind of file system is spoken to.

    root     what stands before a name
    digest   what _mh computes, on the host
    digest_bytes_per_s   how fast _mh is on the slowest of these boards
    fetch    defines _mr and _mg, and prints a line: whether the board can inflate. The only text that goes
             through the raw REPL, all others are chunks themselves
    room     prints (free, total) in bytes, or () where the board cannot tell
    parts    what defines the other functions: _mh by "hash", _ms "look", _mw "walk", _me "end",
             _mp "receive", _mo "send"
    """

    root: str
    digest: Callable[[bytes], str]
    digest_bytes_per_s: int
    fetch: str
    room: str
    parts: Mapping[str, str]


FORGET = """\
for k in list(globals()):
 if k[:2]=='_m':del globals()[k]
"""

_FETCH = f"""\
def _mg(B):
 print(end={ACK!r});l=int(_mr(4),16);d=bytearray()
 while len(d)<l:
  if d:print(end={ACK!r})
  d+=_mr(min(l-len(d),B))
 d=bytes(d){TO_BOARD.undoing}
 return """

_RECEIVE = """\
def _mp(F,B):
 c=b'';k=[]
 for n,t,s,q in F:
  with open(t,'wb')as f:
   while s:
    if not c:c={view}(_mg(B))
    b=c[:s];f.write(b);s-=len(b);c=c[len(b):]
  if not _me(t,n,q):k.append(n)
 print(k)
"""

_SEND = """\
def _mo(n):
 print(({size},_mh(n)))
 with open(n,'rb')as f:
  while 1:
   b=f.read({piece})
   if not b:break
   {out}.write(b{escape})
"""

FOLDERS = Dialect(
    root="/",
    digest=sha256,
    digest_bytes_per_s=200_000,
    fetch=f"""\
import sys,io
_mr=sys.stdin.buffer.read
try:import deflate as _md
except ImportError:_md=0
{_FETCH}_md.DeflateIO(io.BytesIO(d),_md.RAW,{WINDOW_BITS}).read()if _md else d
print(_md!=0)
""",
    room="_mv=os.statvfs('/');print((_mv[0]*_mv[3],_mv[1]*_mv[2]))\n",
    parts={
        "hash": f"""\
import hashlib,binascii
def _mh(n):
 h=hashlib.sha256()
 with open(n,'rb')as f:
  while 1:
   b=f.read(1024)
   if not b:return binascii.hexlify(h.digest())[:{DIGEST_CHARS}].decode()
   h.update(b)
""",
        "look": """\
import os
def _ms(n,z):
 try:s=os.stat(n)
 except OSError:return
 d=s[0]&0x4000!=0
 print((n,0 if d else s[6],d,_mh(n)if s[6]==z and not d else''))
""",
        "walk": """\
def _mw(p,W,r):
 for e in os.listdir(p or'/'):
  e=p+'/'+e;_ms(e,W.get(e,-1))
  if r and os.stat(e)[0]&0x4000:_mw(e,W,r)
""",
        "end": """\
import os
def _me(t,n,q):
 if _mh(t)!=q:os.remove(t);return 0
 if t!=n:os.rename(t,n)
 return 1
""",
        "receive": _RECEIVE.format(view="memoryview"),
        "send": _SEND.format(
            size="os.stat(n)[6]", piece=1024, escape=FROM_BOARD.doing, out="sys.stdout.buffer"
        ),
    },
)

FLAT = Dialect(
    root="",
    digest=fingerprint,
    digest_bytes_per_s=15_000,
    fetch=f"""\
from microbit import uart
def _mr(n):
 b=b''
 while len(b)<n:b+=uart.read(n-len(b))or b''
 return b
{_FETCH}d
print(0)
""",
    room="print(())\n",
    parts={
        "hash": f"""\
import struct
def _mh(n):
 v=0
 with open(n,'rb')as f:
  while 1:
   b=f.read({FINGERPRINT_STEP_BYTES})
   if not b:return'%x'%v
   b+=bytes({FINGERPRINT_STEP_BYTES}-len(b))
   for w in struct.unpack('<16I',b):v=(v*{FINGERPRINT_FACTOR}+w)%{FINGERPRINT_PRIME}
""",
        "look": """\
import os
def _ms(n,z):
 try:s=os.size(n);print((n,s,False,_mh(n)if s==z else''))
 except OSError:pass
""",
        "walk": """\
def _mw(p,W,r):
 for e in os.listdir():_ms(e,W.get(e,-1))
""",
        # Nothing can be renamed here, so the board copies the stage, once it is compared, to the name itself.
        # An interrupted copy is begun again. Without room for both, stage and name are the same.
        "end": """\
import os
def _mc(t,n):
 with open(t,'rb')as f,open(n,'wb')as g:
  while 1:
   b=f.read(126)
   if not b:return
   g.write(b)
def _me(t,n,q):
 if _mh(t)!=q:os.remove(t);return 0
 while t!=n:
  try:
   _mc(t,n)
   if _mh(n)!=q:return 0
   os.remove(t);t=n
  except KeyboardInterrupt:pass
 return 1
""",
        "receive": _RECEIVE.format(view=""),
        "send": _SEND.format(size="os.size(n)", piece=126, escape=FROM_BOARD.doing, out="uart"),
    },
)

DIALECTS: dict[FileSystem, Dialect] = {"folders": FOLDERS, "flat": FLAT}
