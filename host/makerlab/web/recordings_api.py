"""The requests about recordings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from makerlab.errors import MakerError
from makerlab.i18n import N_
from makerlab.recording.about import Recording
from makerlab.recording.problems import NoRecording
from makerlab.web import recordings
from makerlab.web.requests import BadRequest, body_of, number_asked, numbers_in, page_of, text_asked, text_in

MOST_LISTED = 500
MOST_COMPARED = 32
MOST_DELETED = 1000
MAX_TITLE, MAX_NOTE = 200, 4000
MAX_SECONDS = 1e9

T = TypeVar("T")


class TooFew(MakerError):
    what = N_("There are only {given} rows there, and this model needs {needed}.")
    todo = N_("Show a longer stretch of the recording, or take another model.")


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
        Route("/api/recordings/{id:int}/edit", _edit, methods=["POST"]),
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
    from makerlab.recording.analysis.fit import TooFewRows
    from makerlab.recording.analysis.models import MODELS

    def work() -> dict[str, Any]:
        one = _recording(request)
        name, model = text_asked(request, "channel", 200), text_asked(request, "model", 40)
        channel = next((channel for channel in one.channels if channel.name == name), None)
        if channel is None or model not in MODELS:
            raise BadRequest
        start, end = _stretch(request, one)
        try:
            return recordings.fitted(page_of(request).notebook, one, channel, model, start, end)
        except TooFewRows as error:
            raise TooFew(given=error.given, needed=error.needed) from error

    return JSONResponse(await _in_notebook(work))


async def _compare(request: Request) -> Response:
    ids = text_asked(request, "ids", 400).split(",")
    if not 2 <= len(ids) <= MOST_COMPARED or not all(one.isdecimal() and len(one) < 12 for one in ids):
        raise BadRequest

    def work() -> dict[str, Any] | None:
        several = [_recording(request, int(one)) for one in ids]
        channel = text_asked(request, "channel", 200)
        if not all(channel in [one.name for one in recording.channels] for recording in several):
            raise BadRequest
        together = text_asked(request, "axis", 10) == "session"
        return recordings.compared(page_of(request).notebook, several, channel, together)

    return JSONResponse(await _in_notebook(work))


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
