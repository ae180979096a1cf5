// One chart: curves over time, with gaps left open, events, a cursor, and hands and keys to move it.
// uPlot draws it (51 KB, 0.1 ms an update); what uPlot does not have stands here.

/* global uPlot */
import { h } from "./dom.js";
import { quantity, time, value } from "./format.js";
import { t } from "./net.js";
import { look, palette } from "./styles.js";

const FONT = '13px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const KEPT_SHARE = 0.45; // of the axis that the curve must fill; else the axis is fitted anew
const TOLD_MS = 500; // between two states of what a screen reader hears
const DOTS_BELOW = 0.04; // points for each pixel of width under which each is marked by a dot
const STEPS = [1, 2, 5, 10];

/** The next step of 1, 2, 5, 10 ... not below `number`. */
function niceStep(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return STEPS.find((step) => step * power >= number * 0.999) * power;
}

/** From the lowest to the highest value, to round numbers; `known` is kept while it fits, so that a curve
 * does not jump about. */
export function valueRange(low, high, known, least) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return known ?? [0, 1];
  const spread = Math.max(high - low, least);
  if (known && low >= known[0] && high <= known[1] && spread >= KEPT_SHARE * (known[1] - known[0])) return known;
  const middle = (low + high) / 2;
  const [from, to] = [Math.min(low, middle - spread / 2), Math.max(high, middle + spread / 2)];
  const step = niceStep((to - from) / 8);
  return [Math.floor((from - step * 0.1) / step) * step, Math.ceil((to + step * 0.1) / step) * step];
}

/** The index of the moment nearest to `seconds` in the rising `times`; -1 if there is none. */
export function nearest(times, seconds) {
  if (times.length === 0) return -1;
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] < seconds) low = middle;
    else high = middle;
  }
  return seconds - times[low] <= times[high] - seconds ? low : high;
}

export class Chart {
  /**
   * `curves`: [{title, unit, decimals, slot}]; `data(from, to, width)` gives uPlot's columns for that stretch;
   * `gaps()` gives [[from, to, lost]], `events()` [{t, text, number}].
   */
  constructor({ label, unit, curves, timeline, data, gaps, events, height = 240 }) {
    Object.assign(this, { label, unit, curves, timeline, data, gaps, events, height });
    this.range = null;
    this.told = 0;
    this.width = 0;
    this.shown = true;
    this.element = h("div", {
      class: "chart", tabindex: 0, role: "slider", "aria-label": label, "aria-orientation": "horizontal",
      onkeydown: (event) => this.onKey(event),
      onwheel: (event) => this.onWheel(event),
    });
    this.element.style.height = `${height}px`;
    this.observers = [
      new ResizeObserver(([{ contentRect }]) => this.resize(contentRect.width)),
      new IntersectionObserver(([entry]) => {
        this.shown = entry.isIntersecting;
        if (this.shown) this.refresh();
      }, { rootMargin: "100px" }),
    ];
    for (const observer of this.observers) observer.observe(this.element);
  }

