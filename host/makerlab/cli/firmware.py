"""`maker firmware`: the MicroPython images on this computer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import (
    EXIT_FAILED,
    EXIT_SOME_FAILED,
    MakerCommand,
    MakerGroup,
    fail,
    print_problem,
    with_json,
)
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import LANGUAGES, N_, _, language, set_language

if TYPE_CHECKING:
    from makerlab.boards import Board, Image
    from makerlab.firmware_images.store import ImageStore, State

HELP = N_(
    "The MicroPython images that are flashed on boards: fetch them once, keep them, check them, and carry "
    "them to a school without internet."
)
EXAMPLES = """\b
maker firmware list
maker firmware fetch esp32
maker firmware bundle makerlab.zip"""

LIST_HELP = N_("List the images there are for each board, and which of them are on this computer.")
LIST_EXAMPLES = """\b
maker firmware list
maker firmware list --json"""

FETCH_HELP = N_(
    "Fetch the image for BOARD from the internet (several are possible). A download that broke off goes on "
    "where it stopped."
)
FETCH_MORE = N_(
    "The first download records the image's SHA-256; from then on only the same bytes are taken. Images of "
    "the micro:bit come with makerlab and need no internet."
)
FETCH_EXAMPLES = """\b
maker firmware fetch esp32 esp32s3
maker firmware fetch esp32 --version 1.28.0
maker firmware fetch --all --mirror http://192.168.1.10/firmware/"""

ADD_HELP = N_(
    "Take in FILE: an image (.bin, .hex) that you have, or a bundle (.zip) made with maker firmware bundle."
)
ADD_EXAMPLES = """\b
maker firmware add ESP32_GENERIC-20251209-v1.27.0.bin
maker firmware add makerlab.zip"""

VERIFY_HELP = N_("Compare every image on this computer with the SHA-256 it had when it was first seen.")
VERIFY_EXAMPLES = """\b
maker firmware verify
maker firmware verify --remove"""

BUNDLE_HELP = N_(
    "Put everything for a computer without internet into OUT.zip: the images on this computer, the lessons, "
    "and makerlab itself with the Python packages it needs."
)
BUNDLE_EXAMPLES = """\b
maker firmware bundle makerlab.zip
maker firmware bundle makerlab.zip --no-wheels"""

BAR_COLUMNS = 24
SHOW_EVERY_S = 0.1


