"""Links: open byte pipes to boards, whatever is behind the port's name."""

from makerlab.link.base import Chunk, Link
from makerlab.link.open import open_link

__all__ = ["Chunk", "Link", "open_link"]
