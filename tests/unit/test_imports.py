"""Who may import whom: the table of ARCHITECTURE.md, held."""

from __future__ import annotations

import ast
from pathlib import Path

HOST = Path(__file__).resolve().parents[2] / "host" / "makerlab"

# A room (or single module) and the level it stands on. Imports go to the same room or to a lower level.
PURE, EDGE, TOP = 1, 2, 3
LEVELS = {
    "i18n": 0, "errors": 0, "resources": 0, "paths": 0, "yamlfile": 0, "syntax": 0,
    "sqlite_reason": 0,
    "boards": PURE, "sensors": PURE, "wire": PURE, "repl": PURE, "files": PURE, "experiment": PURE,
    "recording": PURE, "flash": PURE, "firmware_images": PURE, "labels": PURE, "doctor": PURE,
    "lessons": PURE,
    "connect": EDGE, "unforeseen": EDGE, "link": EDGE, "virtual": EDGE, "survey": EDGE,
    "cli": TOP, "web": TOP,
}  # fmt: skip

# Edges that live in the room of their pure core, named one by one.
EDGES = {
    "repl/session.py", "repl/identity.py", "repl/probe.py",
    "files/transfer.py", "files/ampy_board.py", "files/mpy.py",
    "experiment/run.py", "experiment/find.py", "experiment/measuring.py", "experiment/comeback.py",
    "experiment/firmware_modules.py",
    "recording/csv_file.py", "recording/calculated/calibration_file.py", "recording/store/notebook.py",
    "recording/store/writer.py", "recording/store/database.py", "recording/store/schema.py",
    "recording/store/live_mark.py", "recording/store/backup.py", "recording/store/problems.py",
    "recording/formats/exporting.py", "recording/formats/importing.py",
    "flash/esp32.py", "flash/esptool_adaptation.py", "flash/esp_firmware.py", "flash/microbit.py",
    "flash/microbit_cache.py", "flash/drive.py", "flash/with_files.py", "flash/classroom.py",
    "flash/journal.py", "flash/driver_calls.py", "flash/watch.py", "flash/apart.py", "flash/lone_drive.py",
    "flash/swd.py",
    "firmware_images/store.py", "firmware_images/download.py", "firmware_images/bundle.py",
    "firmware_images/wheels.py",
    "lessons/folder.py", "lessons/check/everything.py", "lessons/check/data_rules.py", "lessons/disk.py",
    "lessons/library.py", "lessons/packs/keyring.py", "lessons/packs/publish.py", "lessons/packs/places.py",
    "lessons/export/browser.py", "lessons/export/pdf.py", "lessons/export/example.py",
    "lessons/trials/programs.py", "lessons/trials/simulate.py", "lessons/trials/v1_memory.py",
    "lessons/trials/trial.py", "lessons/trials/workers.py", "lessons/trials/judging.py",
    "lessons/subject.py",
    "labels/store.py", "labels/find.py",
    "doctor/look.py", "doctor/computer.py", "doctor/port_probe.py", "doctor/programs.py",
    "doctor/usb_linux.py", "doctor/usb_windows.py",
}  # fmt: skip

ONLY_THERE = {"serial": "link", "wasmtime": "virtual", "esptool": "flash", "click": "cli", "rich": "cli",
              "cryptography": "lessons", "markdown_it": "lessons", "mdit_py_plugins": "lessons",
              "starlette": "web", "uvicorn": "web", "packaging": "experiment"}  # fmt: skip
NEVER_IN_PURE = {"time", "threading", "socket", "subprocess", "os", "serial", "click", "rich", "wasmtime"}


def modules() -> list[tuple[str, str, int, set[str]]]:
    """(path, room, level, imported modules) of every host file."""
    found = []
    for path in sorted(HOST.rglob("*.py")):
        relative = path.relative_to(HOST).as_posix()
        if "guest/" in relative or relative in ("__init__.py", "__main__.py"):
            continue
        room = relative.split("/")[0].removesuffix(".py")
        level = EDGE if relative in EDGES else LEVELS[room]
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{relative}: relative import"
                names.add(str(node.module))
        found.append((relative, room, level, names))
    return found


def target_level(name: str) -> tuple[str, int]:
    parts = name.split(".")
    room = parts[1] if len(parts) > 1 else ""
    file = "/".join(parts[1:]) + ".py"
    return room, EDGE if file in EDGES else LEVELS.get(room, 0)


def test_imports_run_one_way():
    for path, _room, level, names in modules():
        for name in names:
            if name.split(".")[0] != "makerlab":
                continue
            _target, target_is = target_level(name)
            assert target_is <= level, f"{path} imports {name}"


def test_each_foreign_package_has_one_room():
    for path, room, _level, names in modules():
        for name in names:
            package = name.split(".")[0]
            assert ONLY_THERE.get(package, room) == room, f"{path} imports {package}"


def test_pure_cores_have_no_clock_thread_or_port():
    for path, _room, level, names in modules():
        if level == PURE:
            assert not NEVER_IN_PURE & {name.split(".")[0] for name in names}, path


def test_the_firmware_is_never_imported():
    for path, _room, _level, names in modules():
        assert not any(name.split(".")[0] in ("firmware", "lab") for name in names), path
