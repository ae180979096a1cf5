"""Options that several commands of `maker recordings` share: which part, and where a picture goes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from makerlab.cli.run_options import pause
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.recording.plot import Picture

F = TypeVar("F", bound=Callable[..., Any])

PICTURES = (".png", ".svg")


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A time in a recording (10s, 5min; 0 as well), in seconds."""
    return None if value is None else pause(ctx, param, value)


def picture_path(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in PICTURES:
        raise UsageProblem(
            problem=_("A picture is a .png or .svg file, and {name} is neither.").format(name=value.name),
            advice=_("For example: --out {name}.png").format(name=value.stem or "curve"),
        )
    return value


def with_range(command: F) -> F:
    """Give a command --from and --to (parameters `start_s` and `end_s`)."""
    command = click.option(
        "--to", "end_s", callback=moment, metavar="TIME", help=N_("Only up to this time in it.")
    )(command)
    return click.option(
        "--from", "start_s", callback=moment, metavar="TIME", help=N_("Only from this time in it: 90s, 2min.")
    )(command)


def with_picture(command: F) -> F:
    """Give a command --out for a picture (parameter `out`)."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        callback=picture_path,
        metavar="FILE.png|.svg",
        help=N_("Draw a picture into this new file."),
    )(command)


def save_picture(picture: Picture, path: Path) -> None:
    """Draw it into a new file, and say where; and when its Chinese cannot be drawn. Raises FileTaken or
    NotSaved."""
    from makerlab.recording.formats.exporting import save

    # The first time, matplotlib looks through all fonts, and would say so in English.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from makerlab.recording.plot import draw, lacks_glyphs

    if lacks_glyphs(picture):
        click.echo(
            _(
                "This computer has no font with Chinese characters, so boxes stand for them: "
                "install one, such as Noto Sans SC."
            ),
            err=True,
        )
    save(path, draw(picture, "svg" if path.suffix.lower() == ".svg" else "png"))
    click.echo(_("Picture in: {path}").format(path=path), err=True)
