"""A lesson as a PDF on A4: through the browser that is there, else WeasyPrint where that is installed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from makerlab.errors import FileProblem, system_reason
from makerlab.lessons.export import browser
from makerlab.lessons.export.blocks import View
from makerlab.lessons.export.page import Source, make_page


def write_pdf(source: Source, languages: Sequence[str], view: View, out: Path) -> None:
    """Write it to `out`. Raises NoBrowser, PrintingFailed or FileProblem."""
    page = make_page(source, languages, view)
    if browser.find() is None and find_spec("weasyprint") is not None:
        _with_weasyprint(page, out)
        return
    with tempfile.TemporaryDirectory(prefix="makerlab ", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "lesson.html"
        file.write_text(page, encoding="utf-8")
        browser.print_page(file, out)


def _with_weasyprint(page: str, out: Path) -> None:
    try:
        import weasyprint  # type: ignore[import-not-found,unused-ignore]
    except (ImportError, OSError) as error:  # OSError: its own libraries (Pango) are not there
        raise browser.NoBrowser() from error

    def only_inside(address: str, *_options: Any, **_more: Any) -> Any:
        """Pictures in the page itself; nothing from the disk or the network."""
        if not address.startswith("data:image/"):
            raise ValueError(address)
        return weasyprint.default_url_fetcher(address)

    made = weasyprint.HTML(string=page, url_fetcher=only_inside).write_pdf()
    try:
        out.write_bytes(made)
    except OSError as error:
        raise FileProblem(path=out, detail=system_reason(error)) from error
