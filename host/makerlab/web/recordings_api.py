"""The requests about recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, TypeVar

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from makerlab.recording.about import Recording
from makerlab.recording.analysis.comparing import Alignment
from makerlab.recording.analysis.models import MODELS
from makerlab.recording.store.problems import NoRecording
from makerlab.web import recordings
from makerlab.web.requests import (
    BadRequest,
    body_of,
    number_asked,
    number_in,
    numbers_in,
    page_of,
    text_asked,
    text_in,
)

MOST_LISTED = 500
MOST_COMPARED = 32
MOST_DELETED = 1000
MAX_TITLE, MAX_NOTE = 200, 4000
MAX_SECONDS = 1e9
ALIGNMENTS: dict[str, Alignment] = {"start": "start", "clock": "clock", "event": "event"}
MAX_DIGITS = 12
"""Of a recording's number."""
MIN_SPEED, MAX_SPEED = 0.1, 1000.0

T = TypeVar("T")


def routes() -> list[BaseRoute]:
    """All requests about recordings."""
    return [
        Route("/api/recordings", _list),
        Route("/api/recordings/delete", _delete, methods=["POST"]),
        Route("/api/recordings/compare", _compare),
        Route("/api/recordings/models", _models),
        Route("/api/recordings/{id:int}", _detail),
        Route("/api/recordings/{id:int}/curves", _curves),
        Route("/api/recordings/{id:int}/figures", _figures),
        Route("/api/recordings/{id:int}/fit", _fit),
        Route("/api/recordings/{id:int}/export", _export),
        Route("/api/recordings/{id:int}/edit", _edit, methods=["POST"]),
        Route("/api/recordings/{id:int}/replay", _replay, methods=["POST"]),
    ]


async def _in_notebook(work: Callable[[], T]) -> T:
    """Reading a disk may take a while: beside the event loop."""
    return await run_in_threadpool(work)


def _recording(request: Request, which: int | None = None) -> Recording:
    """The recording asked for, if the asker may see it: viewers see what was measured since the page was
    started. Raises NoRecording."""
    page = page_of(request)
    number = request.path_params["id"] if which is None else which
    if request.state.role == "viewer" and number not in page.measurement.recordings:
        raise NoRecording(which=number)
    return page.notebook.get(number)


def _stretch(request: Request, one: Recording) -> tuple[float, float]:
    start = number_asked(request, "from", -MAX_SECONDS, MAX_SECONDS)
    end = number_asked(request, "to", -MAX_SECONDS, MAX_SECONDS)
    start, end = (0.0 if start is None else start), (one.seconds if end is None else end)
    if end < start:
        raise BadRequest
    return start, end


async def _list(request: Request) -> Response:
    page = page_of(request)
    search = text_asked(request, "search", 200)
    found = await _in_notebook(lambda: page.notebook.find(search, MOST_LISTED))
    if request.state.role == "viewer":
        found = [one for one in found if one.id in page.measurement.recordings]
    return JSONResponse([recordings.listed(one) for one in found])


async def _detail(request: Request) -> Response:
    return JSONResponse(await _in_notebook(lambda: recordings.detailed(_recording(request))))


async def _curves(request: Request) -> Response:
    def work() -> bytes:
        one = _recording(request)
        start, end = _stretch(request, one)
        buckets = number_asked(request, "buckets", 1, recordings.MOST_BUCKETS)
        return recordings.curves(page_of(request).notebook, one.id, start, end, int(buckets or 1000))

    return Response(await _in_notebook(work), media_type="application/octet-stream")


async def _figures(request: Request) -> Response:
    def work() -> list[dict[str, Any] | None]:
        one = _recording(request)
        return recordings.figures(page_of(request).notebook, one, *_stretch(request, one))

    return JSONResponse(await _in_notebook(work))


async def _models(_request: Request) -> Response:
    return JSONResponse(recordings.models())


async def _fit(request: Request) -> Response:
    model = text_asked(request, "model", 40)
    if model not in MODELS:
        raise BadRequest

    def work() -> dict[str, Any]:
        one = _recording(request)
        channel, stretch = text_asked(request, "channel", 200), _stretch(request, one)
        return recordings.fit(page_of(request).notebook, one, channel, model, *stretch)

    return JSONResponse(await _in_notebook(work))


async def _compare(request: Request) -> Response:
    ids = text_asked(request, "ids", 400).split(",")
    numbers = [one.isascii() and one.isdecimal() and len(one) < MAX_DIGITS for one in ids]
    if not 2 <= len(ids) <= MOST_COMPARED or not all(numbers):
        raise BadRequest
    alignment = ALIGNMENTS.get(text_asked(request, "align", 10))

    def work() -> dict[str, Any]:
        several = [_recording(request, int(one)) for one in ids]
        channel = text_asked(request, "channel", 200)
        return recordings.comparison(page_of(request).notebook, several, channel, alignment)

    return JSONResponse(await _in_notebook(work))


async def _export(request: Request) -> Response:
    """The file that `maker recordings export` writes, sent to the browser."""
    from makerlab.recording.formats.exporting import SUFFIXES, content_of, export, usual_path

    kind = text_asked(request, "format", 20)
    if kind not in SUFFIXES:
        raise BadRequest
    folder = await _in_notebook(lambda: Path(mkdtemp(prefix="makerlab")))
    tidy = BackgroundTask(rmtree, folder, ignore_errors=True)

    def work() -> Path:
        contents = [content_of(page_of(request).notebook, _recording(request).id)]
        path = usual_path(folder, contents, kind)
        export(contents, kind, path, lambda _rows: None)
        return path

    try:
        path = await _in_notebook(work)
    except BaseException:
        await tidy()
        raise
    return FileResponse(path, filename=path.name, background=tidy)


async def _replay(request: Request) -> Response:
    body = await body_of(request)
    speed = number_in(body, "speed", MIN_SPEED, MAX_SPEED)
    await _in_notebook(lambda: page_of(request).measurement.replay(_recording(request), speed or 1.0))
    return JSONResponse({})


async def _edit(request: Request) -> Response:
    body = await body_of(request)
    title, note = text_in(body, "title", MAX_TITLE).strip(), text_in(body, "note", MAX_NOTE)
    number = request.path_params["id"]
    await _in_notebook(lambda: page_of(request).notebook.edit(number, title=title or None, note=note))
    return JSONResponse({})


async def _delete(request: Request) -> Response:
    ids = numbers_in(await body_of(request), "ids", MOST_DELETED)
    await _in_notebook(lambda: page_of(request).notebook.delete(ids))
    return JSONResponse({})
