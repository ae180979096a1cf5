"""What the tests of the page share: the page served, who asks it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from boards_on_page import SHARED_ADDRESS, client
from in_browser import looking
from playwright.sync_api import Browser, Page, expect

from makerlab.i18n import set_language
from makerlab.web.serving import PageServer


@pytest.fixture(scope="module", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Each file of tests has folders of its own: servers take half a second to come and go."""
    folder = tmp_path_factory.mktemp("网页 page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKER_HOME", str(folder / "home"))
        patch.chdir(folder)
        set_language("en")
        yield folder
    set_language("en")


@pytest.fixture(scope="module")
def serve(own_folders: Path) -> Iterator[Callable[..., PageServer]]:
    """`serve(share=...)`: a page that runs until the file's tests are over."""
    running: list[tuple[PageServer, threading.Thread]] = []

    def start(**options: object) -> PageServer:
        server = PageServer(**options)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def module_server(serve: Callable[..., PageServer]) -> PageServer:
    return serve()


@pytest.fixture
def served(module_server: PageServer) -> PageServer:
    """The page, with nothing on show."""
    module_server.measurement.end()
    module_server.hub.clear()
    return module_server


@pytest.fixture
def stranger(served: PageServer) -> Iterator[httpx.Client]:
    """Somebody on this computer who does not have the key."""
    with client(served.doors.local) as asking:
        yield asking


@pytest.fixture
def teacher(served: PageServer) -> Iterator[httpx.Client]:
    """Our own page: it has the key, and sends what our scripts send."""
    door = served.doors.local
    with client(door, **{"origin": door.url.rstrip("/"), "x-maker-token": served.doors.token}) as asking:
        assert asking.get(served.doors.link).status_code == 303
        yield asking


@pytest.fixture(scope="module")
def shared(serve: Callable[..., PageServer]) -> PageServer:
    """A page that is shared on the classroom network."""
    return serve(share=SHARED_ADDRESS)


@pytest.fixture
def viewer(shared: PageServer) -> Iterator[httpx.Client]:
    """Somebody on the classroom network."""
    door = shared.doors.shared
    assert door is not None
    shared.doors._wrong.clear()
    with client(door, origin=door.url.rstrip("/")) as asking:
        yield asking


@pytest.fixture
def page(browser: Browser, served: PageServer) -> Iterator[Page]:
    """The page, opened with its link."""
    with looking(browser) as opened:
        opened.goto(served.doors.link)
        expect(opened.get_by_role("banner")).to_be_visible()
        yield opened
