"""Folders of this user that outlive a command: caches and the flash of virtual boards."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _windows_dir() -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "makerlab"


def cache_dir() -> Path:
    """What can be made again (compiled runtimes). MAKER_HOME moves it, e.g. for a test."""
    if home := os.environ.get("MAKER_HOME"):
        return Path(home) / "cache"
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "makerlab" / "cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "makerlab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "makerlab"


def data_dir() -> Path:
    """What must be kept (the flash of virtual boards, later recordings). MAKER_HOME moves it."""
    if home := os.environ.get("MAKER_HOME"):
        return Path(home)
    if sys.platform == "win32":
        return _windows_dir()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "makerlab"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "makerlab"
