"""The error tree: drawn as it is, complete in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import makerlab
from makerlab import errors
from makerlab.errors import MakerError, PortBusy
from makerlab.i18n import _, set_language


def all_errors() -> list[type[MakerError]]:
    """Every error class, those of other modules included."""
    for module in pkgutil.walk_packages(makerlab.__path__, "makerlab."):
        if not re.search(r"\.(data|guest|__main__)", module.name):
            importlib.import_module(module.name)
    found = [MakerError]
    for cls in found:
        found += [one for one in cls.__subclasses__() if one.__module__.startswith("makerlab.")]
    return found


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def test_the_tree_is_drawn_as_it_is():
    drawn = re.findall(r"^[ │├└─]*(\w+)", (errors.__doc__ or "").split("\n\n")[1], re.MULTILINE)
    own = [cls.__name__ for cls in all_errors() if cls.__module__ == "makerlab.errors"]
    assert sorted(drawn) == sorted(own)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w*)", text))


@pytest.mark.parametrize("cls", all_errors(), ids=lambda cls: cls.__name__)
def test_both_texts_exist_in_chinese_with_the_same_facts(cls: type[MakerError]):
    set_language("zh")
    for text in (cls.what, cls.todo):
        if re.fullmatch(r"[{}\w: ,]*", re.sub(r"{\w+}", "", text)):
            continue  # nothing but facts
        assert _(text) != text, "no Chinese"
        assert placeholders(_(text)) == placeholders(text)


def test_facts_are_checked_where_an_error_is_made():
    with pytest.raises(TypeError, match="port"):
        PortBusy()


def test_message_and_hint_follow_the_language():
    error = PortBusy(port="COM3")
    assert "COM3" in error.message and "Thonny" in error.hint
    set_language("zh")
    assert error.message == "端口 COM3 正被别的程序占用。"
