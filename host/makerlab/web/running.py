"""The page that runs already: it leaves its address and key in a file of this user's, so that a second
`maker page` opens the one that is there."""

from __future__ import annotations

import contextlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makerlab.errors import MakerError
from makerlab.i18n import N_
from makerlab.paths import data_dir
from makerlab.web.doors import Doors, loopback

ANSWER_S = 1.0
"""For a page that runs already to answer: it is on this computer."""


class PageRuns(MakerError):
    what = N_("A page is running already: {url}")
    todo = N_("Use that one; or end it first with Ctrl-C in its window, then start the page again.")


@dataclass(frozen=True)
class Running:
    """A page that runs on this computer, started by this user."""

    port: int
    key: str

    @property
    def link(self) -> str:
        return f"{loopback(self.port).url}?key={self.key}"

    def answers(self) -> bool:
        """Whether it is still there: only a page with this key sends on who has it."""
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.link, timeout=ANSWER_S) as answer:
                return bool(answer.status == 303)
        except urllib.error.HTTPError as error:
            with error:
                return error.code == 303
        except (OSError, ValueError):
            return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_what: Any) -> None:
        return None


def _running_file() -> Path:
    return data_dir() / "page.json"


def running() -> Running | None:
    """The page that runs already; None if there is none."""
    try:
        said = json.loads(_running_file().read_text(encoding="utf-8"))
        found = Running(int(said["port"]), str(said["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.answers() else None


@contextlib.contextmanager
def told(doors: Doors) -> Iterator[None]:
    """While the page runs, tell a second `maker page` of this user where; nobody else may read it."""
    path = _running_file()
    with contextlib.suppress(OSError):  # then there is no such help, and all else works
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        text = json.dumps({"port": doors.local.port, "key": doors.key})
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
