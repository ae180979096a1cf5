"""Who may come in, and what for: the addresses the page is served at, its secrets and its readers. Pure.

The page can start programs on boards, so a web page elsewhere must not be able to speak to it:

* it is served on 127.0.0.1 alone; with --share on the classroom network too, and there nothing can be changed
* a request must name one of those addresses as its Host: a foreign name that was made to point here (DNS
  rebinding) is refused, and so is every foreign Origin
* who opens it needs the key in the link that `maker page` prints or opens; it becomes a cookie that no other
  site's requests carry. Another user of this computer does not have it
* whatever changes something needs a second secret besides, which only our own page can read and send
* a viewer on the classroom network needs the join code
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Literal

Role = Literal["teacher", "viewer"]

CODE_DIGITS = 6
WRONG_CODES = 20
"""Wrong join codes within WRONG_CODES_S, from all viewers together; then everybody waits. A million codes
then take a month, and a class that mistypes is not locked out."""
WRONG_CODES_S = 60.0

LOOPBACK_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Door:
    """An address that the page is served at. `names` are what a browser may call it."""

    address: str
    port: int
    names: tuple[str, ...]
    shared: bool = False

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say."""
        return frozenset(f"{name}:{self.port}" for name in self.names)

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(f"http://{host}" for host in self.hosts)

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}/"


def loopback(port: int) -> Door:
    return Door("127.0.0.1", port, LOOPBACK_NAMES)


def network(address: str, port: int) -> Door:
    """A door for viewers on the classroom network."""
    return Door(address, port, (address,), shared=True)


@dataclass
class Doors:
    """All doors and their secrets. `key` opens the page, `token` goes with every change, `viewer_key` is what
    a viewer's cookie holds, `code` what a viewer types."""

    doors: tuple[Door, ...]
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    viewer_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    code: str = field(default_factory=lambda: f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
    _wrong: list[float] = field(default_factory=list)

    @property
    def local(self) -> Door:
        return self.doors[0]

    @property
    def shared(self) -> Door | None:
        """The door for viewers, None when nothing is shared."""
        return next((door for door in self.doors if door.shared), None)

    @property
    def link(self) -> str:
        """What opens the page in a browser of this computer."""
        return f"{self.local.url}?key={self.key}"

    @property
    def join_link(self) -> str:
        """What opens it on the classroom network: behind the # the code, which no server log ever sees."""
        assert self.shared is not None
        return f"{self.shared.url}join#{self.code}"

    def entered(self, host: str) -> Door | None:
        """The door with this Host header; None for a name that is none of ours."""
        return next((door for door in self.doors if host.lower() in door.hosts), None)

    def cookie_name(self, door: Door) -> str:
        """Cookies do not know ports: two pages of one computer must not overwrite each other's."""
        return f"maker-{door.port}"

    def role(self, door: Door, cookies: str) -> Role | None:
        """Who comes through `door` with this Cookie header. Viewers' door never lets a teacher in."""
        given = _cookies(cookies).get(self.cookie_name(door), "")
        if door.shared:
            return "viewer" if same(given, self.viewer_key) else None
        return "teacher" if same(given, self.key) else None

    def tried(self, code: str, now: float) -> Literal["right", "wrong", "wait"]:
        """A viewer typed this code at `now` (seconds of a steady clock)."""
        self._wrong = [at for at in self._wrong if now - at < WRONG_CODES_S]
        if len(self._wrong) >= WRONG_CODES:
            return "wait"
        if same(code.strip(), self.code):
            return "right"
        self._wrong.append(now)
        return "wrong"


def same(given: str, secret: str) -> bool:
    """Whether they are equal, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(), secret.encode())


def _cookies(header: str) -> Mapping[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
