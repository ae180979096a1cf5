"""What to do about an error, for somebody who sits in front of the page instead of a command line."""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.errors import (
    BoardRestarted,
    MakerError,
    NotABoardPort,
    PortLost,
    PortMissing,
    ReplError,
)
from makerlab.experiment.measuring import NoData, Unplugged
from makerlab.i18n import N_, _
from makerlab.labels.find import AnotherBoard, BoardNotHere
from makerlab.lessons.library import NoSuchLesson
from makerlab.lessons.running import NothingToRun
from makerlab.recording.analysis.comparing import (
    NoSuchEvent,
    NothingInCommon,
    NoTimeInCommon,
    TooFewToCompare,
)
from makerlab.recording.analysis.fitting import TooLittleToFit
from makerlab.recording.store.problems import (
    NoRecording,
    NotebookFull,
    NotebookReadOnly,
    NothingRecorded,
    StillRecording,
)
from makerlab.unforeseen import Unforeseen

_OTHERWISE = N_("Under “Time”, choose another way to lay them over each other.")
_CHOOSE_BOARD = N_("Choose one of the boards under “Measure”: what is plugged in is shown there.")
_START_AGAIN = N_("Check the plug and the cable, then start it again.")

ADVICE: Mapping[type[MakerError], str] = {
    NoRecording: N_("See which there are: open “Recordings”."),
    NothingRecorded: N_("Measure something: open “Measure”."),
    StillRecording: N_("Press “Stop” under “Measure” first, then delete it."),
    NotebookReadOnly: N_(
        "End maker page, and start it with one that you may write: maker page --notebook FILE.sqlite3"
    ),
    NotebookFull: N_("Make room on the disk: take recordings along as files, then delete them here."),
    NoSuchEvent: _OTHERWISE,
    NoTimeInCommon: _OTHERWISE,
    NothingInCommon: N_("Under “Recordings”, choose recordings of the same experiment."),
    TooFewToCompare: N_("Under “Recordings”, choose two or more."),
    TooLittleToFit: N_("Show more of the recording, or measure longer."),
    NotABoardPort: _CHOOSE_BOARD,
    PortMissing: N_("Check its plug and cable, and choose again."),
    PortLost: _START_AGAIN,
    Unplugged: N_("What was measured is kept. Check the plug and the cable, then start it again."),
    ReplError: N_("Press the board's reset button, then start it again."),
    BoardRestarted: N_(
        "If nobody pressed its reset button: check the cable and the power, then start it again."
    ),
    NoData: N_("Print numbers with print(), or use channel() and run() of the module lab."),
    BoardNotHere: _CHOOSE_BOARD,
    AnotherBoard: _CHOOSE_BOARD,
    NoSuchLesson: N_("See which there are: open “Lessons”."),
    NothingToRun: N_("Read its steps here."),
    Unforeseen: N_("Please report it, with what you did on the page and the file {path}."),
}
"""By the error's own class: what its hint says with a command, or for somebody who typed one. All others say
what holds on the page as well."""


def advice_on(error: MakerError) -> str:
    """What to do about `error` on the page, in the language in use."""
    instead = ADVICE.get(type(error))
    return error.hint if instead is None else _(instead).format(**error.facts)


def told(error: MakerError) -> dict[str, str]:
    """An error as the page shows it: what happened, and what to do."""
    return {"what": error.message, "todo": advice_on(error)}
