"""What all tests share: the option that names real boards for tests/hardware, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import hypothesis
import pytest

# How long one example takes says more about the machine than about us.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--port",
        action="append",
        default=[],
        help="run tests/hardware on the board at this port (COM3, /dev/ttyACM0); may be repeated",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "board_port" in metafunc.fixturenames:
        nowhere = pytest.param("", marks=pytest.mark.skip(reason="needs a real board: pytest --port COM3"))
        metafunc.parametrize("board_port", metafunc.config.getoption("--port") or [nowhere])


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The Chromium that is there; CI installs one."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this computer (looked for: " + ", ".join(BROWSERS) + ")")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # As root, in a container, Chromium's own sandbox does not start.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()
