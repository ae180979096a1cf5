"""USB devices as Windows lists them, with the problems that the device manager shows.

PowerShell (5.1 comes with Windows 10) is asked, because what it asks would be some hundred lines of ctypes.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

from makerlab.boards import Usb
from makerlab.doctor.facts import UsbDevice
from makerlab.doctor.usb_kinds import is_of_a_board

WAIT_S = 20.0
"""PowerShell starts in one second, on an old school computer in five, and looks a second for each device."""

SCRIPT = r"""
[Console]::OutputEncoding = [Text.Encoding]::UTF8
@(Get-PnpDevice -PresentOnly | Where-Object { $_.InstanceId -like 'USB\VID_*' } | ForEach-Object {
  [pscustomobject]@{
    id = $_.InstanceId; name = $_.FriendlyName; problem = [int]$_.ConfigManagerErrorCode
    driver = (Get-PnpDeviceProperty -InstanceId $_.InstanceId -KeyName DEVPKEY_Device_DriverVersion).Data
  }
}) | ConvertTo-Json
"""

_ID = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(&MI_\d\d)?\\(.*)", re.IGNORECASE)
_PORT = re.compile(r"\((COM\d+)\)")


def devices() -> list[UsbDevice] | None:
    """What is plugged in of the kinds that boards have; None where PowerShell does not answer."""
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", SCRIPT]
    try:
        answer = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=WAIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return understand(answer.stdout)


def understand(text: str) -> list[UsbDevice] | None:
    """The devices in PowerShell's answer. A device with several functions is one, and has a port when one of
    them has."""
    try:
        rows: Any = json.loads(text) if text.strip() else []
    except ValueError:
        return None
    found: dict[str, UsbDevice] = {}
    for row in [rows] if isinstance(rows, dict) else rows:
        match = _ID.fullmatch(str(row.get("id", "")))
        if match is None:
            continue
        vid, pid, function, instance = match.groups()
        # A function's instance is not the device's; only the device itself has its serial number there.
        usb = Usb(int(vid, 16), int(pid, 16), "" if function or "&" in instance else instance)
        if not is_of_a_board(usb):
            continue
        name = str(row.get("name") or "")
        port = _PORT.search(name)
        device = UsbDevice(
            usb,
            name,
            instance,
            port[1] if port else "",
            int(row.get("problem") or 0),
            str(row.get("driver") or ""),
        )
        key = usb.id if function else f"{usb.id} {instance}"
        whole = next((one for one in found if one.startswith(usb.id)), key) if function else key
        found[whole] = _joined(found[whole], device) if whole in found else device
    return list(found.values())


def _joined(one: UsbDevice, other: UsbDevice) -> UsbDevice:
    """Two functions of one device: what has the port counts, else what has a problem."""
    if one.port or (one.problem and not other.port):
        return one
    return other
