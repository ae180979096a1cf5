"""What programs can import of firmware/lab and firmware/sensors, read from the sources, which do not run."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "host"))

from makerlab.sensors import sensors  # noqa: E402

FIRMWARE = ROOT / "firmware"
EDITION = re.compile(r"_microbit(_v[12])?$")
"""End of a module's name that is one board's edition of another: it comes to the board under that one's."""
INNER = "# ---- "
"""Begins the comment behind which a module explains how it works: what follows is no program's business."""

# -- types: the sources have none --------------------------------------------------------------------------

READ = "Callable[[], int]"
TYPES = {
    "name": "str", "names": "str", "unit": "str", "text": "object", "number": "int", "count": "int",
    "read": "Callable[[], float]", "scale": "float", "change": "int", "bits": "int", "hz": "float",
    "happened": "Callable[[], object]", "call": "Callable[[int], object]",
    "when": "Callable[[], object] | None", "idle": "Callable[[], object] | None",
    "pin": "int", "trigger": "int", "echo": "int", "clock": "int", "select": "int", "level": "int",
    "pull_up": "bool", "scl": "int | None", "sda": "int | None", "bus": "Bus", "address": "int",
    "shunt_milliohm": "int", "temperature_c": "float", "counts_per_kg": "int", "supply_mv": "int",
    "low_mv": "int", "high_mv": "int", "fixed_ohm": "int", "apart_ms": "int", "steady_ms": "int",
}  # fmt: skip
"""Of a parameter, by its name; what is not here is left open."""
TYPES_HERE = {
    "bus.spi.clock": "int | None", "bus.spi.data": "int | None", "bus.spi.hz": "int", "bus.i2c.hz": "int",
    "bus.Bus.write.buf": "bytes", "bus.Bus.read.buffer": "bytearray | int",
    "hx711.HX711.data": "int", "max6675.MAX6675.read": "Callable[[bytearray], bytes]",
    "crc8.crc8.data": "bytes", "crc8.crc8.start": "int", "crc8.crc8.end": "int",
}  # fmt: skip
"""Of one parameter: module, class or function, parameter."""
RETURNS = {
    "bus.i2c": "Bus", "bus.spi": "Callable[[bytearray], bytes]", "bus.Bus.read": "bytes", "crc8.crc8": "int",
    "pins.digital_in": READ, "pins.digital_out": "Callable[[int], object]", "pins.millivolts": READ,
    "pins.pulse_in": "Callable[[int, int], int]", "pins.on_change": READ, "sensor.Sensor.value": "int",
    "ds18b20.DS18B20.probe": READ, "lab.changed": "bool", "hx711.HX711.counts": "int",
    "burst.burst": "Sequence[int] | None",
}  # fmt: skip
"""Of a function or method that is not a sensor's quantity (those give an int) and not listed in NOTHING."""
NOTHING = ("channel", "event", "event_when", "tare", "run", "reset")
ATTRIBUTES = {
    "analog.Analog": {"millivolts": READ},
    "bus.Bus": {"buffer": "Callable[[int], bytearray]", "write": "Callable[[int, bytes], object]"},
}
"""What else objects of a class have."""
INNER_FUNCTIONS = ("blocks.crc16", "blocks_microbit_v1.pack", "bus.Bus.__init__")
"""What no program calls."""
INNER_METHODS = ("start", "measure")
"""Of a driver: for `sensor.Sensor`, not for programs."""


class Function(NamedTuple):
    """`typed` are its parameters as a stub has them, `plain` as a program sees them."""

    name: str
    typed: str
    plain: str
    docstring: str
    returns: str


class Class(NamedTuple):
    name: str
    bases: str
    docstring: str
    methods: list[Function]
    attributes: dict[str, str]


class Module(NamedTuple):
    """What a program can import of a module."""

    name: str
    docstring: str
    imports: list[str]
    constants: dict[str, str]
    """And other names that are no functions or classes: their types."""
    functions: list[Function]
    classes: list[Class]


def modules() -> dict[str, Module]:
    """Every module that programs can import, by name."""
    found = {}
    for path in sorted([*FIRMWARE.glob("lab/*.py"), *FIRMWARE.glob("sensors/*.py")]):
        if not EDITION.search(path.stem):
            found[path.stem] = read_module(path)
    return found


