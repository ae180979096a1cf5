"""The requests about lessons."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from makerlab.web import lessons
from makerlab.web.requests import page_of, text_asked

MAX_NAME = 200
"""Characters of a lesson's id."""


def routes() -> list[BaseRoute]:
    """All requests about lessons."""
    return [
        Route("/api/lessons", _list),
        Route("/api/lesson", _lesson),
        Route("/api/judged/{id:int}", _judged),
    ]


async def _list(_request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(lessons.listed))


async def _lesson(request: Request) -> Response:
    name = text_asked(request, "name", MAX_NAME)
    return JSONResponse(await run_in_threadpool(lessons.shown, name))


async def _judged(request: Request) -> Response:
    which = request.path_params["id"]
    return JSONResponse(await run_in_threadpool(lessons.judged, page_of(request).notebook, which))
