"""`maker lesson keys`: the keys with which packs are signed, and whose signatures are trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, MakerGroup, with_json
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.packs.keys import PublicKey
    from makerlab.lessons.packs.workshop import KeyList

HELP = N_(
    "Keys: with yours you sign lessons; packs signed with one you trust are taken in without a question."
)
EXAMPLES = """\b
maker lesson keys new 李老师
maker lesson keys export 李老师
maker lesson keys trust wang.mkey"""

NEW_HELP = N_("Make a key of your own called NAME: your name, as others know it. Once is enough.")
NEW_MORE = N_(
    "It has no password: your account on this computer protects it. Keep a copy in a safe place: maker "
    "lesson keys export NAME --private"
)
NEW_EXAMPLES = """\b
maker lesson keys new 李老师"""
LIST_HELP = N_("List your keys, those of others, and the workshops whose members you trust.")
LIST_EXAMPLES = """\b
maker lesson keys list
maker lesson keys list --json"""
TRUST_HELP = N_(
    "Trust the key WHO (several are possible): a key file, a pack (whoever signed it), or the name of a key "
    "that is known here."
)
TRUST_MORE = N_("Compare the fingerprint first: let its owner read it to you, on the phone or face to face.")
TRUST_EXAMPLES = """\b
maker lesson keys trust wang.mkey
maker lesson keys trust light-1.0.0.mkl"""
FORGET_HELP = N_("Trust the key or the workshop NAME no more.")
FORGET_EXAMPLES = """\b
maker lesson keys forget 王老师"""
EXPORT_HELP = N_("Write the key NAME into a file for others, so that they can trust it.")
EXPORT_EXAMPLES = """\b
maker lesson keys export 李老师
maker lesson keys export 李老师 --private --out stick.mkey"""
IMPORT_HELP = N_(
    "Take in FILE: somebody's key (to be trusted later), your own from another computer, or the list of a "
    "workshop."
)
IMPORT_EXAMPLES = """\b
maker lesson keys import wang.mkey
maker lesson keys import workshop.mkeys"""
WORKSHOP_HELP = N_(
    "Make the list of a workshop's members in FILE, change it, or sign it with your key. Whoever takes it in "
    "trusts its members."
)
WORKSHOP_MORE = N_(
    "A changed list counts once two members of the list before have signed it. So is a lost key replaced: "
    "remove it, add the new one, and let another member sign as well."
)
WORKSHOP_EXAMPLES = """\b
maker lesson keys workshop li.mkeys --name 李波工作室 --add wang.mkey
maker lesson keys workshop li.mkeys --remove 王老师 --add new.mkey
maker lesson keys workshop li.mkeys"""


@click.group("keys", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def keys() -> None:
    pass


@keys.command("new", cls=MakerCommand, help="\n\n".join((NEW_HELP, NEW_MORE, NEW_EXAMPLES)))
@click.argument("name", metavar="NAME")
def new(name: str) -> None:
    from makerlab.lessons.packs.keyring import Keyring
    from makerlab.lessons.packs.keys import checked_name

    key = Keyring().make(checked_name(name))
    click.echo(_("Your key {name}: {fingerprint}").format(name=key.name, fingerprint=key.public.fingerprint))
    click.echo(_("For others: maker lesson keys export {name}").format(name=key.name))


@keys.command("list", cls=MakerCommand, help=LIST_HELP + "\n\n" + LIST_EXAMPLES)
@with_json
def list_(as_json: bool) -> None:
    from makerlab.lessons.packs.keyring import Keyring

    ring = Keyring()
    rows = [(key.public, "own", _("your own")) for key in ring.own()]
    for one in ring.known():
        state = ("trusted", _("trusted")) if one.trusted else ("known", _("known, not trusted"))
        rows.append((one.public, *state))
    for workshop in ring.workshops():
        rows += [(member, "trusted", workshop.workshop) for member in workshop.members]
    if as_json:
        records = [
            {"name": key.name, "key": key.key, "id": key.id, "state": state, "how": how}
            for key, state, how in rows
        ]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo(_("There are no keys yet. Make your own: maker lesson keys new 李老师"))
        return
    _show([(key, how) for key, _state, how in rows])


@keys.command("trust", cls=MakerCommand, help="\n\n".join((TRUST_HELP, TRUST_MORE, TRUST_EXAMPLES)))
@click.argument("who", metavar="WHO...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help=N_("The fingerprint was compared; do not ask."))
def trust(who: tuple[str, ...], yes: bool) -> None:
    from makerlab.cli.lesson_text import ask
    from makerlab.lessons.packs.keyring import Keyring

    ring = Keyring()
    people = [key for one in who for key in _meant(one)]
    lines = [f"{key.name}  {key.fingerprint}" for key in people]
    if not ask(lines, _("Did the owner read you the same fingerprint?"), yes):
        click.echo(_("Nothing was changed."))
        return
    for key in people:
        ring.add(key, trusted=True)
        click.echo(_("{name} is trusted now.").format(name=key.name))


@keys.command("forget", cls=MakerCommand, help=FORGET_HELP + "\n\n" + FORGET_EXAMPLES)
@click.argument("name", metavar="NAME")
def forget(name: str) -> None:
    from makerlab.lessons.packs.keyring import Keyring

    click.echo(_("{name} is not trusted any more.").format(name=Keyring().forget(name)))


@keys.command("export", cls=MakerCommand, help=EXPORT_HELP + "\n\n" + EXPORT_EXAMPLES)
@click.argument("name", metavar="NAME")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.mkey", help=N_("Where to write it."))
@click.option("--private", is_flag=True, help=N_("Your whole key, for a safe copy: nobody else may get it."))
def export(name: str, out: Path | None, private: bool) -> None:
    from makerlab.lessons import disk
    from makerlab.lessons.packs.keyring import Keyring
    from makerlab.lessons.packs.keys import SUFFIX, private_file, public_file
    from makerlab.recording.file_names import safe_title

    ring = Keyring()
    if private:
        own = ring.own_key(name)
        out = out or Path(f"{safe_title(own.name)} PRIVATE{SUFFIX}")
        disk.write(out, private_file(own), disk.PRIVATE)
        click.echo(
            _("{file}: your whole key. Whoever has it can sign in your name: keep it safe.").format(file=out)
        )
        return
    key = ring.find(name)
    out = out or Path(f"{safe_title(key.name)}{SUFFIX}")
    disk.write(out, public_file(key))
    click.echo(
        _("{file}: the key of {name} for others ({fingerprint}).").format(
            file=out, name=key.name, fingerprint=key.fingerprint
        )
    )


@keys.command("import", cls=MakerCommand, help=IMPORT_HELP + "\n\n" + IMPORT_EXAMPLES)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help=N_("Trust a new workshop without a question."))
def import_(path: Path, yes: bool) -> None:
    from makerlab.lessons import disk
    from makerlab.lessons.packs import keys as key_files
    from makerlab.lessons.packs import workshop
    from makerlab.lessons.packs.keyring import Keyring

    ring = Keyring()
    data = disk.read(path, workshop.MAX_FILE_BYTES)
    if workshop.is_list(data):
        _take_list(workshop.of_file(data, str(path)), yes)
        return
    key = key_files.of_file(data, str(path))
    if isinstance(key, key_files.OwnKey):
        ring.keep(key)
        click.echo(
            _("Your key {name}: {fingerprint}").format(name=key.name, fingerprint=key.public.fingerprint)
        )
        return
    ring.add(key, trusted=False)
    click.echo(
        _("{name} ({fingerprint}) is known now. To trust: maker lesson keys trust {name}").format(
            name=key.name, fingerprint=key.fingerprint
        )
    )


@keys.command(
    "workshop", cls=MakerCommand, help="\n\n".join((WORKSHOP_HELP, WORKSHOP_MORE, WORKSHOP_EXAMPLES))
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", default="", metavar="WORKSHOP", help=N_("The workshop's name, for a new list."))
@click.option("--add", "added", multiple=True, metavar="WHO", help=N_("A new member: a key file or a name."))
@click.option(
    "--remove", "removed", multiple=True, metavar="NAME", help=N_("A member who left, or lost a key.")
)
@click.option("--key", "key_name", default="", metavar="NAME", help=N_("Your key, if you have several."))
@click.option("--yes", is_flag=True, help=N_("Sign without a question."))
def workshop_(
    path: Path, name: str, added: tuple[str, ...], removed: tuple[str, ...], key_name: str, yes: bool
) -> None:
    from makerlab.cli.lesson_text import ask
    from makerlab.lessons import disk
    from makerlab.lessons.packs import keys as key_files
    from makerlab.lessons.packs.keyring import Keyring

    own = Keyring().own_key(key_name)
    made = _changed(path, key_files.checked_name(name) if name else "", own.public, added, removed)
    lines = [f"{member.name}  {member.fingerprint}" for member in made.members]
    question = _("Sign this list of {workshop} (number {number})?").format(
        workshop=made.workshop, number=made.number
    )
    if not ask(lines, question, yes):
        click.echo(_("Nothing was changed."))
        return
    signed = made.signed(own)
    disk.write(path, signed.file())
    click.echo(
        _("{file}: list of {workshop}, number {number}, members {members}, signatures {signatures}.").format(
            file=path, workshop=signed.workshop, number=signed.number, members=len(signed.members),
            signatures=len(signed.signatures),
        )
    )  # fmt: skip


def _changed(
    path: Path, name: str, own: PublicKey, added: tuple[str, ...], removed: tuple[str, ...]
) -> KeyList:
    """The list to be signed: a new one, the next one, or the one that is there."""
    from makerlab.lessons import disk
    from makerlab.lessons.packs import workshop
    from makerlab.lessons.packs.keyring import NoSuchKey

    new = [key for one in added for key in _meant(one)]
    if not path.exists():
        if not name:
            raise UsageProblem(
                problem=_("There is no list in {file} yet, and the workshop has no name.").format(file=path),
                advice=_("Example: {command}").format(
                    command="maker lesson keys workshop li.mkeys --name 李波工作室"
                ),
            )
        return workshop.KeyList(name, 1, tuple(dict.fromkeys((own, *new))), {})
    there = workshop.of_file(disk.read(path, workshop.MAX_FILE_BYTES), str(path))
    if not added and not removed:
        return there
    members = list(there.members)
    for gone in removed:
        fitting = [one for one in members if gone in (one.name, one.id)]
        if not fitting:
            raise NoSuchKey(name=gone)
        members = [one for one in members if one not in fitting]
    return there.following(tuple(dict.fromkeys((*members, *new))))


def _take_list(new: KeyList, yes: bool) -> None:
    """Keep a workshop's list: a new workshop after a question, a known one's as far as it is signed."""
    from makerlab.cli.lesson_text import ask
    from makerlab.lessons.packs.keyring import Keyring

    ring = Keyring()
    if ring.workshop(new.workshop) is None:
        lines = [f"{member.name}  {member.fingerprint}" for member in new.members]
        if not ask(lines, _("Trust the members of {workshop}?").format(workshop=new.workshop), yes):
            click.echo(_("Nothing was changed."))
            return
    kept = ring.take_list(new)
    click.echo(
        _("{workshop}: list number {number}, members {members}.").format(
            workshop=kept.workshop, number=kept.number, members=len(kept.members)
        )
    )


def _meant(who: str) -> list[PublicKey]:
    """The keys that a word names: in a key file, of a pack's signatures, or known here."""
    from makerlab.lessons import disk, library
    from makerlab.lessons.model import SUFFIX
    from makerlab.lessons.packs import keys as key_files
    from makerlab.lessons.packs import signature
    from makerlab.lessons.packs.keyring import Keyring

    path = Path(who)
    if who.endswith(SUFFIX):
        found = signature.signatures(library.read_pack(path))
        right = [one.signer for one in found or [] if one.right]
        if not right:
            raise UsageProblem(
                problem=_("{file} has no signature to trust.").format(file=who),
                advice=_("See who signed it: {command}").format(command=f"maker lesson verify {who}"),
            )
        return right
    if who.endswith(key_files.SUFFIX) or path.is_file():
        key = key_files.of_file(disk.read(path, key_files.MAX_FILE_BYTES), who)
        return [key.public if isinstance(key, key_files.OwnKey) else key]
    return [Keyring().find(who)]


def _show(rows: list[tuple[PublicKey, str]]) -> None:
    from makerlab.cli.tables import add_row, new_table, print_table

    table = new_table(_("Name"), _("Fingerprint"), _("State"))
    for key, how in rows:
        add_row(table, key.name, key.fingerprint, how)
    print_table(table)
