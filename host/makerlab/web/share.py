"""Showing the page on the classroom network: which address this computer has there, and the QR code."""

from __future__ import annotations

import io
import ipaddress
import socket

from makerlab.errors import MakerError
from makerlab.i18n import N_

ANYWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737): a UDP socket "connected" to it sends nothing, and tells by which
of this computer's addresses it would."""


class NoNetwork(MakerError):
    what = N_("This computer is in no network, so the page cannot be shared.")
    todo = N_("Connect it to the classroom's network (a hotspot without internet is enough), then try again.")


def network_address() -> str:
    """This computer's address in the network it is in. Raises NoNetwork."""
    for find in (_towards_anywhere, _by_name):
        try:
            address = find()
        except OSError:
            continue
        if not ipaddress.ip_address(address).is_loopback and address != "0.0.0.0":
            return address
    raise NoNetwork()


def _towards_anywhere() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(ANYWHERE)
        return str(probe.getsockname()[0])


def _by_name() -> str:
    return socket.gethostbyname(socket.gethostname())


def picture(link: str) -> bytes:
    """`link` as a QR code, an SVG file."""
    import segno

    file = io.BytesIO()
    segno.make(link, error="m").save(file, kind="svg", scale=8, border=4, dark="#000", light="#fff")
    return file.getvalue()


def for_terminal(link: str) -> str:
    """The same in half blocks, for a terminal that can show them."""
    import segno

    file = io.StringIO()
    segno.make(link, error="l").terminal(file, compact=True)
    return file.getvalue()
