"""Pictures of curves as PNG or SVG, for the wall, a report and the printer.

Curves differ in colour, line and marker at once, so that they can be told apart by colour-blind eyes and in
black and white. Nothing is drawn where nothing was measured. Matplotlib takes 0.6 s to import: import this
module when a picture is wanted.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from makerlab.i18n import N_, _
from makerlab.recording.analysis.arrays import Stretch
from makerlab.recording.analysis.decimation import thin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from makerlab.recording.analysis.arrays import Floats

Format: TypeAlias = Literal["png", "svg"]

CHINESE_FONTS = (
    "Microsoft YaHei", "DengXian", "SimHei", "SimSun",  # Windows
    "PingFang SC", "Heiti SC", "Hiragino Sans GB", "STHeiti", "Arial Unicode MS",  # macOS
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",  # Linux
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN",
    # One file holds the glyphs of all, and is listed under one name only.
    "Noto Sans CJK JP", "Noto Serif CJK SC", "Noto Serif CJK JP",
)  # fmt: skip
"""With Chinese glyphs, the best first."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by every kind of colour vision (Okabe and Ito 2008)."""
STROKES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "X", "P")
MARKERS_A_CURVE = 9

BUCKETS = 1600
"""Of a curve: more than there are columns of pixels."""

DPI = 150
WIDTH_IN, PANEL_IN, AROUND_IN = 10.0, 2.9, 1.5
LINE_IN = 0.22
"""Of text below the picture."""

FEW_MARKS = 10
NEAR_MARKS = 0.03
"""Share of the width. More marks, or nearer ones, are numbered and named below."""
LONG_MARK = 16
"""Characters beside a mark."""
MARK_ROOM = 0.5
"""Above the curves for such a text, as a share of their height."""

MAX_LEGEND_COLUMNS = 6
LEGEND_CHARACTERS = 130
"""In its font, over the width of the axes."""
LEGEND_LINE_CHARACTERS = 10
"""As wide as the piece of line before a label."""

_GAP_COLOUR = "#DDDDDD"
_SPANS = (
    (600.0, 1.0, N_("time (s)")),
    (3 * 3600.0, 60.0, N_("time (min)")),
    (float("inf"), 3600.0, N_("time (h)")),
)
"""Up to so many seconds time is shown in this unit."""


@dataclass(frozen=True)
class Line:
    """A curve, or with `points` its single rows. Nothing is drawn over `gaps`."""

    label: str
    x: Floats
    y: Floats
    gaps: tuple[Stretch, ...] = ()
    points: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Band:
    """The area from `low` to `high`."""

    label: str
    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Panel:
    """One pair of axes. `share` is its height among the others'; `zero`: with a line at 0."""

    y_label: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...] = ()
    share: float = 1.0
    zero: bool = False


@dataclass(frozen=True)
class Picture:
    """Panels below each other on one axis. x is time in seconds, unless `x_label` says what else it is.

    `marks` are what happened and when; `notes` lines of text below.
    """

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    marks: tuple[tuple[float, str], ...] = ()
    gaps: tuple[Stretch, ...] = ()
    notes: tuple[str, ...] = ()
    x_label: str = ""

    @property
    def texts(self) -> str:
        """Everything that is written in it."""
        labels = [line.label for panel in self.panels for line in panel.lines]
        labels += [panel.y_label for panel in self.panels] + [text for _at, text in self.marks]
        return " ".join([self.title, self.subtitle, self.x_label, *labels, *self.notes])


@cache
def chinese_font() -> str:
    """The name of a font with Chinese glyphs that this computer has, "" if there is none."""
    known = {font.name for font in fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), "")


def lacks_glyphs(picture: Picture) -> bool:
    """Whether it has Chinese text and this computer no font for it: boxes will stand there."""
    return not chinese_font() and any("\u2e80" <= char <= "\uffef" for char in picture.texts)


