"""The shape of every command: help in two languages, heavy imports late, errors as two lines.

Texts in decorators stand in English, marked with N_(), and are translated when they are shown, because the
language is known only when the command line is read.
"""

from __future__ import annotations

import codecs
import difflib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn, TypeVar

import click

from makerlab.cli import names
from makerlab.cli.help_text import HelpContext
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import LANGUAGES, N_, _, set_language, system_language
from makerlab.unforeseen import Unforeseen

EXIT_FAILED, EXIT_USAGE, EXIT_SOME_FAILED = 1, 2, 3

F = TypeVar("F", bound=Callable[..., Any])


class MakerCommand(click.Command):
    """A command whose help, and whose options' help, is translated when it is shown."""

    context_class = HelpContext

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Each paragraph by itself: examples, marked with \b as click has it, need no translation.
        for paragraph in (self.help or "").split("\n\n"):
            if paragraph.startswith("\b"):
                formatter.write_paragraph()
                with formatter.indentation():
                    for line in paragraph.splitlines()[1:]:
                        formatter.write(" " * formatter.current_indent + line + "\n")
            else:
                formatter.write_paragraph()
                with formatter.indentation():
                    formatter.write_text(_(paragraph))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for param in self.get_params(ctx):
            if isinstance(param, click.Argument):
                continue  # the help text speaks of it
            record = param.get_help_record(ctx)
            if record is not None:
                text = getattr(param, "help", None) or ""
                rows.append((record[0], record[1].replace(text, _(text)) if text else record[1]))
        if rows:
            with formatter.section(_("Options")):
                formatter.write_dl(rows)

    def get_short_help_str(self, limit: int = 45) -> str:
        return _((self.help or "").split("\n\n")[0])


class MakerGroup(MakerCommand, click.Group):
    """A group of commands, each in its own module, imported when it is called or shown.

    `lazy` maps a command's name to "module:attribute" and its one-line help (marked with N_).
    """

    command_class = MakerCommand

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._lazy:
            module, _colon, attribute = self._lazy[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        MakerCommand.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, _(text)) for name, (_module, text) in self._lazy.items()]
        rows += [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`maker lesson` alone asks what there is: that is no mistake, as newer versions of click have it."""
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            raise UsageProblem(
                problem=_("There is no command {name}.").format(name=args[0]),
                advice=_("Did you mean: {command}").format(command=f"{ctx.command_path} {near[0]}")
                if near
                else _see_help(ctx),
            )
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Run a command line; `--lang` may stand anywhere in it."""
        use_utf8_safely()
        names.forget()
        arguments = list(sys.argv[1:] if args is None else args)
        set_language(system_language())
        try:
            arguments = take_language(arguments)
            # Not click's own way of ending: its errors are longer than two lines.
            code = super().main(arguments, **{**kwargs, "standalone_mode": False})
        except click.UsageError as error:
            print_problem(*_usage_problem(error))
            sys.exit(EXIT_USAGE)
        except click.ClickException as error:
            print_problem(error.format_message())
            sys.exit(EXIT_FAILED)
        except click.Abort:
            click.echo(_("Aborted!"), err=True)
            sys.exit(EXIT_FAILED)
        except MakerError as error:
            fail(error)
        except Exception as error:
            fail(Unforeseen.of(error))
        if isinstance(code, int) and code:
            sys.exit(code)


def _usage_problem(error: click.UsageError) -> tuple[str, str]:
    """What is wrong with a command line, and what to do; in our words where click's are of two languages."""
    advice = _see_help(error.ctx)
    if isinstance(error, click.NoSuchOption):
        if error.possibilities:
            near = _(" or ").join(error.possibilities)
            advice = _("Did you mean {name}? ").format(name=near) + advice
        return _("There is no option {name}.").format(name=error.option_name), advice
    if isinstance(error, click.MissingParameter) and error.param is not None:
        if example := _example(error.ctx):
            advice = _("For example: {example} (all about it: {command})").format(
                example=example, command=f"{error.ctx.command_path} --help" if error.ctx else "maker --help"
            )
        return _("{name} is missing.").format(name=error.param.get_error_hint(error.ctx)), advice
    return error.format_message(), advice


def _example(ctx: click.Context | None) -> str:
    """The first one in a command's help; "" if it has none."""
    _before, _mark, lines = ((ctx and ctx.command.help) or "").partition("\b\n")
    return lines.partition("\n")[0].strip()


def _see_help(ctx: click.Context | None) -> str:
    return _("See how it is written: {command}").format(
        command=f"{ctx.command_path if ctx else 'maker'} --help"
    )


def take_language(arguments: list[str]) -> list[str]:
    """Set the language that `--lang zh` or `--lang=zh` names, and return the other arguments."""
    others: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*others, word, *words]
        if word != "--lang" and not word.startswith("--lang="):
            others.append(word)
            continue
        value = word.partition("=")[2] if "=" in word else next(words, "")
        if value not in LANGUAGES:
            print_problem(
                _("--lang takes zh or en, not {value}.").format(value=repr(value)),
                _("Example: {command}").format(command="maker --lang zh boards"),
            )
            sys.exit(EXIT_USAGE)
        set_language(value)
    return others


_SIMPLER = {"²": "2", "³": "3", "µ": "u", "−": "-", "⚑": "*"}


def _simpler(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _SIMPLER.get(error.object[error.start], "?"), error.start + 1


def use_utf8_safely() -> None:
    """A console that cannot show a character shows a simpler one or `?`; it never ends the command (cp936,
    cp437)."""
    codecs.register_error("simpler", _simpler)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="simpler")


def print_problem(what: str, todo: str = "") -> None:
    """The two lines of every error, on the error side."""
    _print_two_lines(click.style(_("Error: "), fg="red", bold=True), what, todo)


def print_note(what: str, todo: str = "") -> None:
    """The same for what went wrong beside the work, which goes on: it changes no exit code."""
    _print_two_lines(click.style(_("Note: "), fg="yellow", bold=True), what, todo)


def _print_two_lines(begin: str, what: str, todo: str) -> None:
    click.echo(begin + what, err=True)
    if todo:
        click.echo(click.style(_("Do this: "), fg="yellow", bold=True) + todo, err=True)


def fail(error: MakerError) -> NoReturn:
    """Print what happened and what to do, and end with exit code 1 (2 where the command made no sense).

    MAKER_DEBUG=1 shows the Python traceback as well, for whoever works on makerlab itself.
    """
    if os.environ.get("MAKER_DEBUG"):
        traceback.print_exception(error)
    print_problem(error.message, error.hint)
    sys.exit(EXIT_USAGE if isinstance(error, UsageProblem) else EXIT_FAILED)


def with_ports(command: F) -> F:
    """Give a command the option --port, several times if wanted (parameter `ports`)."""
    return click.option(
        "--port",
        "-p",
        "ports",
        multiple=True,
        callback=names.from_option,
        metavar="PORT",
        help=N_("Where the board is: COM3, /dev/ttyACM0, its label, virtual:esp32, ... (see: maker boards)"),
    )(command)


def with_json(command: F) -> F:
    """Give a command the option --json (parameter `as_json`)."""
    return click.option("--json", "as_json", is_flag=True, help=N_("Print JSON, for scripts."))(command)
