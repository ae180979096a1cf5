"""`maker doctor`: why it does not work, and what to do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.base import EXIT_FAILED, MakerCommand, with_json, with_ports
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.doctor.facts import Facts, Port

HELP = N_(
    "Find out why something does not work: cables, drivers, ports, micro:bit drives, hubs, what the boards "
    "themselves say, this computer's disk and network. For each thing found: what it is, and what to do."
)
MORE = N_(
    "Nothing is changed, and no program on a board is stopped. With --port only that board is looked at; if "
    "it says nothing, it is reset, to hear what it says when it starts. Exit code 1 when a problem was found."
)
EXAMPLES = """\b
maker doctor
maker doctor --port COM3
maker doctor --json"""


@click.command("doctor", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@with_ports
@with_json
def doctor(ports: tuple[str, ...], as_json: bool) -> None:
    from makerlab.cli.progress import StatusLine
    from makerlab.doctor.look import look
    from makerlab.doctor.rules import findings

    if len(ports) > 1:
        raise UsageProblem(
            problem=_("The doctor looks at one board at a time."),
            advice=_("Name one, or none to look at everything: maker doctor"),
        )
    with StatusLine() as status:
        facts = look(ports[0] if ports else "", status.show)
    found = findings(facts)
    if as_json:
        rows = [
            {"cause": one.cause, "level": one.level, "about": one.about, "what": one.what, "todo": one.todo}
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for line in _well(facts):
            click.echo(line)
        for finding in found:
            head = click.style(_("Problem: "), fg="red", bold=True)
            click.echo((head if finding.level == "problem" else _("Note: ")) + finding.what)
            if finding.level == "problem" or finding.cause != "skipped-port":
                click.echo("  " + click.style(_("Do this: "), fg="yellow", bold=True) + finding.todo)
    problems = sum(finding.level == "problem" for finding in found)
    if not as_json:
        click.echo(_count(problems))
    if problems:
        sys.exit(EXIT_FAILED)


def _count(problems: int) -> str:
    if not problems:
        return _("No problem was found.")
    return ngettext("{n} problem was found.", "{n} problems were found.", problems).format(n=problems)


def _well(facts: Facts) -> list[str]:
    """The boards that are as they should be."""
    return [
        _("{port}: all right ({what})").format(port=names.title(port.name), what=_runs(port))
        for port in facts.ports
        if port.kind in ("micropython", "program") and port.error is None
    ]


def _runs(port: Port) -> str:
    from makerlab.boards import catalogue
    from makerlab.repl.probe import describe, understand

    found = understand(port.heard)
    board = catalogue().recognise("", found.machine) if found.machine else None
    return ", ".join(filter(None, (board.shown_name if board else "", describe(found))))
