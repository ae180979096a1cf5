"""What `maker run WHAT` means: the name of an experiment, or a .py file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from makerlab.boards import catalogue
from makerlab.errors import FileProblem, MakerError, system_reason
from makerlab.experiment.description import describe
from makerlab.experiment.model import Edition, Experiment
from makerlab.i18n import N_, _
from makerlab.resources import firmware_dir
from makerlab.sensors import sensors

EXPERIMENTS = "experiments"
LIST_COMMAND = "maker experiments list"
LESSONS_COMMAND = "maker lesson list"
MAX_PROGRAM_BYTES = 1 << 20
"""A bigger .py file is not a program for a board with 64 KB of memory but some other file."""


class NoExperiment(MakerError):
    what = N_("There is no experiment, no lesson and no file called {name}.")
    todo = N_("{advice}")


class NoSuchExperiment(MakerError):
    what = N_("There is no experiment called {name}.")
    todo = N_("{advice}")


class NotAProgram(FileProblem):
    todo = N_("Name a MicroPython program: a text file that ends in .py.")


def names() -> list[str]:
    """The names of all experiments that come with makerlab."""
    return sorted(path.parent.name for path in (firmware_dir() / EXPERIMENTS).glob("*/experiment.yaml"))


def named(what: str) -> str | None:
    """The name of the experiment that `what` is the name or, in any language, the title of; None for none."""
    if what in names():
        return what
    word = what.casefold()
    for name in names():
        if word == name or any(word == title.casefold() for title in by_name(name).title.values()):
            return name
    return None


def by_name(name: str) -> Experiment:
    """One of `names()`. Raises BadFile or FileProblem."""
    return load(firmware_dir() / EXPERIMENTS / name)


def find(what: str) -> tuple[Experiment, Path]:
    """The experiment that `what` names, and the folder where its own modules may lie.

    Raises NoExperiment (with the nearest names), FileProblem or BadFile.
    """
    path = Path(what)
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except OSError:  # a name that no file can have
        is_file = is_folder = False
    if what not in names() and is_file:
        return from_file(path), path.parent
    if (name := named(what)) is not None:
        return by_name(name), firmware_dir() / EXPERIMENTS / name
    if is_folder:
        raise NotAProgram(path=path, detail=_("this is a folder"))
    here = sorted(path.name for path in Path().glob("*.py"))
    advice = _("See: {command}. Or name a .py file.").format(command=f"{LIST_COMMAND}, {LESSONS_COMMAND}")
    raise NoExperiment(name=what, advice=_nearest(what, here) + advice)


def find_experiment(what: str) -> Experiment:
    """The experiment that `what` names. Raises NoSuchExperiment (with the nearest name) or BadFile."""
    if (name := named(what)) is not None:
        return by_name(name)
    raise NoSuchExperiment(
        name=what, advice=_nearest(what) + _("See: {command}").format(command=LIST_COMMAND)
    )


def _nearest(what: str, others: Sequence[str] = ()) -> str:
    """What may have been meant, as a sentence; "" if nothing is near."""
    near = difflib.get_close_matches(what, [*names(), *others], 1, 0.5)
    return _("Did you mean {name}? ").format(name=near[0]) if near else ""


def from_file(path: Path) -> Experiment:
    """A learner's program as an experiment for any board."""
    text = read_program(path)
    return Experiment(path.stem, {"": Edition(path.name, text)})


def read_program(path: Path) -> str:
    """A program's text. UTF-8 as MicroPython wants it, or, with Chinese comments from an old Windows
    editor, GBK. Raises FileProblem."""
    try:
        if path.stat().st_size > MAX_PROGRAM_BYTES:
            raise NotAProgram(path=path, detail=_("too big to be a program for a board"))
        data = path.read_bytes()
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    if (text := decode_program(data)) is None:
        raise NotAProgram(path=path, detail=_("this is not a text file"))
    return text


def decode_program(data: bytes) -> str | None:
    """A program's text out of its bytes (see `read_program`); None if it is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(char) < 32 and char not in "\t\n\r\f" for char in text):
            return text.replace("\r\n", "\n")
    return None


def load(folder: Path) -> Experiment:
    """Read an experiment's folder. Raises BadFile or FileProblem."""
    path = folder / "experiment.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(path=path, detail=str(error)) from error
    return describe(
        text, str(path), folder.name, lambda file: read_program(folder / file), catalogue().boards, sensors()
    )
