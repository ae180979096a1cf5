"""Stubs for editors: names, parameters, types and docstrings of a module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware_source import Function, Module


def stub(module: Module) -> str:
    imports = list(module.imports)
    lines = []
    for name, kind in module.constants.items():
        lines.append(f"{name}: {kind}")
    for function in module.functions:
        lines += ["", *_stub_function(function, "")]
    for one in module.classes:
        lines += ["", f"class {one.name}({one.bases}):" if one.bases else f"class {one.name}:"]
        lines += _quoted(one.docstring, "    ")
        lines += [f"    {name}: {kind}" for name, kind in one.attributes.items()]
        for method in one.methods:
            lines += _stub_function(method, "    ")
        if not (one.docstring or one.methods or one.attributes):
            lines[-1] += " ..."
    text = "\n".join(lines)
    if borrowed := [name for name in ("Callable", "Sequence") if f"{name}[" in text]:
        imports.insert(0, f"from collections.abc import {', '.join(borrowed)}")
    if re.search(r"\bBus\b", text) and module.name != "bus":
        imports.append("from bus import Bus")
    head = [*_quoted(module.docstring, ""), "", *imports]
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*head, "", text])).strip() + "\n"


def _stub_function(function: Function, indent: str) -> Iterator[str]:
    returns = f" -> {function.returns}" if function.returns else ""
    head = f"{indent}def {function.name}({function.typed}){returns}:"
    if function.docstring:
        yield head
        yield from _quoted(function.docstring, indent + "    ")
    else:
        yield head + " ..."


def _quoted(docstring: str, indent: str) -> list[str]:
    """A docstring as source, indented."""
    if not docstring:
        return []
    text = docstring.replace("\\", "\\\\")
    ending = "\n" if "\n" in text else ""
    lines = f'"""{text}{ending}"""'.split("\n")
    return [f"{indent}{line}".rstrip() for line in lines]
