"""How big a lesson can be: as a folder and as a pack. Films and big data are links."""

from __future__ import annotations

MAX_FILES = 500
MAX_FILE_BYTES = 5_000_000
MAX_BYTES = 20_000_000
"""Of all files together: it goes through a chat, and onto an old stick in two seconds."""
