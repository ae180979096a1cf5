"""What recordings are found by. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def folded(texts: Iterable[str]) -> str:
    """`texts` as they are compared, a line each: without upper and lower case, full-width letters as the
    usual ones (ＬＥＤ is led)."""
    return "\n".join(unicodedata.normalize("NFKC", text).casefold() for text in texts if text)
