"""How fast the page of `maker page` is: from a board to the screen, with many boards, with long recordings.

    python bench/page.py                everything, about three minutes; prints the section of RESULTS.md
    python bench/page.py latency        one part of it (latency, genuine, many, open)

The page runs in Chromium without a window or a graphics card. A sample is stamped when its bytes are there,
as a link's reader thread does it; its pixels count as shown at the first animation frame after the one they
were drawn in. Both clocks are the computer's steady one; how they lie to each other is asked fifty times, and
the quickest answer is believed.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "host"), str(HERE.parent / "tests" / "web")]

from boards_on_page import header, row  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from makerlab.recording.about import About  # noqa: E402
from makerlab.web.feed import Feed  # noqa: E402
from makerlab.web.serving import PageServer  # noqa: E402
from makerlab.wire.events import Samples  # noqa: E402
from makerlab.wire.stream import StreamDecoder  # noqa: E402

MEASURED_S = 20.0
SETTLED_S = 3.0
"""Left out at the beginning: the page is still built, and code that will be fast is still interpreted."""

SPY = """
window.drawn = [];
let genuine;
let charts = 0;
Object.defineProperty(window, "uPlot", {
  configurable: true,
  get: () => genuine && function (options, data, target) {
    const chart = charts++;
    const hooks = {...options.hooks, draw: [...options.hooks.draw, (plot) => {
      const values = plot.data[1];
      const last = values[values.length - 1];
      requestAnimationFrame(() => window.drawn.push([chart, last, performance.now()]));
    }]};
    return new genuine({...options, hooks}, data, target);
  },
  set: (value) => { genuine = value; },
});
"""
"""Notes for every drawing of a chart its last value, and when the frame after it began."""


class Generator:
    """Boards that send rows in time, staggered; channel 1 counts the rows, so that a pixel tells its row."""

    def __init__(self, feeds: list[Feed], hz: float, channels: int) -> None:
        self.stamps: list[dict[int, float]] = [{} for _feed in feeds]
        self._feeds = feeds
        self._hz = hz
        self._more = channels - 1
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        decoders = [StreamDecoder() for _feed in self._feeds]
        names = ",".join(["n//1", *(f"c{n}//1" for n in range(self._more))])
        for decoder, feed in zip(decoders, self._feeds, strict=True):
            at = time.monotonic()
            feed.take(decoder.feed(header(names, hz=self._hz), at), at)
            feed.say("measuring")
        began = time.monotonic()
        step = 1 / self._hz
        number = 0
        while not self._stopped.is_set():
            number += 1
            for n, (decoder, feed) in enumerate(zip(decoders, self._feeds, strict=True)):
                due = began + (number + n / len(self._feeds)) * step
                if (left := due - time.monotonic()) > 0:
                    self._stopped.wait(left)
                data = row(number, round(number * step * 1000), number, *[number % 97 - 40] * self._more)
                at = time.monotonic()
                self.stamps[n][number] = at
                feed.take(decoder.feed(data, at), at)


@contextmanager
def served() -> Iterator[PageServer]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MAKER_HOME"] = home
        server = PageServer()
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()


@contextmanager
def page_of(browser: Browser, server: PageServer, width: int = 1280, height: int = 860) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(SPY)
    page.goto(server.doors.link)
    expect(page.get_by_role("banner")).to_be_visible()
    yield page
    context.close()


def offset(page: Page) -> float:
    """Seconds to add to the page's clock to get this program's."""
    best = (9.0, 0.0)
    for _round in range(50):
        before = time.monotonic()
        there = page.evaluate("performance.now()") / 1000
        after = time.monotonic()
        best = min(best, (after - before, (before + after) / 2 - there))
    return best[1]


def delays(page: Page, stamps: list[dict[int, float]], since: float) -> list[float]:
    """For every sample stamped after `since`: seconds until its pixels were on the screen."""
    shift = offset(page)
    shown: list[int] = [0] * len(stamps)
    found = []
    for chart, last, at in page.evaluate("window.drawn"):
        if not isinstance(last, int) or chart >= len(stamps):
            continue
        for number in range(shown[chart] + 1, last + 1):
            stamp = stamps[chart].get(number)
            if stamp is not None and stamp > since:
                found.append(at / 1000 + shift - stamp)
        shown[chart] = max(shown[chart], last)
    return found


def told(name: str, found: list[float]) -> str:
    ms = [one * 1000 for one in found]
    cut = quantiles(ms, n=100)
    return f"| {name} | {median(ms):.0f} | {cut[94]:.0f} | {cut[98]:.0f} | {max(ms):.0f} | {len(ms):,} |"


def measure_latency(browser: Browser) -> None:
    print("### From a sample's stamp at the link to the frame after its pixels were drawn\n")
    print("| | median, ms | 95th percentile | 99th percentile | worst | samples |\n|---|---|---|---|---|---|")
    for boards, hz in ((1, 100.0), (8, 100.0), (32, 20.0)):
        with served() as server, page_of(browser, server, 1920, 1080) as page:
            feeds = [server.hub.open(f"COM{n}", f"Group {n}", str) for n in range(boards)]
            generator = Generator(feeds, hz, 1)
            generator.start()
            time.sleep(SETTLED_S)
            since = time.monotonic()
            time.sleep(MEASURED_S)
            generator.stop()
            goal = " (goal 50 and 120)" if boards == 8 else ""
            print(told(f"{boards} x {hz:g} Hz{goal}", delays(page, generator.stamps, since)))


def measure_genuine(browser: Browser) -> None:
    """Genuine virtual boards: the stamp is the link's own. They run in the page's own process and share its
    lock, so there are few of them."""
    boards = 2
    with served() as server, page_of(browser, server, 1920, 1080) as page:
        stamps: list[dict[int, float]] = [{} for _board in range(boards)]
        (Path(os.environ["MAKER_HOME"]) / "count.py").write_text(PROGRAM, encoding="utf-8")
        ports = ["virtual:esp32", *(f"virtual:esp32/{n}" for n in range(2, boards + 1))]
        server.measurement._folder = Path(os.environ["MAKER_HOME"])
        watched = server.hub.open

        def opened(*about: Any) -> Feed:
            feed = watched(*about)
            taking, seen = feed.take, stamps[len(server.hub.feeds) - 1]

            def take(events: list[Any], at: float) -> None:
                for event in events:
                    if isinstance(event, Samples):
                        seen.update({one[2]: at for one in event.rows})
                taking(events, at)

            feed.take = take  # type: ignore[method-assign]
            return feed

        server.hub.open = opened  # type: ignore[method-assign]
        from makerlab.web.measurement import Order

        server.measurement.start(Order("count.py", tuple(ports)))
        while not all(stamps):
            for feed in server.hub.feeds:
                if feed.state == "failed":
                    raise SystemExit(feed.described()["problem"])
            time.sleep(0.1)
        time.sleep(SETTLED_S)
        since = time.monotonic()
        time.sleep(MEASURED_S)
        server.measurement.stop()
        print(
            told(
                f"{boards} genuine virtual boards x 100 Hz, into the notebook too",
                delays(page, stamps, since),
            )
        )
        print()


PROGRAM = """
from lab import channel, run
n = 0
def count():
    global n
    n += 1
    return n
