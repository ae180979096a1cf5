"""Where scenes are: those that come with makerlab, and files of the user's."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from makerlab.errors import FileProblem, UsageProblem, system_reason
from makerlab.i18n import _
from makerlab.virtual.scene import Scene, load

USUAL = "classroom"

_offered: dict[str, Scene] = {}
"""Scenes that lie in no file, by name; for this command only."""


@cache
def built_in() -> dict[str, Scene]:
    """The scenes of scenes.yaml by name."""
    path = resources.files("makerlab.virtual") / "scenes.yaml"
    return load(path.read_text(encoding="utf-8"), str(path))


def default(seed: int) -> Scene:
    """What a board sees when nobody says anything about it."""
    return built_in()[USUAL].with_seed(seed)


def offer(name: str, scene: Scene) -> None:
    """Have `find` know this scene, too: a lesson's."""
    _offered[name] = scene


def find(name: str) -> Scene:
    """The built-in scene `name`, one that was offered, or the first one in the .yaml file of that name.

    Raises UsageProblem, FileProblem or BadFile.
    """
    if name in built_in():
        return built_in()[name]
    if name in _offered:
        return _offered[name]
    if not name.endswith((".yaml", ".yml")):
        raise UsageProblem(
            problem=_("There is no scene called {name}.").format(name=name),
            advice=_("Scenes: {names}. Or name a .yaml file.").format(names=_(", ").join(built_in())),
        )
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(path=name, detail=system_reason(error)) from error
    return next(iter(load(text, name, built_in()).values()), built_in()[USUAL])
