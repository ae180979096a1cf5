"""Collect makerlab and the packages it needs as wheels, with pip, for computers without internet."""

from __future__ import annotations

import base64
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from makerlab import resources
from makerlab.firmware_images.problems import WheelsMissing

NAME = "makerlab"
SOURCES = (
    "setup.cfg",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "boards.yaml",
    "host",
    "firmware",
    "lessons",
)
"""What a wheel is built from."""
MADE_BY_PIP = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""Files that came into being when a wheel was installed; the rest came out of it."""
MAX_REASON_CHARS = 300


def own(folder: Path) -> Path:
    """makerlab itself, put into `folder` as pip takes it: the sources of this checkout, or, where it is
    installed, a wheel put together from the installed files. Raises WheelsMissing."""
    root = resources.root()
    if not (root / "setup.cfg").is_file():
        return _wheel_of_installed(folder)
    # A copy: setuptools leaves folders behind where it builds.
    copy = folder / NAME
    copy.mkdir()
    for name in SOURCES:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (root / name).is_file():
            shutil.copy2(root / name, copy / name)
    return copy


def this_platform() -> str:
    """The kind of computer and Python that collected wheels fit."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"Python {version}, {platform.system()} {platform.machine()}"


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


def _wheel_of_installed(folder: Path) -> Path:
    """The wheel that makerlab was installed from, once more (packaging.python.org, "Binary distribution
    format")."""
    try:
        distribution = metadata.distribution(NAME)
    except metadata.PackageNotFoundError as error:
        raise WheelsMissing(detail=str(error)) from None
    info = f"{NAME}-{distribution.version}.dist-info"
    wheel = folder / f"{NAME}-{distribution.version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as file:
        for path in distribution.files or ():
            made = path.parts[0] == info and path.name in MADE_BY_PIP
            if made or path.parts[0] == ".." or path.suffix == ".pyc":
                continue
            data = path.read_binary()
            file.writestr(path.as_posix(), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path.as_posix()},sha256={digest},{len(data)}")
        file.writestr(f"{info}/RECORD", "\n".join((*record, f"{info}/RECORD,,", "")))
    return wheel


def _reason(said: str) -> str:
    """Of what pip wrote, the line that says why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [re.sub(r"^ERROR:\s*", "", line) for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip"])[-1][:MAX_REASON_CHARS]
