"""What every request passes before the page's own code sees it; and the headers of every answer.

ASGI, around the application: so a route that is added cannot forget it. See doors.py for the rules.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from makerlab.i18n import N_, _, language, speaking
from makerlab.web.doors import Door, Doors, same

MAX_BODY_BYTES = 64 << 10
"""Of what a page sends: names, notes and numbers. Files are read from this computer's disk, not uploaded."""
TOKEN_HEADER = "x-maker-token"
SAFE = ("GET", "HEAD")

WITHOUT_KEY = ("/join", "/api/join")
"""What a viewer needs to get in; beside the files of STATIC, which hold no secrets."""
STATIC = "/static/"
FOR_VIEWERS = ("/api/page", "/api/recordings", "/live")
"""Where a viewer may look, beside the page itself; with what is below."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script and no style but our own files; nothing from elsewhere; in nobody's frame."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
    "cache-control": "no-store",
}

NO_KEY = N_("Open the page with the link that maker page shows in its window: the key is in it.")
ELSEWHERE = N_("This page is not served under that name.")
FOREIGN = N_("Only the page itself may ask for that.")
TOO_BIG = N_("That is more than the page takes.")
NOT_FOR_VIEWERS = N_("Viewers look on; only the teacher's computer can do that.")


class Guard:
    """The application behind its doors. Puts `role` and `door` into the scope's state."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with speaking(_language(scope)):
            refusal = self._refusal(scope, headers)
            if refusal is None:
                await self._app(scope, _Limited(receive), _with_headers(send))
            elif scope["type"] == "websocket":
                # Closed before it is accepted: to the browser it is a plain 403.
                await send({"type": "websocket.close", "code": 1008})
            else:
                await refusal(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why not, as an answer; None when the request may pass."""
        door = self._doors.entered(headers.get("host", ""))
        if door is None or door.address != _came_in(scope, door):
            return PlainTextResponse(_(ELSEWHERE), 421)
        origin = headers.get("origin")
        changes = scope["type"] == "http" and scope["method"] not in SAFE
        if (origin is not None and origin not in door.origins) or (
            origin is None and (changes or scope["type"] == "websocket")
        ):
            return PlainTextResponse(_(FOREIGN), 403)
        if int(headers.get("content-length", "0") or 0) > MAX_BODY_BYTES:
            return PlainTextResponse(_(TOO_BIG), 413)
        path = scope["path"]
        scope.setdefault("state", {}).update(role=None, door=door)
        if path.startswith(STATIC) or (door.shared and path in WITHOUT_KEY):
            return None
        role = self._doors.role(door, headers.get("cookie", ""))
        scope["state"]["role"] = role
        if role is None:
            return self._let_in(scope, door)
        if path == "/" and b"key=" in scope.get("query_string", b""):
            return RedirectResponse("/", 303)  # the link once more: its key need not stay on the screen
        if role == "viewer" and (changes or not _for_viewers(path)):
            return PlainTextResponse(_(NOT_FOR_VIEWERS), 403)
        if changes and not same(headers.get(TOKEN_HEADER, ""), self._doors.token):
            return PlainTextResponse(_(FOREIGN), 403)
        return None

    def _let_in(self, scope: Scope, door: Door) -> Response:
        """The answer to who has no cookie: with the key in the link it gets one."""
        if scope["path"] == "/" and door.shared:
            return RedirectResponse("/join", 303)
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["path"] == "/" and not door.shared and same(query.get("key", [""])[0], self._doors.key):
            answer = RedirectResponse("/", 303)
            give_cookie(answer, self._doors.cookie_name(door), self._doors.key)
            return answer
        return PlainTextResponse(_(NO_KEY), 403)


def give_cookie(answer: Response, name: str, key: str) -> None:
    """Until the browser is closed, for our own requests only, out of reach of any script."""
    answer.set_cookie(name, key, httponly=True, samesite="strict", path="/")


def _came_in(scope: Scope, door: Door) -> str:
    """The address that the request came in at, as the socket knows it; where it does not, the door's."""
    server = scope.get("server")
    return str(server[0]) if server and server[0] else door.address


def _for_viewers(path: str) -> bool:
    return path == "/" or any(path == one or path.startswith(f"{one}/") for one in FOR_VIEWERS)


def _language(scope: Scope) -> str:
    """What the page says it wants to be spoken to in; else what this computer speaks."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    header = Headers(scope=scope).get("x-maker-language", "")
    return str(query.get("lang", [header or language()])[0])


class _Limited:
    """`receive` that gives up a body longer than it may be, whatever its headers said."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
