"""The page's requests: which there are, and what each does. Who may ask is decided before (guard.py)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from makerlab.errors import MakerError
from makerlab.i18n import LANGUAGES, N_, _, language
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NotebookReadOnly
from makerlab.unforeseen import Unforeseen
from makerlab.web.advice import told
from makerlab.web.doors import Doors
from makerlab.web.guard import Guard, give_cookie
from makerlab.web.hub import Hub
from makerlab.web.lessons_api import MAX_NAME
from makerlab.web.lessons_api import routes as lessons_routes
from makerlab.web.live import serve_live
from makerlab.web.measurement import Measurement, Order
from makerlab.web.plugged_in import PluggedIn
from makerlab.web.recordings_api import routes as recordings_routes
from makerlab.web.requests import BadRequest, body_of, number_in, page_of, text_in, texts_in
from makerlab.web.static_files import static_files
from makerlab.web.texts import texts

MIN_RATE_HZ, MAX_RATE_HZ = 0.002, 10_000.0
"""What run() of lab.py takes."""
MAX_SECONDS = 7 * 86_400.0
MAX_MARK = 80
"""Characters of an event's text: it stands over a curve."""

BAD_REQUEST = N_("That is no request of this page.")
WRONG_CODE = N_("That code is not right.")
WAIT = N_("Too many wrong codes. Wait a minute, then try again.")
NOTHING_THERE = N_("There is nothing here.")


class Page:
    """Everything behind the requests."""

    def __init__(
        self, doors: Doors, hub: Hub, boards: PluggedIn, measurement: Measurement, notebook: Notebook
    ) -> None:
        self.doors = doors
        self.hub = hub
        self.boards = boards
        self.measurement = measurement
        self.notebook = notebook
        self.watchers = 0
        """Pages of this computer that are open."""

    def standing(self, role: str) -> dict[str, Any]:
        """How everything stands, for a page, in its language."""
        standing: dict[str, Any] = {
            "measurement": self.measurement.described(),
            "feeds": self.hub.described(),
        }
        if role == "teacher":
            standing["boards"] = self.boards.described()
        return standing


def application(page: Page) -> Guard:
    """The ASGI application, behind its guard: nothing is asked or answered past it, not even a bug."""
    app = Starlette(
        routes=routes(),
        exception_handlers={
            404: _not_found,
            405: _not_found,
            MakerError: _problem,
            BadRequest: _bad_request,
            Exception: _unforeseen,
        },
    )
    app.router.redirect_slashes = False  # a path that is not ours is not ours with a slash either
    app.state.page = page
    return Guard(app, page.doors)


def routes() -> list[BaseRoute]:
    """Every request there is."""
    return [
        Route("/", _file("index.html")),
        Route("/join", _file("join.html")),
        Route("/static/{path:path}", _static),
        Route("/api/page", _page),
        Route("/api/share.svg", _share_picture),
        Route("/api/join", _join, methods=["POST"]),
        Route("/api/start", _start, methods=["POST"]),
        Route("/api/stop", _stop, methods=["POST"]),
        Route("/api/mark", _mark, methods=["POST"]),
        WebSocketRoute("/live", _live),
        *recordings_routes(),
        *lessons_routes(),
    ]


# -- the requests -----------------------------------------------------------------------------------------


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        content, kind = static_files()[name]
        return Response(content, media_type=kind)

    return answer


async def _static(request: Request) -> Response:
    found = static_files().get(request.path_params["path"])
    if found is None:
        return await _not_found(request, None)
    return Response(found[0], media_type=found[1])


async def _page(request: Request) -> Response:
    """What a page needs to begin: who it speaks to, all texts, what there is to choose."""
    page, role = page_of(request), request.state.role
    begin: dict[str, Any] = {"language": language(), "languages": LANGUAGES, "role": role, "texts": texts()}
    if role == "teacher":
        begin["token"] = page.doors.token
        begin["notice"] = page.notebook.is_read_only and told(NotebookReadOnly(path=page.notebook.path))
        begin["experiments"] = await run_in_threadpool(page.measurement.offered)
        begin["share"] = page.doors.shared and {
            "url": page.doors.shared.url + "join",
            "code": page.doors.code,
        }
    return JSONResponse(begin)


async def _share_picture(request: Request) -> Response:
    """The link for viewers as a QR code."""
    doors = page_of(request).doors
    if doors.shared is None:
        return await _not_found(request, None)
    from makerlab.web.share import picture

    return Response(picture(doors.join_link), media_type="image/svg+xml")


async def _join(request: Request) -> Response:
    """A viewer typed the join code."""
    doors, door = page_of(request).doors, request.state.door
    tried = doors.tried(text_in(await body_of(request), "code", 20), time.monotonic())
    if tried != "right":
        what = WAIT if tried == "wait" else WRONG_CODE
        return JSONResponse({"what": _(what), "todo": ""}, 403)
    answer = JSONResponse({})
    give_cookie(answer, doors.cookie_name(door), doors.viewer_key)
    return answer


async def _start(request: Request) -> Response:
    body = await body_of(request)
    order = Order(
        text_in(body, "experiment", 200),
        texts_in(body, "ports", 64),
        number_in(body, "rate_hz", MIN_RATE_HZ, MAX_RATE_HZ),
        number_in(body, "seconds", 0.1, MAX_SECONDS),
        text_in(body, "lesson", MAX_NAME) if "lesson" in body else "",
    )
    await run_in_threadpool(page_of(request).measurement.start, order)
    return JSONResponse({})


async def _stop(request: Request) -> Response:
    page_of(request).measurement.stop(texts_in(await body_of(request), "ports", 64))
    return JSONResponse({})


async def _mark(request: Request) -> Response:
    page_of(request).measurement.mark(text_in(await body_of(request), "text", MAX_MARK))
    return JSONResponse({})


async def _live(socket: WebSocket) -> None:
    page, role = page_of(socket), socket.state.role
    page.watchers += role == "teacher"
    try:
        await serve_live(socket, page.hub, lambda: page.standing(role))
    finally:
        page.watchers -= role == "teacher"


# -- what goes wrong ----------------------------------------------------------------------------------------


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, MakerError)
    return JSONResponse(told(error), 409)


async def _unforeseen(_request: Request, error: Exception) -> Response:
    """A bug of ours: the page says so, and its traceback is kept; never shown."""
    return JSONResponse(told(Unforeseen.of(error)), 500)


async def _bad_request(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"what": _(BAD_REQUEST), "todo": ""}, 400)


async def _not_found(_request: Request, _error: Exception | None) -> Response:
    return PlainTextResponse(_(NOTHING_THERE), 404)
