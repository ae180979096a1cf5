"""Which image, and where from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from makerlab.boards import Board, Image, ImageSource
from makerlab.firmware_images.problems import NoSuchImage


def choose(board: Board, version: str = "") -> Image:
    """The image for `board` with this version; "" takes the first in boards.yaml. Raises NoSuchImage."""
    for image in board.images:
        if version.removeprefix("v") in ("", image.version):
            return image
    versions = ", ".join(image.version for image in board.images) or "-"
    raise NoSuchImage(board=board.shown_name, version=version or "", versions=versions)


def addresses(
    image: Image, sources: Iterable[ImageSource], language: str, own: Sequence[str] = ()
) -> list[str]:
    """Where `image` can be fetched, in the order to try: the user's `own` mirrors, then the sources near
    those who speak `language`, then the others."""
    places = [address.rstrip("/") + "/" for address in own]
    by_distance = sorted(sources, key=lambda source: (source.near != language, source.near != ""))
    places += [source.address for source in by_distance]
    return list(dict.fromkeys(place + image.file for place in places))
