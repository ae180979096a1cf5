"""`maker lesson sign`: stand for a pack with one's key."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import DataError
from makerlab.i18n import N_, _

HELP = N_(
    "Sign the lesson pack FILE (several are possible) with your key: others see that it comes from you."
)
MORE = N_(
    "Several people can sign the same pack, each in their role. It stays the same lesson. A signature says "
    "who stands for it, not how good it is."
)
EXAMPLES = """\b
maker lesson sign light-1.0.0.mkl
maker lesson sign light-1.0.0.mkl --role reviewer"""


class Forged(DataError):
    what = N_("{path} has a signature that is not right; it was changed or damaged.")
    todo = N_("It is not used. Build it again, or get it again from whoever made it.")


@click.command("sign", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", "name", default="", metavar="NAME", help=N_("Your key, if you have several."))
@click.option(
    "--role", type=click.Choice(["author", "reviewer", "school"]), default="author",
    help=N_("As what you sign (usual: author)."),
)  # fmt: skip
def sign(paths: tuple[Path, ...], name: str, role: str) -> None:
    from makerlab.cli.lesson_text import now
    from makerlab.lessons import disk, library, signature
    from makerlab.lessons.keyring import Keyring

    key = Keyring().own_key(name)
    for path in paths:
        pack = library.read_pack(path)
        if signature.state(pack, {}) == "damaged":
            raise Forged(path=path)
        signed = signature.sign(pack, key, role, now())  # type: ignore[arg-type]
        disk.write(path, signed.data())
        click.echo(
            _("{file}: signed by {name} ({fingerprint}).").format(
                file=path, name=key.name, fingerprint=key.public.fingerprint
            )
        )
