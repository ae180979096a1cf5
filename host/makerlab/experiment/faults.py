"""Why a channel cannot be read, in a pupil's words. Boards say it in a few English words or a number.

`MEANINGS` is a table, first match wins; what it does not know is shown in the board's own words.
"""

from __future__ import annotations

import re

from makerlab.i18n import N_, _

MEANINGS = (
    (r".*\b(ENODEV|19)\b.*|no answer", N_("nothing answers; check its wiring")),
    (r"not connected|no probe.*", N_("nothing is connected there; check its wiring")),
    (r".*\b(ETIMEDOUT|110|116)\b.*|not ready", N_("it does not answer in time")),
    (r".*\b(EIO|5)\b.*|.*bad checksum", N_("its answer was spoilt; check its wiring")),
    (r"another chip.*", N_("another chip answers than the program expects")),
    (r"was without power", N_("it was without power; check its plug")),
    (r"no echo", N_("no echo came back")),
    (r"nothing in reach", N_("nothing is in reach")),
    (r"too bright", N_("it is too bright")),
    (r"out of range", N_("more than it can measure")),
    (r"no thermocouple", N_("its probe is not connected")),
    (r"no current", N_("no current flows; check its wiring")),
    (r"stuck", N_("its value does not change any more")),
    (r"nothing measured yet|no calibration", N_("it has not measured yet")),
    (r"too early", N_("the key was pressed too early")),
    (r"not pressed", N_("the key was not pressed in time")),
    (r"-?inf|nan", N_("what it gives is no number")),
)  # fmt: skip


def shown_fault(text: str) -> str:
    """`text` of a board as a pupil understands it, with the board's own words behind it."""
    for pattern, meaning in MEANINGS:
        if re.fullmatch(pattern, text):
            return _("{meaning} ({own_words})").format(meaning=_(meaning), own_words=text)
    return text
