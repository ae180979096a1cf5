"""`maker lesson sign`: stand for a pack with one's key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import DataError, MakerError
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.packs.pack import Pack
    from makerlab.lessons.packs.signature import Passed, Role

HELP = N_(
    "Sign the lesson pack FILE (several are possible) with your key: others see that it comes from you."
)
MORE = N_(
    "Several people can sign the same pack, each in their role. It stays the same lesson. A signature says "
    "who stands for it, not how good it is."
)
EXAMPLES = """\b
maker lesson sign light-1.0.0.mkl
maker lesson sign light-1.0.0.mkl --test
maker lesson sign light-1.0.0.mkl --role reviewer"""


class Forged(DataError):
    what = N_("{path} has a signature that is not right; it was changed or damaged.")
    todo = N_("It is not used. Build it again, or get it again from whoever made it.")


class NotPassed(MakerError):
    what = N_("{path} did not pass its test ({board}): {problem}")
    todo = N_("It was not signed. See all of it: maker lesson test {path}")


@click.command("sign", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", "name", default="", metavar="NAME", help=N_("Your key, if you have several."))
@click.option(
    "--role", type=click.Choice(["author", "reviewer", "school"]), default="author",
    help=N_("As what you sign (usual: author)."),
)  # fmt: skip
@click.option(
    "--test", "test_first", is_flag=True, help=N_("Test it first, and sign that it passed, and where.")
)
def sign(paths: tuple[Path, ...], name: str, role: Role, test_first: bool) -> None:
    from makerlab.cli.lesson_text import board_names, now
    from makerlab.lessons import disk, library
    from makerlab.lessons.packs import signature
    from makerlab.lessons.packs.keyring import Keyring

    key = Keyring().own_key(name)
    for path in paths:
        pack = library.read_pack(path)
        if signature.state(pack, {}) == "damaged":
            raise Forged(path=path)
        tested = _tested(path, pack) if test_first else []
        signed = signature.sign(pack, key, role, now(), tested)
        disk.write(path, signed.data())
        click.echo(
            _("{file}: signed by {name} ({fingerprint}).").format(
                file=path, name=key.name, fingerprint=key.public.fingerprint
            )
        )
        if tested:
            click.echo(
                _("Tested on: {boards}").format(
                    boards=board_names(dict.fromkeys(one.board for one in tested))
                )
            )


def _tested(path: Path, pack: Pack) -> list[Passed]:
    """Where a pack passes its test. Raises NotPassed, and what `try_lesson` does."""
    from makerlab import __version__
    from makerlab.cli.lesson_test import with_runtime
    from makerlab.cli.progress import StatusLine
    from makerlab.lessons.packs.signature import Passed
    from makerlab.lessons.trials.trial import Shown, try_lesson

    found = set()
    with StatusLine() as status:
        status.show(_("testing {file}; this takes some seconds").format(file=path))
        for result in with_runtime(try_lesson(pack.files)):
            if result.failures:
                problem = result.failures[0].what
                raise NotPassed(path=path, board=result.board or result.target, problem=problem)
            if isinstance(result, Shown):
                found.add(Passed(result.target, result.board, f"makerlab {__version__}"))
    return sorted(found)
