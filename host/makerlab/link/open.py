"""One way to open a port: its name says which kind of link it is.

Each kind is a module that is imported only when its kind is asked for, with one function
`open(port: str) -> Link` that raises LinkError. Anything without a known scheme is a serial port.
"""

from __future__ import annotations

import re
from importlib import import_module

from makerlab.errors import BadAddress
from makerlab.link.base import Link

_KINDS = {
    "virtual": "makerlab.virtual.link",
    "emulated": "makerlab.virtual.emulated",
    "socket": "makerlab.link.tcp",
    "rfc2217": "makerlab.link.serial_port",
}


def open_link(port: str) -> Link:
    """Open `port` ("COM3", "/dev/ttyACM0", "socket://host:port", "rfc2217://host:port",
    "virtual:esp32?baud=115200", "emulated:microbit-v1").

    Raises LinkError saying which port, what is wrong and what to do.
    """
    if not port.strip() or any(ord(char) < 32 for char in port):
        raise BadAddress(port=repr(port))
    scheme = re.match("([A-Za-z0-9]+):", port)  # not in /dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0
    module = _KINDS.get(scheme[1].lower()) if scheme else "makerlab.link.serial_port"
    if module is None:
        raise BadAddress(port=port)
    link: Link = import_module(module).open(port)
    return link
