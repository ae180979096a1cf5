"""Reading what a page sends. Whatever our own page would not send is a BadRequest."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, HTTPConnection, Request

if TYPE_CHECKING:
    from makerlab.web.server import Page


class BadRequest(Exception):
    """A request that our own page would not send."""


def page_of(connection: HTTPConnection) -> Page:
    """Everything behind the requests."""
    page: Page = connection.app.state.page
    return page


async def body_of(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises BadRequest."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise BadRequest
    try:
        body = json.loads(await request.body())
    except (ClientDisconnect, ValueError, RecursionError):  # the first also for a body that is too long
        raise BadRequest from None
    if not isinstance(body, dict):
        raise BadRequest
    return body


def text_in(body: dict[str, Any], name: str, most: int) -> str:
    """A text of at most that many characters. Raises BadRequest, as all below do."""
    value = body.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise BadRequest
    return value


def texts_in(body: dict[str, Any], name: str, most: int) -> tuple[str, ...]:
    """A list of at most that many texts; none if it is not there."""
    values = body.get(name, [])
    if not isinstance(values, list) or len(values) > most or not all(isinstance(one, str) for one in values):
        raise BadRequest
    return tuple(values)


def numbers_in(body: dict[str, Any], name: str, most: int) -> tuple[int, ...]:
    """A list of at most that many whole numbers."""
    values = body.get(name)
    if not isinstance(values, list) or len(values) > most or not all(type(one) is int for one in values):
        raise BadRequest
    return tuple(values)


def number_in(body: dict[str, Any], name: str, low: float, high: float) -> float | None:
    """A number from `low` to `high`; None if it is not there."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadRequest
    return float(value)


def text_asked(request: Request, name: str, most: int) -> str:
    """A text out of the address's query; "" if it is not there."""
    value = request.query_params.get(name, "")
    if len(value) > most:
        raise BadRequest
    return value


def number_asked(request: Request, name: str, low: float, high: float) -> float | None:
    """A number out of the address's query; None if it is not there."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadRequest from None
    if not isfinite(value) or not low <= value <= high:
        raise BadRequest
    return value
