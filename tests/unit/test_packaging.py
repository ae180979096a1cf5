"""What is installed is what lies here: setup.cfg lists packages and data by hand, so this compares."""

from __future__ import annotations

import configparser
import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "host"


def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_every_package_is_listed() -> None:
    listed = set(setup_cfg()["options"]["packages"].split())
    here = {
        ".".join(path.parent.relative_to(HOST).parts)
        for path in HOST.rglob("__init__.py")
        if "guest" not in path.parts
    }
    assert {name for name in listed if not name.startswith("makerlab.data")} == here


def test_every_file_beside_the_modules_is_package_data() -> None:
    data = setup_cfg()["options.package_data"]
    patterns = [
        "/".join([*package.split(".")[1:], pattern])
        for package, patterns in data.items()
        if package.startswith("makerlab") and not package.startswith("makerlab.data")
        for pattern in patterns.split()
    ]
    guest = HOST / "makerlab" / "virtual" / "guest"
    for path in sorted((HOST / "makerlab").rglob("*")):
        if (
            path.is_dir()
            or "__pycache__" in path.parts
            or (path.suffix == ".py" and guest not in path.parents)
        ):
            continue
        name = path.relative_to(HOST / "makerlab").as_posix()
        assert any(fnmatch.fnmatch(name, pattern.replace("**/", "*")) for pattern in patterns), name
