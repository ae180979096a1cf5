"""`maker lesson verify`: who stands for a pack, and whether it is whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import EXIT_FAILED, MakerCommand, print_problem, with_json
from makerlab.errors import MakerError
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.packs.signature import State

HELP = N_(
    "Say of each lesson pack FILE whether it is whole and who signed it: trusted, unknown signature, not "
    "signed, or damaged."
)
MORE = N_(
    "Ends with exit code 1 if one is damaged; with --trusted also if one is not signed by a trusted key."
)
EXAMPLES = """\b
maker lesson verify light-1.0.0.mkl
maker lesson verify *.mkl --trusted"""


@click.command("verify", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--trusted", "only_trusted", is_flag=True, help=N_("Fail unless every pack is trusted."))
@with_json
def verify(paths: tuple[Path, ...], only_trusted: bool, as_json: bool) -> None:
    from makerlab.cli.lesson_text import signer_lines, state_words
    from makerlab.cli.tables import BULLET
    from makerlab.lessons import library
    from makerlab.lessons.packs import signature
    from makerlab.lessons.packs.keyring import Keyring

    trusted = Keyring().trusted()
    records: list[dict[str, Any]] = []
    states: list[State] = []
    for path in paths:
        try:
            pack = library.read_pack(path)
        except MakerError as error:
            states.append("damaged")
            records.append({"file": str(path), "state": "damaged", "problem": error.message})
            if not as_json:
                print_problem(error.message, error.hint)
            continue
        state = signature.state(pack, trusted)
        states.append(state)
        records.append(
            {
                "file": str(path), "state": state, "id": pack.id, "version": pack.version,
                "digest": pack.digest, "signatures": _signatures(pack, trusted),
            }
        )  # fmt: skip
        if not as_json:
            click.echo(f"{path}{_(': ')}{state_words(state)}  {pack.id} {pack.version}")
            for line in signer_lines(pack, trusted):
                click.echo(BULLET + line)
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    wanted = {"trusted"} if only_trusted else {"trusted", "unknown", "unsigned"}
    if not set(states) <= wanted:
        sys.exit(EXIT_FAILED)


def _signatures(pack: Any, trusted: dict[str, str]) -> list[dict[str, Any]]:
    from makerlab.lessons.packs.signature import signatures

    return [
        {
            "key": one.signer.key, "id": one.signer.id, "name": one.signer.name, "role": one.role,
            "when": one.when, "tested": [passed._asdict() for passed in one.tested], "right": one.right,
            "trusted": one.signer.key in trusted,
        }
        for one in signatures(pack) or []
    ]  # fmt: skip