def read_module(path: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    inner = source.count("\n", 0, source.find(INNER)) + 1 if INNER in source else sys.maxsize
    tree = ast.parse(source)
    ours = {one.stem for one in (*FIRMWARE.glob("lab/*.py"), *FIRMWARE.glob("sensors/*.py"))}
    functions, classes, constants, imports = [], [], {}, []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in ours:
            imports.append(_import(node))
        if node.lineno > inner or not _is_public(node):
            continue
        if isinstance(node, ast.FunctionDef):
            if f"{path.stem}.{node.name}" in INNER_FUNCTIONS:
                continue
            functions.append(_function(node, path.stem))
        elif isinstance(node, ast.ClassDef):
            classes.append(_class(node, path.stem))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if (
                name.isupper()
                and name[0] != "_"
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, int)
            ):
                constants[name] = "int"
    constants |= dict.fromkeys(_other_names(tree, path.stem), READ)
    return Module(path.stem, _docstring(tree), [one for one in imports if one], constants, functions, classes)


def _other_names(tree: ast.Module, module: str) -> list[str]:
    """What a module of ready functions (a board's own sensors) calls by another name: light_level = ..."""
    if not any(sensor.module == module and not sensor.make for sensor in sensors().sensors.values()):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.append(node.targets[0].id)
        elif isinstance(node, ast.ImportFrom):
            found += [alias.asname for alias in node.names if alias.asname]
    return sorted(name for name in found if not name.startswith("_"))


def _is_public(node: ast.stmt) -> bool:
    return not getattr(node, "name", "").startswith("_")


def _import(node: ast.ImportFrom) -> str:
    """An import of our own modules, passing public names on as a stub has to say it."""
    shared = [one.name for one in node.names if not (one.asname or one.name).startswith("_")]
    return f"from {node.module} import {', '.join(f'{name} as {name}' for name in shared)}" if shared else ""


def _docstring(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    return ast.get_docstring(node) or ""


def _function(node: ast.FunctionDef, module: str, owner: str = "") -> Function:
    where = ".".join(part for part in (module, owner, node.name) if part)
    called = f"{module}.{owner}" if node.name == "__init__" else where
    arguments = node.args
    defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + [*arguments.defaults]
    typed, plain = [], []
    for argument, default in zip(arguments.args, defaults, strict=True):
        name = argument.arg
        if name == "self":
            typed.append(name)
            continue
        kind = TYPES_HERE.get(f"{called}.{name}") or TYPES.get(name)
        value = "" if default is None else ast.unparse(default).replace("'", '"')
        plain.append(name + (f"={value}" if value else ""))
        typed.append(f"{name}: {kind}" + (f" = {value}" if value else "") if kind else plain[-1])
    if arguments.vararg:
        plain.append(f"*{arguments.vararg.arg}")
        typed.append(f"{plain[-1]}: {TYPES[arguments.vararg.arg]}")
    returns = _returns(node.name, where, module, owner)
    return Function(node.name, ", ".join(typed), ", ".join(plain), _docstring(node), returns)


def _returns(name: str, where: str, module: str, owner: str) -> str:
    if where in RETURNS:
        return RETURNS[where]
    if name == "__init__" or name in NOTHING:
        return "None"
    used = [sensor for sensor in sensors().sensors.values() if sensor.module == module]
    reads = {
        one.read for sensor in used if bool(sensor.make) == bool(owner) for one in sensor.quantities.values()
    }
    return "int" if name in reads else ""


def _class(node: ast.ClassDef, module: str) -> Class:
    driver = module != "sensor" and any(ast.unparse(base) != "OSError" for base in node.bases)
    methods = [
        _function(one, module, node.name)
        for one in node.body
        if isinstance(one, ast.FunctionDef)
        and (one.name == "__init__" or not one.name.startswith("_"))
        and not (driver and one.name in INNER_METHODS)
        and f"{module}.{node.name}.{one.name}" not in INNER_FUNCTIONS
    ]
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    attributes = ATTRIBUTES.get(f"{module}.{node.name}", {})
    return Class(node.name, bases, _docstring(node), methods, attributes)
