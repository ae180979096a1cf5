"""What can be wrong with a firmware image, with fetching one, and with a bundle of them."""

from __future__ import annotations

from makerlab.errors import DataError, MakerError
from makerlab.i18n import N_


class NoSuchImage(MakerError):
    what = N_("There is no MicroPython {version} for {board} in boards.yaml.")
    todo = N_("There are: {versions}. See: maker firmware list")


class ImageMissing(MakerError):
    what = N_("The firmware image {file} is not on this computer.")
    todo = N_(
        "With internet: maker firmware fetch {board}. Without: take a bundle from a computer that has it, "
        "maker firmware add BUNDLE.zip"
    )


class ImageChanged(DataError):
    what = N_("{file} is not what it was when it was first seen: its SHA-256 is different.")
    todo = N_(
        "It is not used. Remove it with: maker firmware verify --remove, then fetch it again; if it is "
        "different again, do not trust where it comes from."
    )


class DownloadFailed(MakerError):
    """Nothing useful came from `address`. What has come so far is kept, and the next try goes on there."""

    what = N_("{address} did not give the image: {problem}.")
    todo = N_("Run the command again later: it goes on where it stopped. Another place: --mirror ADDRESS")


class Unreachable(DownloadFailed):
    what = N_("{address} cannot be reached: {problem}.")
    todo = N_(
        "Check the internet connection (maker doctor). Without internet, take a bundle from another "
        "computer: maker firmware add BUNDLE.zip"
    )


class Untrusted(DownloadFailed):
    what = N_("The connection to {address} is not safe: {problem}.")
    todo = N_(
        "Check this computer's date and time. If they are right, the school's network reads along: ask "
        "whoever runs it, or bring a bundle from home: maker firmware add BUNDLE.zip"
    )


class ErrorPage(DownloadFailed):
    what = N_("{address} sent a web page instead of the image.")
    todo = N_(
        "Open any page in the browser: the network may want you to log in first. Then run the command again."
    )


class BadBundle(DataError):
    what = N_("{path} is no bundle that can be taken in: {problem}.")
    todo = N_("Nothing was taken in. Make it again: maker firmware bundle BUNDLE.zip")


class WheelsMissing(MakerError):
    what = N_("The Python packages could not be collected: {detail}")
    todo = N_(
        "Connect to the internet and try again, or leave them out: maker firmware bundle --no-wheels OUT.zip"
    )
