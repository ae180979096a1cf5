"""`maker calibrate`: a channel measures two values that are known better, and is right from then on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.base import MakerCommand, with_json, with_ports
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.connect import Connection
    from makerlab.experiment.measuring import Wish
    from makerlab.experiment.model import Experiment
    from makerlab.recording.calculated.calibration_file import Entry
    from makerlab.wire.events import Channel, Event

HELP = N_(
    "Calibrate a channel of WHAT (an experiment or your own .py file): it measures two things whose value "
    "you know, such as ice water and warm water with a thermometer in it. Kept for this board and channel, "
    "and used in every measurement from then on; what is recorded stays as it was measured."
)
EXAMPLES = """\b
maker calibrate humidity --channel temperature --port COM3
maker calibrate soil --known 0 --known 100
maker calibrate --list"""

MEASURE_S = 3.0
"""For one point: long enough to see whether the value still moves, short enough for a class."""
LEAST_ROWS = 5
"""For one point; slow programs measure longer for them."""


class NotMeasured(MakerError):
    what = N_("{channel} gave no value.")
    todo = N_("Check its wiring, then calibrate once more; nothing was changed.")


def known_values(_ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> tuple[float, ...]:
    """None, or the two values that are known."""
    values = tuple(map(_number, words))
    if len(values) not in (0, 2):
        raise UsageProblem(
            problem=_("A calibration takes two known values, not {count}.").format(count=len(values)),
            advice=_("For example: {example}").format(example="--known 0 --known 100"),
        )
    return values


def points(
    _ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]
) -> tuple[tuple[float, float], ...]:
    """None, or two points: what the channel read, and what it was."""
    pairs = []
    for word in words:
        measured, _sign, known = word.replace("＝", "=").partition("=")
        pairs.append((_number(measured), _number(known)))
    if len(pairs) not in (0, 2):
        raise UsageProblem(
            problem=_("A calibration takes two points, not {count}.").format(count=len(pairs)),
            advice=_("For example: {example}").format(example="--point 1.5=0 --point 98.2=100"),
        )
    return tuple(pairs)


@click.command("calibrate", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("what", metavar="[WHAT]", required=False)
@with_ports
@click.option("--channel", metavar="NAME", help=N_("Which channel; needed where WHAT has several."))
@click.option(
    "--known", multiple=True, callback=known_values, metavar="VALUE",
    help=N_("The two values, one --known each; otherwise they are asked for."),
)  # fmt: skip
@click.option(
    "--point", multiple=True, callback=points, metavar="MEASURED=KNOWN",
    help=N_("A point that was measured before; with two of them nothing is measured."),
)  # fmt: skip
@click.option("--list", "shows", is_flag=True, help=N_("Show the calibrations there are."))
@click.option("--clear", is_flag=True, help=N_("Remove calibrations: those of --port and --channel, or all."))
@click.option("--yes", is_flag=True, help=N_("Remove several without asking."))
@with_json
def calibrate(
    what: str | None, ports: tuple[str, ...], channel: str | None, known: tuple[float, ...],
    point: tuple[tuple[float, float], ...], shows: bool, clear: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    if shows or clear:
        found = _chosen(ports, channel)
        if clear:
            _clear(found, yes)
        else:
            _show(found, as_json)
        return
    if what is None:
        raise UsageProblem(
            problem=_("{name} is missing.").format(name="WHAT"),
            advice=_("For example: {example}").format(
                example="maker calibrate humidity --channel temperature"
            ),
        )
    if len(ports) > 1:
        raise UsageProblem(problem=_("One board is calibrated at a time."), advice=_("Name one with --port."))
    _calibrate(what, ports[0] if ports else None, channel, known, point)


def _calibrate(
    what: str,
    port: str | None,
    wanted: str | None,
    known: Sequence[float],
    pairs: Sequence[tuple[float, float]],
) -> None:
    from dataclasses import replace

    from makerlab.cli.calibrated import points as shown_points
    from makerlab.connect import connect
    from makerlab.experiment.find import find
    from makerlab.experiment.measuring import Wish
    from makerlab.experiment.until import Until
    from makerlab.labels import find as boards
    from makerlab.recording.calculated import calibration_file
    from makerlab.recording.calculated.calibration import SamePoint, through
    from makerlab.virtual.address import with_scene

    experiment, folder = find(what)
    if wanted is not None and experiment.channels:
        wanted = _name_of(wanted, experiment)
    seconds = max(MEASURE_S, LEAST_ROWS / experiment.rate_hz if experiment.rate_hz else 0.0)
    wish = Wish(experiment, folder, Until(seconds), None, wants_data=True, wait_s=0.0)
    place = with_scene(port, experiment.scene) if port else None
    with connect(
        place, lambda name: click.echo(_("Connecting to {port} ...").format(port=name))
    ) as connection:
        names.learn(connection)
        board_id = boards.id_of(connection.session)
        if not board_id:
            raise UsageProblem(
                problem=_(
                    "The board on {port} has no number of its own, so nothing can be kept for it."
                ).format(port=connection.port),
                advice=_("Calibrate in your program instead."),
            )
        if pairs:
            one = _measure(connection, replace(wish, until=Until(samples=1)), wanted, needs_value=False)
            measured, values = (pairs[0][0], pairs[1][0]), (pairs[0][1], pairs[1][1])
        else:
            first, low = _point(connection, wish, wanted, _("First value"), known[0] if known else None)
            one, high = _point(connection, wish, wanted, _("Second value"), known[1] if known else None)
            measured, values = (first.mean, one.mean), (low, high)
            if abs(first.mean - one.mean) <= max(first.spread, one.spread):
                raise SamePoint(channel=one.title, measured=one.text(one.mean))
        made = datetime.now().astimezone().isoformat(timespec="seconds")
        calibration = through(one.title, measured, values, one.channel.unit, made)
        calibration_file.keep(
            calibration_file.Entry(board_id, connection.board.key, one.channel.name, calibration)
        )
    click.echo(_("Kept for this board: {points}").format(points=shown_points(calibration)))


def _point(
    connection: Connection, wish: Wish, wanted: str | None, which: str, known: float | None
) -> tuple[Readings, float]:
    """Measure one point, guided; its readings, and its known value."""
    value = "" if known is None else f" ({known:g})"
    click.echo()
    click.echo(
        _("{which}{value}: put the sensor there, and wait until it has taken the value on.").format(
            which=which, value=value
        )
    )
    click.prompt(_("Then press Enter"), default="", show_default=False, prompt_suffix=" ")
    readings = _measure(connection, wish, wanted)
    click.echo(
        _("{channel} reads {mean} (from {low} to {high}).").format(
            channel=readings.title, mean=readings.text(readings.mean),
            low=readings.text(min(readings.values)), high=readings.text(max(readings.values)),
        )
    )  # fmt: skip
    return readings, known if known is not None else _ask_value()


def _ask_value() -> float:
    while True:
        typed = click.prompt(_("What is it really?"), prompt_suffix=" ")
        try:
            return _number(typed)
        except UsageProblem as error:
            click.echo(error.message)


class Readings:
    """A consumer: what the chosen channel read, in its unit. The board names its channels: `wanted` must be
    one of them, or (None) there must be only one."""

    def __init__(self, wanted: str | None, shown_channel: Callable[[str], str]) -> None:
        self.values: list[float] = []
        self._wanted = wanted
        self._shown_channel = shown_channel
        self._channels: tuple[Channel, ...] = ()
        self._index = 0

    @property
    def channel(self) -> Channel:
        return self._channels[self._index]

    @property
    def title(self) -> str:
        return self._shown_channel(self.channel.name)

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / len(self.values)

    @property
    def spread(self) -> float:
        """How far they are apart."""
        return max(self.values) - min(self.values)

    def text(self, value: float) -> str:
        from makerlab.recording.units import shown_unit

        decimals = self.channel.decimals
        number = f"{value:g}" if decimals is None else f"{value:.{decimals}f}"
        return f"{number} {shown_unit(self.channel.unit)}".rstrip()

    def take(self, events: list[Event], _at: float) -> None:
        from makerlab.recording.calculated.derive import quantity
        from makerlab.wire.events import Header, Samples

        for event in events:
            if isinstance(event, Header):
                self._channels = event.channels
                self._index = self._find([channel.name for channel in event.channels])
            elif isinstance(event, Samples):
                for row in event.rows:
                    value = quantity(self.channel, row[2 + self._index])
                    if value is not None:
                        self.values.append(value)

    def close(self) -> None:
        pass

    def _find(self, channels: list[str]) -> int:
        if self._wanted is None and len(channels) == 1:
            return 0
        if self._wanted in channels:
            return channels.index(self._wanted)
        raise _which_channel(self._wanted, channels)


def _measure(connection: Connection, wish: Wish, wanted: str | None, needs_value: bool = True) -> Readings:
    from makerlab.experiment.measuring import begin_on

    readings = Readings(wanted, wish.experiment.shown_channel)
    measuring = begin_on(connection, wish, calibrated=False)
    measuring.run([readings])
    if (error := measuring.error()) is not None:
        raise error
    if needs_value and not readings.values:
        raise NotMeasured(channel=readings.title)
    return readings


def _name_of(wanted: str, experiment: Experiment) -> str:
    """The name of the channel that is called so, or has this title."""
    for name, info in experiment.channels.items():
        if wanted == name or wanted in info.title.values():
            return name
    raise _which_channel(wanted, list(experiment.channels))


def _which_channel(wanted: str | None, channels: list[str]) -> UsageProblem:
    problem = _("There are several channels, and one is calibrated.")
    if wanted is not None:
        problem = _("There is no channel called {name}.").format(name=wanted)
    return UsageProblem(
        problem=problem,
        advice=_("Name one with --channel: {names}").format(names=_(", ").join(channels)),
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageProblem(
            problem=_("{value} is no number.").format(value=repr(text[:40])),
            advice=_("Write it with digits, such as 0 or 36.5."),
        )
    return value


# -- those there are ---------------------------------------------------------------------------------------


def _chosen(ports: Sequence[str], channel: str | None) -> list[Entry]:
    """The calibrations of the boards at `ports` (none: of all boards) for `channel` (None: all)."""
    from makerlab.recording.calculated import calibration_file

    ids = [_id_at(port) for port in ports]
    return [
        entry for entry in calibration_file.load()
        if (not ids or entry.board_id in ids) and channel in (None, entry.channel)
    ]  # fmt: skip


def _id_at(port: str) -> str:
    from makerlab.connect import connect
    from makerlab.labels import find

    if known := find.id_at(port):
        return known
    with connect(port) as connection:
        return find.id_of(connection.session)


def _show(entries: Sequence[Entry], as_json: bool) -> None:
    from makerlab.boards import catalogue
    from makerlab.cli.calibrated import points as shown_points
    from makerlab.cli.tables import add_row, new_table, print_table
    from makerlab.labels import board_id, store

    if as_json:
        objects = [
            {
                "id": board_id.shown(entry.board_id), "board": entry.board, "channel": entry.channel,
                "unit": entry.calibration.unit, "measured": entry.calibration.measured,
                "known": entry.calibration.known, "made_at": entry.calibration.made_at,
            }
            for entry in entries
        ]  # fmt: skip
        click.echo(json.dumps(objects, ensure_ascii=False, indent=2))
        return
    if not entries:
        click.echo(_("Nothing is calibrated."))
        return
    labels, boards = store.load(), catalogue().boards
    table = new_table(_("BOARD"), _("CHANNEL"), _("MEASURED → KNOWN"), _("SINCE"))
    for entry in entries:
        label = labels.of_id(entry.board_id)
        kind = boards[entry.board].shown_name if entry.board in boards else entry.board
        name = label.label if label is not None else f"{kind} {board_id.shown(entry.board_id)}"
        add_row(
            table, name, entry.channel, shown_points(entry.calibration), entry.calibration.made_at[:10]
        )  # fmt: skip
    print_table(table)


def _clear(entries: Sequence[Entry], yes: bool) -> None:
    from makerlab.recording.calculated import calibration_file

    if not entries:
        click.echo(_("Nothing is calibrated."))
        return
    count = len(entries)
    question = ngettext("Remove {n} calibration?", "Remove {n} calibrations?", count).format(n=count)
    if count > 1 and not yes and not click.confirm(question):
        return
    calibration_file.save(one for one in calibration_file.load() if one not in entries)
    click.echo(ngettext("{n} calibration removed.", "{n} calibrations removed.", count).format(n=count))
