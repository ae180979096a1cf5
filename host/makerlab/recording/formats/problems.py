"""Why a file cannot be imported."""

from __future__ import annotations

from makerlab.errors import DataError
from makerlab.i18n import N_

WHAT_CAN_BE = N_(
    "Import what maker recordings export wrote, MY_DATA.HTM of a micro:bit, log-0001.txt of the module "
    "logbook, or a CSV table whose first line names its columns."
)
COPY_IT = N_("Copy MY_DATA.HTM itself from the drive of the micro:bit; do not save it from the browser.")
FETCH_AGAIN = N_("Copy it again from where it came from, and import it whole.")


class NotImported(DataError):
    """A foreign or damaged file; nothing of it was kept."""

    what = N_("{path} cannot be imported: {problem}.")
    todo = N_("{advice}")
