"""Collect makerlab and the packages it needs as wheels, with pip, for computers without internet."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from makerlab import __version__, resources
from makerlab.firmware_images.problems import WheelsMissing

MAX_REASON_CHARS = 300


def wanted() -> list[str]:
    """What pip has to collect: this checkout, or the version that is installed."""
    root = resources.root()
    return [str(root)] if (root / "setup.cfg").is_file() else [f"makerlab=={__version__}"]


def this_platform() -> str:
    """The kind of computer and Python that collected wheels fit."""
    return (
        f"Python {sys.version_info.major}.{sys.version_info.minor}, {platform.system()} {platform.machine()}"
    )


def collect(folder: Path, requirements: Sequence[str]) -> list[Path]:
    """The wheels of `requirements` and of all they need, in `folder`. Takes minutes on a slow line.

    Raises WheelsMissing with pip's own last words when there is no internet, or no pip.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
               "--no-input", "--wheel-dir", str(folder), *requirements]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise WheelsMissing(detail=error.strerror or str(error)) from None
    if done.returncode:
        raise WheelsMissing(detail=_reason(done.stderr))
    return sorted(folder.glob("*.whl"))


def _reason(said: str) -> str:
    """Of what pip wrote, the line that says why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [re.sub(r"^ERROR:\s*", "", line) for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip"])[-1][:MAX_REASON_CHARS]
