"""A browser that looks at the page, and what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

INK = """(canvas, [from, to]) => {
  const [left, right] = [Math.round(from * canvas.width), Math.round(to * canvas.width)];
  const {data} = canvas.getContext("2d").getImageData(left, 0, right - left, canvas.height);
  let ink = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.slice(at, at + 4);
    if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 90) ink++;
  }
  return ink;
}"""
"""How many pixels of a canvas have a strong colour: a curve's, not the grid's nor a gap's."""


def ink(card: Locator, share: tuple[float, float] = (0.0, 1.0)) -> int:
    """How much is drawn in a card's first chart, between two shares of its width."""
    return int(card.locator("canvas").first.evaluate(INK, list(share)))


@contextmanager
def looking(browser: Browser, *, may_complain: bool = False, **options: Any) -> Iterator[Page]:
    """A new window of a browser in English. Whatever a page complains of in its console is an error, unless
    it `may_complain`: the browser itself does, of a server that is gone."""
    usual = {"viewport": {"width": 1280, "height": 860}, "locale": "en-GB"}
    context = browser.new_context(**{**usual, **options})
    page = context.new_page()
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert may_complain or complaints == []
