"""A fresh virtual ESP32 behind an address, and a job for it: what the tests of flashing share."""

from __future__ import annotations

from contextlib import contextmanager

from makerlab.errors import MakerError
from makerlab.flash.esp32 import EspJob
from makerlab.flash.image import EspImage
from makerlab.flash.journal import Journal
from makerlab.virtual.rom.make import fresh
from makerlab.virtual.rom.serve import Socket


class Given:
    """The firmware of a job: always this image."""

    def __init__(self, image: EspImage) -> None:
        self.image = image

    def ready(self, chip: str, port: str) -> EspImage:
        return self.image


@contextmanager
def plugged_in(number=0, faults=None, chip="esp32", plain=True):
    """A board with an empty flash: (board, its socket). Plain unless a test is about the wires."""
    board = fresh(number, faults, chip)
    with Socket(board, plain=plain) as plug:
        yield board, plug
    board.flash.close()


def job_for(plug, image, rates=None, **options):
    """A job that looks for its board where it is now."""
    return EspJob(
        plug.address, Given(image), rates or Journal.forgetful(),
        find_port=lambda mac, port: plug.address, **options,
    )  # fmt: skip


def flash(plug, image, **options):
    """(what came of it, the stages and progress that were said)"""
    said = []
    try:
        return job_for(plug, image, **options).flash(said.append), said
    except MakerError as error:
        return error, said


def on_flash(board, image) -> bool:
    """Whether the board's flash holds the whole image, byte for byte."""
    return all(board.flash.read(part.offset, len(part.data)) == part.data for part in image.parts)
