"""A web server on loopback whose answers are said in advance, for what goes wrong with downloads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Request(BaseHTTPRequestHandler):
    """One request, with the few things a test's answer needs."""

    server: WebServer

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1](self)

    def begin(self, status: int, **headers: str | int) -> None:
        """Send the status and headers; Content_Length stands for Content-Length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


Answer = Callable[[Request], None]


class WebServer(ThreadingHTTPServer):
    """`answers` are given one after the other, the last for all that come after; `asked` is what came."""

    daemon_threads = True

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        """Set when the test is over: what a slow answer waits for."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/firmware/"


@contextmanager
def serving(*answers: Answer) -> Iterator[WebServer]:
    with WebServer(answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
