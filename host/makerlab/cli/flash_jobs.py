"""What boards are to get, and a job for each, by what can be at its port."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makerlab.errors import NoBoard, UsageProblem
from makerlab.i18n import _

if TYPE_CHECKING:
    from makerlab.flash.drive import Drive
    from makerlab.flash.journal import Journal
    from makerlab.flash.model import Job

_VERSION = re.compile(r"v?\d+(\.\d+)+")


@dataclass
class Wanted:
    """What every board gets: an image file, or the image of its kind in `version` ("" for the newest), and
    the files and folders `words`."""

    image: Path | None = None
    version: str = ""
    words: Sequence[str] = ()

    @classmethod
    def of(cls, image: str, words: Sequence[str]) -> Wanted:
        """`image` as typed: a file or a version. Raises NoSuchImage for a version that no board has."""
        if not image:
            return cls(words=words)
        if _VERSION.fullmatch(image) and not Path(image).exists():
            return cls(version=_known(image.removeprefix("v")), words=words)
        return cls(image=Path(image), words=words)

    @property
    def word(self) -> str:
        """The image as it can be given again, from any folder."""
        return str(self.image.resolve()) if self.image else self.version

    @property
    def places(self) -> list[str]:
        """The files and folders, too."""
        return [str(Path(word).resolve()) for word in self.words]

    @property
    def shown_image(self) -> str:
        """As a report calls it."""
        return self.image.name if self.image else self.version or _("the newest for each board")

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Name on the board -> content. Raises FileProblem, UsageProblem."""
        from makerlab.cli.local_files import read_sources

        found: dict[str, bytes] = {}
        for source in read_sources(tuple(self.words)):
            for name, data in source.files.items():
                at = name or source.name
                if at in found:
                    raise UsageProblem(
                        problem=_("Two of the files would be {name} on the board.").format(name=at),
                        advice=_("Leave one of them out of --files."),
                    )
                found[at] = data
        return found


def _known(version: str) -> str:
    from makerlab.boards import boards
    from makerlab.firmware_images.problems import NoSuchImage

    versions = list(dict.fromkeys(image.version for board in boards() for image in board.images))
    if version not in versions:
        raise NoSuchImage(board=_("any board"), version=version, versions=_(", ").join(versions))
    return version


def jobs_for(
    names: Sequence[str], wanted: Wanted, journal: Journal, lone: Mapping[str, Drive] | None = None
) -> dict[str, Job]:
    """A job for each port, or drive of a micro:bit without one (`lone`, by folder).

    Raises what is wrong with the image, and with files that no such board can have.
    """
    from makerlab.cli.sending import programs
    from makerlab.connect import is_small
    from makerlab.flash.esp32 import EspJob
    from makerlab.flash.esp_firmware import EspFirmware
    from makerlab.flash.lone_drive import LoneDrive
    from makerlab.flash.microbit import MicrobitJob
    from makerlab.flash.microbit_cache import Firmware
    from makerlab.flash.with_files import WithFiles
    from makerlab.link.ports import PortInfo, look_up

    esp = EspFirmware(wanted.image, wanted.version)
    microbit = Firmware(
        wanted.files, wanted.image, lambda board, files: programs(files, is_small(board)), wanted.version
    )
    jobs: dict[str, Job] = {}
    for name in names:
        if lone and name in lone:
            jobs[name] = LoneDrive(lone[name])
            continue
        info = None if ":" in name and not name.startswith("/") else look_up(name)[0]
        info = info or PortInfo(name, "", None)
        if has_drive(info):
            jobs[name] = MicrobitJob(info, microbit)
        else:
            job = EspJob(name, esp, journal, info.location)
            jobs[name] = WithFiles(job, programs(wanted.files, strips=False)) if wanted.files else job
    if any(isinstance(job, (EspJob, WithFiles)) for job in jobs.values()):
        esp.check()
    return jobs


def has_drive(info: Any) -> bool:
    """Whether this can only be a board that is flashed through its drive."""
    from makerlab.boards import Board, candidates

    if info.usb is None:
        return bool(info.port.lower().startswith(("virtual:microbit", "emulated:microbit")))
    can_be = [one for one in candidates(info.usb) if isinstance(one, Board)]
    return bool(can_be) and all(one.flash.method == "drive" for one in can_be)


def lone_drives() -> dict[str, Drive]:
    """The drives of micro:bits without a serial port, by folder."""
    from makerlab.flash.drive import find_drives
    from makerlab.flash.lone_drive import lone
    from makerlab.link.ports import list_ports

    drives = find_drives()
    return {str(drive.folder): drive for drive in lone(drives, list_ports())} if drives else {}


def every_board(lone: Mapping[str, Drive]) -> list[str]:
    """What --all takes: every port with a board, and every lone drive. Raises NoBoard."""
    from makerlab.cli.several import chosen

    try:
        ports = chosen((), True)
    except NoBoard:
        if not lone:
            raise
        ports = []
    return [*ports, *lone]