@click.group("firmware", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def firmware() -> None:
    pass


def _states() -> dict[State, str]:
    return {
        "good": _("on this computer"),
        "changed": _("CHANGED, not used"),
        "missing": _("not fetched"),
        "included": _("comes with makerlab"),
    }


def _known(store: ImageStore) -> list[dict[str, Any]]:
    """Every image: those of boards.yaml, then those that somebody added."""
    from makerlab.boards import boards

    records = store.records()
    rows = []
    for board in boards():
        for image in board.images:
            record = records.pop(image.file, None)
            rows.append(
                {
                    "board": board.key,
                    "version": image.version,
                    "file": image.file,
                    "state": "included" if image.bundled else store.state(image.file),
                    "default": image is board.images[0],
                    "sha256": record.sha256 if record else "",
                    "size": record.size if record else 0,
                    "origin": record.origin if record else "",
                }
            )
    for file, record in records.items():
        state = store.state(file)
        rows.append(
            {
                "board": record.board, "version": record.version, "file": file, "state": state,
                "default": False, "sha256": record.sha256, "size": record.size, "origin": record.origin,
            }
        )  # fmt: skip
    return rows


@firmware.command("list", cls=MakerCommand, help=LIST_HELP + "\n\n" + LIST_EXAMPLES)
@with_json
def list_(as_json: bool) -> None:
    from makerlab.firmware_images.store import ImageStore

    rows = _known(ImageStore())
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    states = _states()
    for row in rows:
        mark = "*" if row["default"] else " "
        click.echo(f"{mark} {row['board']:<12} {row['version']:<8} {row['file']:<42} {states[row['state']]}")
    click.echo(_("* is what a board gets when no version is named."))


@firmware.command("fetch", cls=MakerCommand, help="\n\n".join((FETCH_HELP, FETCH_MORE, FETCH_EXAMPLES)))
@click.argument("names", metavar="BOARD...", nargs=-1)
@click.option("--all", "every", is_flag=True, help=N_("The image of every kind of board."))
@click.option("--version", default="", metavar="VERSION", help=N_("This version instead of the usual one."))
@click.option(
    "--mirror", "mirrors", multiple=True, metavar="ADDRESS",
    help=N_("Look in this folder on the web first, such as one in the school's own network."),
)  # fmt: skip
def fetch(names: tuple[str, ...], every: bool, version: str, mirrors: tuple[str, ...]) -> None:
    from makerlab.firmware_images.choice import choose

    failed: list[MakerError] = []
    chosen = _chosen(names, every)
    for board in chosen:
        try:
            image = choose(board, version)
            click.echo(_fetch_one(board, image, mirrors))
        except MakerError as error:
            failed.append(error)
            print_problem(error.message, error.hint)
    if failed:
        raise SystemExit(EXIT_FAILED if len(failed) == len(chosen) else EXIT_SOME_FAILED)


def _chosen(names: tuple[str, ...], every: bool) -> list[Board]:
    from makerlab.boards import catalogue

    known = catalogue().boards
    if every and not names:
        return list(known.values())
    if not names or every:
        raise UsageProblem(
            problem=_("Name the boards to fetch for, or take --all."),
            advice=_("Example: {command}").format(command="maker firmware fetch esp32"),
        )
    if unknown := [name for name in names if name not in known]:
        raise UsageProblem(
            problem=_("There is no board called {name} in boards.yaml.").format(name=unknown[0]),
            advice=_("There are: {names}").format(names=_(", ").join(known)),
        )
    return [known[name] for name in dict.fromkeys(names)]


def _fetch_one(board: Board, image: Image, mirrors: tuple[str, ...]) -> str:
    from makerlab.boards import catalogue
    from makerlab.cli.progress import StatusLine
    from makerlab.firmware_images import download
    from makerlab.firmware_images.choice import addresses
    from makerlab.firmware_images.store import ImageStore

    store = ImageStore()
    if image.bundled:
        return _("{file}: comes with makerlab, nothing to fetch.").format(file=image.file)
    if store.state(image.file) == "good":
        return _("{file}: is on this computer already.").format(file=image.file)
    places = addresses(image, catalogue().image_sources, language(), mirrors)
    with StatusLine() as status:
        part, address = download.fetch(places, store.path(image.file), _bar(image.file, status.show))
    try:
        record = store.keep(part, image.file, board.key, image.version, address, move=True)
    except MakerError:
        part.unlink(missing_ok=True)  # what cannot be used is not gone on with either
        raise
    return _("{file}: fetched, {size:,} bytes, SHA-256 {sha}...").format(
        file=image.file, size=record.size, sha=record.sha256[:12]
    )


def _bar(name: str, show: Callable[[str], None]) -> Callable[[int, int], None]:
    """A progress function that shows a bar, how much there is, and how fast it comes."""
    begun = time.monotonic()
    first: list[int] = []
    shown = 0.0

    def progress(done: int, size: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if not first:
            first.append(done)
        if now - shown < SHOW_EVERY_S and done != size:
            return
        shown = now
        full = BAR_COLUMNS * done // size if size else 0
        speed = (done - first[0]) / 1024 / max(now - begun, 0.001)
        show(
            f"{name} [{'#' * full}{'-' * (BAR_COLUMNS - full)}] "
            f"{done / 1e6:.1f}/{size / 1e6:.1f} MB  {speed:.0f} KB/s"
        )

    return progress


@firmware.command("add", cls=MakerCommand, help=ADD_HELP + "\n\n" + ADD_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
def add(file: Path) -> None:
    from makerlab.boards import catalogue
    from makerlab.firmware_images import bundle
    from makerlab.firmware_images.store import ImageStore
    from makerlab.paths import data_dir

    store = ImageStore()
    if not bundle.is_zip(file):
        name, record = store.add(file)
        board = catalogue().boards[record.board].shown_name
        click.echo(_("{file}: taken in, for {board}.").format(file=name, board=board))
        return
    contents = bundle.take_in(file, store, data_dir() / "lessons")
    for name in contents.images:
        click.echo(name)
    for slug in contents.lessons:
        click.echo(slug)
    click.echo(
        _("Taken in: images {images}, lessons {lessons}.").format(
            images=len(contents.images), lessons=len(contents.lessons)
        )
    )


@firmware.command("verify", cls=MakerCommand, help=VERIFY_HELP + "\n\n" + VERIFY_EXAMPLES)
@click.option("--remove", is_flag=True, help=N_("Remove the images that have changed."))
def verify(remove: bool) -> None:
    from makerlab.firmware_images.problems import ImageChanged
    from makerlab.firmware_images.store import ImageStore

    store = ImageStore()
    states = {file: store.state(file) for file in store.records()}
    texts = _states()
    changed = [file for file, state in states.items() if state == "changed"]
    for file, state in states.items():
        if state != "missing":
            click.echo(f"{file}: {texts[state]}")
    if not any(state != "missing" for state in states.values()):
        click.echo(_("No image was fetched yet; those of the micro:bit come with makerlab."))
    if changed and remove:
        for file in changed:
            store.remove(file)
            click.echo(_("{file}: removed.").format(file=file))
    elif changed:
        fail(ImageChanged(file=_(", ").join(changed)))


@firmware.command("bundle", cls=MakerCommand, help=BUNDLE_HELP + "\n\n" + BUNDLE_EXAMPLES)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--no-wheels", is_flag=True, help=N_("Leave the Python packages out."))
def bundle_(out: Path, no_wheels: bool) -> None:
    import tempfile

    from makerlab.cli.progress import StatusLine
    from makerlab.firmware_images import bundle, wheels
    from makerlab.firmware_images.store import ImageStore
    from makerlab.lessons.library import shelf
    from makerlab.resources import lessons_dir

    if out.suffix.lower() != ".zip":
        raise UsageProblem(
            problem=_("A bundle is a .zip file, not {file}.").format(file=out),
            advice=_("Example: {command}").format(command="maker firmware bundle makerlab.zip"),
        )
    with StatusLine() as status, tempfile.TemporaryDirectory() as folder:
        packages = []
        if not no_wheels:
            status.show(_("collecting the Python packages; this takes some minutes"))
            (sources := Path(folder) / "own").mkdir()
            packages = wheels.collect(Path(folder), [str(wheels.own(sources))])
        status.show(_("packing"))
        packs = [one.path for one in shelf()[0] if one.pack is not None]
        contents = bundle.make(
            out, ImageStore(), lessons_dir(), packages, wheels.this_platform(), _how_to(), packs
        )
    click.echo(
        _("{file}: images {images}, lessons {lessons}, Python packages {wheels}.").format(
            file=out, images=len(contents.images), lessons=len(contents.lessons), wheels=contents.wheels
        )
    )
    if not contents.images:
        click.echo(_("There are no images for ESP32 in it yet. Fetch them first: maker firmware fetch --all"))


def _how_to() -> list[str]:
    """README.txt in every language: whoever unpacks it may read another than whoever made it."""
    from makerlab import __version__
    from makerlab.firmware_images import bundle, wheels

    mine = language()
    texts = []
    try:
        for one in LANGUAGES:
            set_language(one)
            texts.append(_(bundle.HOW_TO).format(version=__version__, platform=wheels.this_platform()))
    finally:
        set_language(mine)
    return texts
