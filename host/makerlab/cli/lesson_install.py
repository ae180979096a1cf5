"""`maker lesson install`: lessons of others on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import MakerError
from makerlab.i18n import N_, _, pick

if TYPE_CHECKING:
    from makerlab.lessons.packs.index import Entry
    from makerlab.lessons.packs.pack import Pack
    from makerlab.lessons.packs.places import Place

HELP = N_(
    "Take in a lesson: WHAT is a pack (a .mkl file or its web address), or a name as maker lesson search "
    "shows it (several are possible)."
)
MORE = N_(
    "A pack that nobody you trust has signed is only taken in after a question; a damaged one never. Nothing "
    "in a pack runs on this computer: its programs run on a board or in the virtual board."
)
EXAMPLES = """\b
maker lesson install light-1.0.0.mkl
maker lesson install lamp-distance --from E:\\
maker lesson install lamp-distance --from http://192.168.1.10/lessons"""


class NotOffered(MakerError):
    what = N_("There is no lesson {name} in {places}.")
    todo = N_("See what there is: maker lesson search --from {example}")


class NoPlace(MakerError):
    what = N_("{name} is no pack, and no list of lessons was looked at yet.")
    todo = N_("Say where to look: maker lesson install {name} --from FOLDER (or a web address)")


@click.command("install", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("names", metavar="WHAT...", nargs=-1, required=True)
@click.option(
    "--from", "source", default="", metavar="PLACE",
    help=N_("A folder with a list of lessons (a stick, a share), or its web address."),
)  # fmt: skip
@click.option("--yes", is_flag=True, help=N_("Take in without a question what nobody you trust has signed."))
def install(names: tuple[str, ...], source: str, yes: bool) -> None:
    from makerlab.lessons.packs.keyring import Keyring

    trusted = Keyring().trusted()
    for name in names:
        _install(_fetched(name, source), trusted, yes)


def _install(pack: Pack, trusted: dict[str, str], yes: bool) -> None:
    from makerlab.cli.lesson_sign import Forged
    from makerlab.cli.lesson_text import (
        SHOWN_DIGEST,
        ask,
        one_line,
        signer_lines,
        state_words,
        unknown_boards,
    )
    from makerlab.cli.tables import BULLET
    from makerlab.lessons import library
    from makerlab.lessons.description import lesson_of
    from makerlab.lessons.packs import signature

    lesson = lesson_of(pack.files)
    state = signature.state(pack, trusted)
    if state == "damaged":
        raise Forged(path=pack.id)
    title = one_line(pick(dict(lesson.title)))
    click.echo(f"{title}  {pack.id} {pack.version}  {state_words(state)}")
    for line in signer_lines(pack, trusted):
        click.echo(BULLET + line)
    if foreign := unknown_boards(board for target in lesson.targets for board in target.boards):
        click.echo(
            BULLET
            + _("It is for boards that this makerlab does not know: {boards}.").format(
                boards=_(", ").join(map(one_line, foreign))
            )
        )
    before = _installed(pack.id)
    if before is not None and before.digest == pack.digest:
        for key_id, content in before.signatures.items():
            if key_id not in pack.signatures:
                pack = pack.with_signature(key_id, content)
    reasons = _reasons(pack, state, before, trusted)
    if reasons and not ask(reasons, _("Take it in all the same?"), yes):
        click.echo(_("Not taken in."))
        return
    library.install(pack)
    click.echo(
        _("Taken in (digest {digest}...). Look at it: maker lesson show {slug}").format(
            digest=pack.digest[:SHOWN_DIGEST], slug=pack.slug
        )
    )


def _installed(pack_id: str) -> Pack | None:
    from makerlab.lessons import library

    try:
        return library.installed(pack_id)
    except MakerError:
        return None  # damaged: what comes mends it


def _reasons(pack: Pack, state: str, before: Pack | None, trusted: dict[str, str]) -> list[str]:
    """Why to think twice."""
    from makerlab.lessons import library
    from makerlab.lessons.packs.signature import state as state_of
    from makerlab.lessons.versions import order

    reasons = []
    if state == "unknown":
        reasons.append(_("None of the keys that signed it is one you trust."))
    if state == "unsigned":
        reasons.append(_("Nobody has signed it: anybody can have made it, or changed it."))
    if state != "trusted" and library.is_shipped(pack.id):
        reasons.append(_("It has the id of a lesson that comes with makerlab, and would take its place."))
    if before is None or before.digest == pack.digest:
        return reasons
    if order(before.version) > order(pack.version):
        reasons.append(_("A newer version is installed: {version}.").format(version=before.version))
    elif before.version == pack.version:
        reasons.append(_("Another lesson with the same id and version {version} is installed.").format(
            version=pack.version
        ))  # fmt: skip
    if state != "trusted" and state_of(before, trusted) == "trusted":
        reasons.append(_("The one that is installed is trusted; this one is not from the same hands."))
    return reasons


# -- where it comes from -----------------------------------------------------------------------------------


def _fetched(name: str, source: str) -> Pack:
    from makerlab.lessons import library
    from makerlab.lessons.model import SUFFIX
    from makerlab.lessons.packs import pack as packs
    from makerlab.lessons.packs import places

    if not source and places.is_web(name):
        return packs.read(places.fetch(name, packs.MAX_PACK_BYTES), name)
    if not source and (name.endswith(SUFFIX) or Path(name).is_file()):
        return library.read_pack(Path(name))
    offers = _offers(source)
    wanted = name.casefold()
    fitting = {
        entry.id: (place, entry)
        for place, entry in offers
        if wanted in (entry.id, entry.slug, *(title.casefold() for title in entry.title.values()))
    }
    if not fitting and not source and Path(name).is_dir():
        raise library.NotPacked(path=name)
    if not offers and not source:
        raise NoPlace(name=name)
    if not fitting:
        where = list(dict.fromkeys(place.address for place, _entry in offers)) or [source]
        raise NotOffered(name=name, places=_(", ").join(where), example=where[0])
    if len(fitting) > 1:
        raise library.SeveralLessons(name=name, ids=_(", ").join(sorted(fitting)))
    ((place, entry),) = fitting.values()
    return place.pack(entry)


def _offers(source: str) -> list[tuple[Place, Entry]]:
    """What can be had, the newest versions last: at `source`, or wherever lists were looked at."""
    from makerlab.lessons.packs import places
    from makerlab.lessons.versions import order

    if source:
        place = places.Place.named(source)
        lists = [(place, place.index())]
    else:
        lists = list(places.remembered())
    offers = [(place, entry) for place, index in lists for entry in index.entries]
    return sorted(offers, key=lambda offer: order(offer[1].version))