  destroy() {
    for (const observer of this.observers) observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  /** Draw what there is now. */
  refresh() {
    // The width as it was told: to ask for it would lay out the page anew for every chart of every frame.
    if (!this.shown || this.width === 0) return;
    if (!this.plot) this.begin(this.width);
    const [from, to] = this.timeline.range();
    this.now = this.data(from, to, this.plot.bbox.width / devicePixelRatio);
    this.plot.setData(this.now);
    this.placeCursor();
  }

  resize(width) {
    this.width = Math.floor(width);
    if (this.plot && this.width > 0 && this.width !== this.plot.width) {
      this.plot.setSize({ width: this.width, height: this.height });
    }
    this.refresh();
  }

  redraw() {
    this.plot?.redraw(false, true);
  }

  begin(width) {
    const text = () => palette().text;
    const grid = { stroke: () => palette().grid, width: 1 };
    const axis = { stroke: text, grid, ticks: { ...grid, size: 4 }, font: FONT };
    this.plot = new uPlot({
      width,
      height: this.height,
      padding: [14, 14, 0, 0],
      legend: { show: false },
      cursor: {
        drag: { x: false, y: false },
        y: false,
        points: { size: 9 },
        bind: { dblclick: () => () => this.timeline.follow() },
      },
      scales: {
        x: { time: false, range: () => this.timeline.range() },
        y: { range: (_plot, low, high) => (this.range = valueRange(low, high, this.range, this.least())) },
      },
      axes: [
        { ...axis, size: 34, space: 70, values: (_plot, splits) => splits.map((at) => time(at, splits[1] - splits[0])) },
        { ...axis, size: 62, space: 34, values: (_plot, splits) => splits.map((at) => this.axisText(at, splits)) },
      ],
      series: [{}, ...this.curves.map((curve) => this.seriesOf(curve))],
      hooks: {
        drawClear: [() => this.drawGaps()],
        draw: [() => this.drawOverlay(), () => this.drawEvents()],
        setCursor: [() => this.onCursor()],
      },
    }, [[], ...this.curves.map(() => [])], this.element);
    this.plot.root.setAttribute("aria-hidden", "true");
    this.drag();
  }

  seriesOf(curve) {
    const { colour, dash } = look(curve.slot);
    return {
      label: curve.title,
      stroke: () => palette().curve(colour),
      width: 2,
      dash: dash.map((length) => length * devicePixelRatio / 1.4),
      points: {
        size: 7,
        fill: () => palette().curve(colour),
        show: (plot, _series, first, last) => (last - first) < DOTS_BELOW * plot.bbox.width,
      },
      gaps: (plot, _series, _first, _last, empty) => this.gapsOf(plot, empty),
    };
  }

  /** The smallest spread an axis shows: ten of the smallest steps, so that noise is not a mountain range. */
  least() {
    const decimals = this.curves.map((curve) => curve.decimals).filter((one) => typeof one === "number");
    return decimals.length ? 10 * 10 ** -Math.min(...decimals) : 1e-6;
  }

  axisText(at, splits) {
    const step = splits.length > 1 ? splits[1] - splits[0] : 1;
    return value(at, Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))));
  }

  // -- gaps and events ---------------------------------------------------------------------------------

  /** Where no line may be drawn, in pixels: where values are missing, and where rows were lost. */
  gapsOf(plot, empty) {
    const lost = this.gaps().map(([from, to]) => [plot.valToPos(from, "x", true), plot.valToPos(to, "x", true)]);
    const all = [...empty, ...lost].filter(([from, to]) => to > from).sort((one, other) => one[0] - other[0]);
    const merged = [];
    for (const [from, to] of all) {
      const last = merged.at(-1);
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    return merged;
  }

  drawGaps() {
    const { ctx, bbox } = this.plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = palette().band;
    for (const [from, to] of this.gaps()) {
      const left = this.plot.valToPos(from, "x", true);
      const width = Math.max(2, this.plot.valToPos(to, "x", true) - left);
      if (left < bbox.left + bbox.width && left + width > bbox.left) ctx.fillRect(left, bbox.top, width, bbox.height);
    }
    ctx.restore();
    this.drawUnit();
  }

  drawUnit() {
    if (!this.unit) return;
    const { ctx, bbox } = this.plot;
    ctx.save();
    ctx.font = FONT.replace("13px", `${13 * devicePixelRatio}px`);
    ctx.fillStyle = palette().text;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText(this.unit, bbox.left + 6 * devicePixelRatio, bbox.top + 3 * devicePixelRatio);
    ctx.restore();
  }

  drawEvents() {
    const { ctx, bbox } = this.plot;
    const size = 15 * devicePixelRatio;
    ctx.save();
    ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineWidth = devicePixelRatio;
    for (const { t: at, number } of this.events()) {
      const x = Math.round(this.plot.valToPos(at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = ctx.fillStyle = palette().event;
      ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillRect(x - size / 2, bbox.top - size / 2, size, size);
      ctx.fillStyle = "#fff";
      ctx.fillText(String(number), x, bbox.top);
    }
    ctx.restore();
  }

  /** A calculated curve over the measured ones: `overlay` is [times, values]. */
  drawOverlay() {
    if (!this.overlay) return;
    const { ctx, bbox } = this.plot;
    const [times, values] = this.overlay;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    times.forEach((at, n) => ctx.lineTo(this.plot.valToPos(at, "x", true), this.plot.valToPos(values[n], "y", true)));
    ctx.strokeStyle = palette().event;
    ctx.lineWidth = 3 * devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 5 * devicePixelRatio]);
    ctx.lineCap = "round";
    ctx.stroke();
    ctx.restore();
  }

  // -- cursor ------------------------------------------------------------------------------------------

  onCursor() {
    if (this.placing) return;
    const { left } = this.plot.cursor;
    this.timeline.point(left === null || left < 0 ? null : this.plot.posToVal(left, "x"));
  }

  /** Put uPlot's cursor where the timeline's is. */
  placeCursor() {
    const { cursor } = this.timeline;
    const left = cursor === null ? -10 : this.plot.valToPos(cursor, "x");
    this.placing = true;
    this.plot.setCursor({ left, top: left < 0 ? -10 : 0 });
    this.placing = false;
    // A screen reader asks when it is there, or when the cursor moves; sixty times a second is for eyes.
    const now = performance.now();
    const moved = `${cursor} ${this.timeline.following || this.timeline.range()}`;
    if (this.timeline.fixed || moved !== this.toldOf || now - this.told > TOLD_MS) {
      [this.told, this.toldOf] = [now, moved];
      this.tellCursor(cursor);
    }
  }

  /** For screen readers: the chart is a slider over time, and says what is measured where it stands. */
  tellCursor(cursor) {
    const [from, to] = this.timeline.range();
    const at = cursor ?? to;
    const index = this.now ? nearest(this.now[0], at) : -1;
    const values = this.curves.map((curve, n) => `${curve.title} ${quantity(this.now?.[n + 1][index], curve)}`);
    this.element.setAttribute("aria-valuemin", from.toFixed(2));
    this.element.setAttribute("aria-valuemax", to.toFixed(2));
    this.element.setAttribute("aria-valuenow", at.toFixed(2));
    this.element.setAttribute("aria-valuetext", index < 0 ? t("No data yet") : `${time(this.now[0][index])}: ${values.join(", ")}`);
  }

  // -- hands and keys ----------------------------------------------------------------------------------

  onKey(event) {
    const [from, to] = this.timeline.range();
    if (this.timeline.key(event, (to - from) / 100)) event.preventDefault();
  }

  /** The wheel zooms a chart that was chosen (or with Ctrl); else it scrolls the page, as everywhere. */
  onWheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.element) return;
    event.preventDefault();
    const { left } = this.plot.over.getBoundingClientRect();
    this.timeline.zoom(1.0015 ** event.deltaY, this.plot.posToVal(event.clientX - left, "x"));
  }

  /** One finger or the mouse pans, two fingers zoom. */
  drag() {
    const { over } = this.plot;
    const fingers = new Map();
    const secondsPerPixel = () => {
      const [from, to] = this.timeline.range();
      return (to - from) / over.clientWidth;
    };
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event.clientX);
      over.setPointerCapture(event.pointerId);
      this.element.focus({ preventScroll: true });
    });
    over.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      const before = fingers.get(event.pointerId);
      const others = [...fingers].filter(([id]) => id !== event.pointerId);
      if (others.length === 0) {
        if (event.clientX !== before) this.timeline.pan((before - event.clientX) * secondsPerPixel());
      } else {
        const other = others[0][1];
        const times = Math.abs(before - other) / Math.max(20, Math.abs(event.clientX - other));
        const { left } = over.getBoundingClientRect();
        this.timeline.zoom(times, this.plot.posToVal((event.clientX + other) / 2 - left, "x"));
      }
      fingers.set(event.pointerId, event.clientX);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      over.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
  }
}
