"""An experiment as data: what the host knows of it without running it.

`firmware/experiments/<name>/experiment.yaml` describes it; beside it lies one program for each family of
boards. A learner's own .py file is an experiment without a description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from makerlab.i18n import pick


@dataclass(frozen=True)
class Experiment:
    """`programs` maps a board's key or family ("microbit-v1", "esp32"; "" for any board) to a program's
    text, `files` the same to what its file is called; `channel_titles` a channel's name to its titles by
    language; `rate_hz` is the rate the program starts with, None if unknown.
    """

    name: str
    title: Mapping[str, str]
    programs: Mapping[str, str]
    files: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    rate_hz: float | None = None
    channel_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def program_key(self, board_key: str, family: str) -> str | None:
        """Which entry of `programs` is for a board: its own, its family's, or the one for any board."""
        return next((key for key in (board_key, family, "") if key in self.programs), None)

    @property
    def shown_title(self) -> str:
        return pick(dict(self.title)) or self.name

    def shown_channel(self, name: str) -> str:
        """A channel's title in the user's language; its name if it has none."""
        return pick(dict(self.channel_titles.get(name, {}))) or name