def draw(picture: Picture, kind: Format) -> bytes:
    """The picture as a file; the same one every time."""
    with _settings():
        notes = [*picture.notes, *_named_below(picture)]
        shares = [panel.share for panel in picture.panels]
        height = sum(shares) * PANEL_IN + AROUND_IN + len(notes) * LINE_IN
        figure = Figure(figsize=(WIDTH_IN, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(
            len(shares), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        all_axes = list(grid[:, 0])
        factor, x_label = _time_unit(picture)
        for axes, panel in zip(all_axes, picture.panels, strict=True):
            _draw_panel(axes, panel, factor)
        all_axes[-1].set_xlabel(x_label)
        for axes in all_axes:
            _draw_gaps(axes, picture, factor)
        _draw_marks(all_axes, picture, factor)
        figure.suptitle(picture.title, fontsize=14, fontweight="bold", x=0.01, ha="left")
        all_axes[0].set_title(picture.subtitle, fontsize=9, color="#444444", loc="right")
        if notes:
            # An own, empty label: constrained layout keeps its room free.
            figure.supxlabel("\n".join(notes), fontsize=9, x=0.01, ha="left", color="#222222")
        return _file(figure, kind)


def _file(figure: Figure, kind: Format) -> bytes:
    target = io.BytesIO()
    # Without a date, so that the same picture is the same file.
    metadata = {"Date": None, "Creator": "makerlab"} if kind == "svg" else {"Software": "makerlab"}
    figure.savefig(target, format=kind, metadata=metadata)
    return target.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    fonts = [name for name in (chinese_font(), "DejaVu Sans") if name]
    settings: Any = {
        "font.family": fonts,
        "font.size": 10,
        "axes.unicode_minus": False,
        "axes.grid": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": "#DDDDDD",
        "grid.linewidth": 0.6,
        "svg.hashsalt": "makerlab",
        "agg.path.chunksize": 10000,
    }
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _time_unit(picture: Picture) -> tuple[float, str]:
    """By what seconds are divided, and what stands below the axis."""
    if picture.x_label:
        return 1.0, picture.x_label
    longest = max((_span(line.x) for panel in picture.panels for line in panel.lines), default=0.0)
    return next((factor, _(label)) for span, factor, label in _SPANS if longest <= span)


def _span(x: Floats) -> float:
    return float(np.ptp(x)) if len(x) else 0.0


def _draw_panel(axes: Axes, panel: Panel, factor: float) -> None:
    for band in panel.bands:
        axes.fill_between(
            band.x / factor, band.low, band.high, color="#999999", alpha=0.35, lw=0, label=band.label
        )
    for index, line in enumerate(panel.lines):
        x, y = thin(line.x, line.y, BUCKETS, line.gaps)
        colour = COLOURS[index % len(COLOURS)]
        if line.points:
            axes.plot(x / factor, y, ".", color=colour, ms=3, alpha=0.6, label=line.label)
            continue
        several = len(panel.lines) > 1
        axes.plot(
            x / factor,
            y,
            color="#000000" if line.bold else colour,
            linestyle="-" if line.bold else STROKES[index % len(STROKES)],
            linewidth=2.4 if line.bold else 1.4,
            marker=MARKERS[index % len(MARKERS)] if several and not line.bold else _single(y),
            markersize=5,
            markevery=_some(len(x), index, len(panel.lines)) if several else None,
            label=line.label,
        )
    if panel.zero:
        axes.axhline(0, color="#666666", lw=0.8)
    axes.set_ylabel(panel.y_label)
    axes.margins(x=0.01)
    if len(panel.lines) + len(panel.bands) > 1:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=_legend_columns(panel), frameon=False,
            fontsize=9, borderaxespad=0.2, handlelength=3.2,
        )  # fmt: skip


def _legend_columns(panel: Panel) -> int:
    """As many as fit beside each other. A Chinese character is as wide as two."""
    labels = [line.label for line in panel.lines] + [band.label for band in panel.bands]
    widest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in label) for label in labels)
    return max(1, min(MAX_LEGEND_COLUMNS, LEGEND_CHARACTERS // (widest + LEGEND_LINE_CHARACTERS)))


def _single(y: Floats) -> str:
    """A marker where a line would be too short to be seen: single rows between gaps."""
    known = ~np.isnan(y)
    return "." if known.sum() < 3 or not (known[1:] & known[:-1]).any() else ""


def _some(points: int, index: int, lines: int) -> tuple[int, int] | None:
    """Which points of a curve have a marker: a few, at other places than those of its neighbours."""
    every = max(1, points // MARKERS_A_CURVE)
    return (every * index // max(1, lines), every)


def _draw_gaps(axes: Axes, picture: Picture, factor: float) -> None:
    for gap in picture.gaps:
        axes.axvspan(
            gap.start_s / factor,
            gap.end_s / factor,
            facecolor="none",
            edgecolor=_GAP_COLOUR,
            hatch="///",
            lw=0,
        )


def _draw_marks(all_axes: Sequence[Axes], picture: Picture, factor: float) -> None:
    numbered = bool(_named_below(picture))
    if picture.marks:
        low, high = all_axes[0].get_ylim()
        longest = 1.0 if numbered else max(len(text) for _at, text in picture.marks)
        all_axes[0].set_ylim(low, high + (high - low) * MARK_ROOM * min(1.0, longest / LONG_MARK + 0.2))
    for number, (at, text) in enumerate(picture.marks, 1):
        for axes in all_axes:
            axes.axvline(at / factor, color="#444444", lw=0.9, ls=(0, (4, 2)))
        all_axes[0].annotate(
            str(number) if numbered else text,
            (at / factor, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0 if numbered else 3, -4),
            textcoords="offset points",
            rotation=0 if numbered else 90,
            ha="center" if numbered else "left",
            va="top",
            fontsize=8,
            bbox={
                "boxstyle": "round,pad=0.2",
                "fc": "white",
                "ec": "#444444" if numbered else "none",
                "alpha": 0.85,
            },
        )


def _named_below(picture: Picture) -> list[str]:
    """The marks as lines below the picture, if they have no room in it."""
    times = [at for at, _text in picture.marks]
    span = max((_span(line.x) for panel in picture.panels for line in panel.lines), default=0.0)
    near = any(after - before < NEAR_MARKS * span for before, after in pairwise(times))
    long = any(len(text) > LONG_MARK for _at, text in picture.marks)
    if not (near or long or len(times) > FEW_MARKS):
        return []
    return [f"{number}  {at:.1f} s  {text}" for number, (at, text) in enumerate(picture.marks, 1)]
