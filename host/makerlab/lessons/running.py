"""A lesson as what `maker run` runs: the program of each of its targets, with the modules beside it. Pure.

Programs of a lesson run on a board only. Their own modules come out of the lesson and ours out of firmware/;
nothing else of this computer goes onto the board.
"""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.errors import BadFile, MakerError
from makerlab.experiment.model import ChannelInfo, Edition, Experiment
from makerlab.i18n import N_, _
from makerlab.lessons.model import Lesson, SceneUse, Target


class NothingToRun(MakerError):
    what = N_("The lesson {name} has no program: it works without a board.")
    todo = N_("Read it: maker lesson open {name}")


def experiment_of(lesson: Lesson, files: Mapping[str, bytes], name: str) -> Experiment:
    """The lesson's programs as an experiment called `name`. Raises NothingToRun, or BadFile for a program
    that is not there or is no text."""
    if not lesson.targets:
        raise NothingToRun(name=name)
    editions: dict[str, Edition] = {}
    for target in lesson.targets:
        edition = _edition(lesson, target, files)
        editions |= dict.fromkeys(target.boards, edition)
    rates = [one.rate_hz for one in lesson.acquisition]
    channels = {one.id: ChannelInfo(one.name, one.scale.unit) for one in lesson.channels}
    return Experiment(
        name,
        editions,
        dict(lesson.title),
        rate_hz=rates[0] if len(set(rates)) == 1 else None,
        channels=channels,
    )


def seconds_of(lesson: Lesson) -> float | None:
    """How long the lesson measures on any of its boards; None if it does not say."""
    return max((one.duration_s for one in lesson.acquisition), default=None)


def scene_to_show(lesson: Lesson) -> SceneUse | None:
    """The scene in which the lesson is as it should be: what a virtual board sees while it is run."""
    return next((use for use in lesson.scenes if not use.must_fail), None)


def _edition(lesson: Lesson, target: Target, files: Mapping[str, bytes]) -> Edition:
    beside = {
        path.rpartition("/")[2].removesuffix(".py"): _text(files, path)
        for path in files
        if path.rpartition("/")[0] == target.folder and path.endswith(".py") and path != target.main
    }
    return Edition(
        target.main.rpartition("/")[2],
        _text(files, target.main),
        target.sensors,
        units={one.id: one.on(target.id).unit for one in lesson.channels},
        without=frozenset(one.id for one in lesson.channels if target.id in one.without),
        modules=beside,
        runtime=target.firmware.get("micropython", ""),
    )


def _text(files: Mapping[str, bytes], path: str) -> str:
    try:
        return files[path].decode("utf-8-sig").replace("\r\n", "\n")
    except KeyError:
        problem, line = _("There is no such file in the lesson."), 1
    except UnicodeDecodeError as error:
        problem, line = _("This is no text in UTF-8."), files[path].count(b"\n", 0, error.start) + 1
    raise BadFile(
        path=path, line=line, problem=problem,
        advice=_("See all mistakes: {command}").format(command="maker lesson check"),
    )  # fmt: skip