channel("n", "", count)
run(100, "count")
"""


def measure_many(browser: Browser) -> None:
    print("### 32 boards x 3 channels, 32 charts on a screen of 1920 x 1080\n")
    print("| rows a second, each | drawings a second (goal 30) | frames a second | server, % of a core |")
    print("|---|---|---|---|")
    for hz in (10.0, 30.0, 100.0):
        with served() as server, page_of(browser, server, 1920, 1080) as page:
            feeds = [server.hub.open(f"COM{n}", f"Group {n}", str) for n in range(32)]
            generator = Generator(feeds, hz, 3)
            generator.start()
            time.sleep(SETTLED_S)
            page.evaluate(FRAMES)
            page.evaluate("window.drawn.length = 0")
            began, cpu = time.monotonic(), time.process_time()
            time.sleep(MEASURED_S)
            seconds, cpu = time.monotonic() - began, time.process_time() - cpu
            drawn: dict[int, int] = {}
            for chart, _last, _at in page.evaluate("window.drawn"):
                drawn[chart] = drawn.get(chart, 0) + 1
            frames = page.evaluate("window.frames_seen")
            generator.stop()
            rates = [count / seconds for count in drawn.values()]
            print(
                f"| {hz:g} | {median(rates):.1f} ({len(rates)} charts in sight) | {frames / seconds:.1f} "
                f"| {cpu / seconds * 100:.0f} |"
            )
    print()


FRAMES = """() => {
  window.frames_seen = 0;
  const count = () => { window.frames_seen++; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""

ROUNDS = 5


def record(server: PageServer, hz: float, rows: int, channels: int) -> int:
    """A long recording, by way of bytes of the wire."""
    about = About(f"{rows} rows", board="esp32", rate_hz=hz)
    decoder = StreamDecoder()
    names = ",".join(f"c{n}//1" for n in range(channels))
    with server.notebook.record(about, at=0.0) as writer:
        writer.take(decoder.feed(header(names, hz=hz), 0.0), 0.0)
        step = 1000 / hz
        for start in range(1, rows + 1, 1000):
            numbers = range(start, min(rows, start + 999) + 1)
            data = b"".join(row(n, round(n * step), *[n % 997 - 300] * channels) for n in numbers)
            at = numbers[-1] / hz
            writer.take(decoder.feed(data, at), at)
        return writer.id


def measure_opening(browser: Browser) -> None:
    print("### Opening a recording: from the click to its curve\n")
    print("| | rows | median, s (goal 1) | worst | figures under it, s |\n|---|---|---|---|---|")
    with served() as server:
        for name, hz, rows, channels in (
            ("a day at 1 Hz", 1.0, 86_400, 1),
            ("an hour at 1 kHz", 1000.0, 3_600_000, 3),
        ):
            which = record(server, hz, rows, channels)
            opened, figures = [], []
            for _round in range(ROUNDS):
                with page_of(browser, server) as page:
                    page.evaluate("location.hash = '#/recordings'")
                    link = page.locator(f'a[href="#/recording/{which}"]')
                    expect(link).to_be_visible()
                    page.evaluate(CLICK, which)
                    table = page.get_by_role("region", name="Table of Figures").get_by_role("row")
                    expect(table).to_have_count(channels + 1, timeout=60_000)
                    at = time.monotonic()
                    clicked = page.evaluate("window.clicked") / 1000
                    shown = [one for one in page.evaluate("window.drawn") if one[1] is not None]
                    opened.append(shown[0][2] / 1000 - clicked)
                    figures.append(at - offset(page) - clicked)
            title = f"{name}, {channels} channel{'s' * (channels > 1)}"
            figures_s = median(figures)
            print(f"| {title} | {rows:,} | {median(opened):.2f} | {max(opened):.2f} | {figures_s:.1f} |")
    print()


CLICK = """which => {
  window.drawn.length = 0;
  window.clicked = performance.now();
  document.querySelector(`a[href="#/recording/${which}"]`).click();
}"""

PARTS: dict[str, Callable[[Browser], None]] = {
    "latency": measure_latency,
    "genuine": measure_genuine,
    "many": measure_many,
    "open": measure_opening,
}


def main() -> None:
    parts = sys.argv[1:] or list(PARTS)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        print("## Page\n")
        where = f"{os.cpu_count()} cores shared with other work (load {load:.0f} before)"
        python = f"Python {platform.python_version()}, {platform.system()}"
        chromium = f"Chromium {browser.version} without a graphics card"
        print(f"`python bench/page.py`, {date.today()}, {where}, {python}; {chromium}.\n")
        for part in parts:
            PARTS[part](browser)
        browser.close()


if __name__ == "__main__":
    main()
