"""What a licence lets others do with a lesson. Pure.

Only what its SPDX identifier says in so many words: Creative Commons' conditions, and the licences that ask
for the same licence again. What is not known here is left to people.
"""

from __future__ import annotations

from makerlab.i18n import N_

SAME_AGAIN = ("GPL-", "AGPL-", "LGPL-", "GFDL-")


def forbids_changes(license: str) -> bool:
    """CC ...-ND: it may be passed on, but not changed."""
    return license.startswith("CC-") and "ND" in license.split("-")


def keeps_licence(license: str) -> bool:
    """CC ...-SA and the GPLs: what is made from it has the same licence."""
    return (license.startswith("CC-") and "SA" in license.split("-")) or license.startswith(SAME_AGAIN)


def forbids_selling(license: str) -> bool:
    """CC ...-NC: not for money."""
    return license.startswith("CC-") and "NC" in license.split("-")


def problem_with(parent: str, child: str) -> str:
    """Why a lesson made from one under `parent` cannot have the licence `child` (a text for `_`); "" if it
    can."""
    if forbids_changes(parent):
        return N_("its licence does not allow changed versions")
    if keeps_licence(parent) and not _same_kind(parent, child):
        return N_("its licence asks for the same licence again")
    if forbids_selling(parent) and not forbids_selling(child):
        return N_("its licence does not allow use for money, and the new licence does")
    return ""


def _same_kind(parent: str, child: str) -> bool:
    """The same licence, or a later version of it (CC BY-SA 4.0, section 3(b)(1))."""
    (kind, _dash, version), (other_kind, _dash, other_version) = parent.rpartition("-"), child.rpartition("-")
    return parent == child or (parent.startswith("CC-") and kind == other_kind and version <= other_version)
