"""Everything a person reads, in Chinese and English.

English is the language of the source; the catalogues lie in `locale/`. `_()` translates now, `N_()`
only marks a text for the catalogue (for texts that stand as data and are translated when shown).
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
DOMAIN = "makerlab"
LOCALE_DIR = Path(__file__).parent / "locale"

_translations: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"
_speaking: ContextVar[str] = ContextVar("speaking", default="")
"""The language of whoever is spoken to just now, "" for the one of this process (see `speaking`)."""


def set_language(language: str) -> None:
    """Show everything in `language` ("zh" or "en") from now on, click's own messages included.

    Raises ValueError for any other language.
    """
    global _translations, _language
    if language not in LANGUAGES:
        raise ValueError(language)
    _language = language
    _translations = _catalogue(language)
    # click asks the gettext module itself: point that at the same catalogue.
    os.environ["LANGUAGE"] = language
    _gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    _gettext.textdomain(DOMAIN)


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, LOCALE_DIR, [language], fallback=True)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In this context (this thread, this task) everything is said in `language`, whatever the process speaks:
    a server has readers of both."""
    token = _speaking.set(language if language in LANGUAGES else "")
    try:
        yield
    finally:
        _speaking.reset(token)


def language() -> str:
    """The language in use: "zh" or "en"."""
    return _speaking.get() or _language


def system_language() -> str:
    """The language of this computer: "zh" if it speaks any Chinese, else "en".

    MAKER_LANG decides when it is set; then, as everywhere, LANGUAGE, LC_ALL, LC_MESSAGES and LANG; and
    on Windows the language of the user's desktop, which those variables do not show.
    """
    for variable in ("MAKER_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "zh" if value.lower().startswith("zh") else "en"
    if sys.platform == "win32":
        import ctypes

        primary_language = ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF
        return "zh" if primary_language == 0x04 else "en"  # LANG_CHINESE, winnt.h
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def _(message: str) -> str:
    """`message` in the language in use."""
    return _in_use().gettext(message) if message else ""


def _in_use() -> _gettext.NullTranslations:
    return _catalogue(spoken) if (spoken := _speaking.get()) else _translations


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form for `n` things, in the language in use."""
    return _in_use().ngettext(singular, plural, n)


def N_(message: str) -> str:
    """`message` itself: marks it for the catalogue."""
    return message


def pick(texts: dict[str, str]) -> str:
    """The text for the language in use out of data such as `{"zh": "温度计", "en": "Thermometer"}`."""
    return texts.get(language()) or texts.get("en") or next(iter(texts.values()), "")
