"""The WebSocket of a page: curves as they come, and several times a second how everything stands.

Nothing that a page sends here is acted on; what changes something is a request of its own, with its token.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from makerlab.web.hub import Hub, Position

FRAME_S = 1 / 60
"""Between two messages with curves: no screen shows more."""
STANDING_S = 0.25
"""Between two looks at how everything stands: as fast as figures can be read."""


class Waker:
    """Wakes one page's sender from any thread, once for however much that is new."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._set = False

    def __call__(self) -> None:
        if not self._set:
            self._set = True
            try:
                self._loop.call_soon_threadsafe(self._event.set)
            except RuntimeError:
                return  # the server has ended; nobody is to be woken

    async def wait(self, timeout_s: float | None) -> None:
        """Until it is woken, or `timeout_s` has passed."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except asyncio.TimeoutError:
            return
        self._event.clear()
        self._set = False  # before the news are fetched: what comes while they are wakes again


async def serve_live(socket: WebSocket, hub: Hub, standing: Callable[[], dict[str, Any]]) -> None:
    """Send until the page goes away. `standing` gives all that is no curve."""
    await socket.accept()
    waker = Waker()
    hub.listen(waker)
    waker()
    sender = asyncio.create_task(_send(socket, hub, standing, waker))
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass  # a page has nothing to say here
    finally:
        hub.leave(waker)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def _send(socket: WebSocket, hub: Hub, standing: Callable[[], dict[str, Any]], waker: Waker) -> None:
    position = Position()
    told, next_look = "", 0.0
    untold = False
    try:
        while True:
            await waker.wait(max(0.0, next_look - time.monotonic()) if untold else None)
            untold = True
            now = time.monotonic()
            if now >= next_look:
                next_look, untold = now + STANDING_S, False
                text = json.dumps(standing(), ensure_ascii=False, separators=(",", ":"))
                if text != told:
                    told = text
                    await socket.send_text(text)
            if news := hub.news(position):
                await socket.send_bytes(news)
            await asyncio.sleep(FRAME_S)
    except (WebSocketDisconnect, RuntimeError):
        return  # gone while something was sent; the receiver sees it too
