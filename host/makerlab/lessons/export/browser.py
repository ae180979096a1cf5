"""A page as a PDF, through the browser that is on the computer: Chrome, Edge or Chromium.

Every Windows computer has Edge, and no library sets Chinese text as a browser does. It is run without a
window, with a profile of its own that is thrown away, on a page that we made, with the network turned off.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from makerlab.errors import FileProblem, MakerError, system_reason
from makerlab.i18n import N_, _

PRINT_S = 60.0
"""A school computer with a virus scanner takes 15 seconds for its first start of a browser."""

_COMMANDS = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge",
    "microsoft-edge-stable", "chrome", "msedge",
)  # fmt: skip
_ON_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
    r"Chromium\Application\chrome.exe",
)
_ON_MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)


class NoBrowser(MakerError):
    what = N_("There is no Chrome, Edge or Chromium on this computer to make the PDF.")
    todo = N_("Install one of them; or export html, open it in any browser, and print it as a PDF.")


class PrintingFailed(MakerError):
    what = N_("{browser} made no PDF: {detail}")
    todo = N_("Export html instead, open it in the browser, and print it as a PDF.")


def find() -> Path | None:
    """The browser to print with. MAKER_BROWSER names another one."""
    return next((path for path in _candidates() if path.is_file()), None)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("MAKER_BROWSER"):
        yield Path(named)
    if sys.platform == "win32":
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if root := os.environ.get(folder):
                yield from (Path(root) / one for one in _ON_WINDOWS)
    if sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield from (root / one for one in _ON_MACOS)
    yield from (Path(found) for command in _COMMANDS if (found := shutil.which(command)))


def print_page(page: Path, out: Path, browser: Path | None = None) -> None:
    """Write the PDF of the file `page` to `out`, whose folder is there.

    Raises NoBrowser, PrintingFailed, or FileProblem when `out` cannot be written.
    """
    browser = browser or find()
    if browser is None:
        raise NoBrowser()
    with tempfile.TemporaryDirectory(prefix="makerlab ", ignore_cleanup_errors=True) as folder:
        printed = Path(folder) / "page.pdf"
        problem = _run(_command(browser, page, printed, Path(folder) / "profile"))
        if problem or not printed.is_file() or printed.read_bytes()[:5] != b"%PDF-":
            raise PrintingFailed(browser=browser.stem, detail=problem or _("it wrote no file"))
        try:
            shutil.copyfile(printed, out)
        except OSError as error:
            raise FileProblem(path=out, detail=system_reason(error)) from error


def _command(browser: Path, page: Path, out: Path, profile: Path) -> list[str]:
    options = [
        "--headless",
        "--disable-gpu",
        "--disable-extensions",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-pdf-header-footer",
        # No page of a lesson needs the network; one that asks for it gets nothing.
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
        f"--print-to-pdf={out}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium refuses to start for root otherwise (containers)
    return [str(browser), *options, page.resolve().as_uri()]


def _run(command: list[str]) -> str:
    """Run the browser; "" or what went wrong, in its words."""
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PRINT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"> {PRINT_S:.0f} s"
    except OSError as error:
        return system_reason(error)
    if ended.returncode == 0:
        return ""
    lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else f"exit code {ended.returncode}"
