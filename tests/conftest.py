"""What all tests share: the option that names real boards for tests/hardware."""

from __future__ import annotations

import pytest


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
