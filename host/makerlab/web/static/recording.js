// One recording: its curves, its figures, a fit, what happened, and what can be done with it.

import { Chart, nearest } from "./chart.js";
import { RecordingCurves } from "./curves.js";
import { confirm, h, say, table } from "./dom.js";
import { date, quantity, time, value } from "./format.js";
import { unitGroups } from "./live_charts.js";
import { ask, session, t } from "./net.js";
import { ended } from "./recordings.js";
import { swatch } from "./styles.js";
import { Timeline } from "./timeline.js";

const FORMATS = [["csv", "CSV"], ["xlsx", "Excel"], ["json", "JSON"], ["datapackage", "Frictionless"]];
const TABLE_ROWS = 100;
const SETTLE_MS = 150; // after the last movement, before it is fetched and counted anew
const SPEEDS = [1, 5, 20, 100];

export class RecordingView {
  constructor(world, [id]) {
    this.world = world;
    this.id = Number(id);
    this.charts = [];
    this.timeline = new Timeline({ fixed: true });
    this.timeline.listeners.add(() => this.moved());
    this.element = h("div", { class: "recording" }, h("p", { class: "muted" }, t("Loading ...")));
    this.load();
  }

  destroy() {
    clearTimeout(this.timer);
    for (const chart of this.charts) chart.destroy();
  }

  redraw() {
    for (const chart of this.charts) chart.redraw();
  }

  async load() {
    const one = await this.world.attempt(() => ask(`/api/recordings/${this.id}`));
    if (one === null) {
      this.element.replaceChildren(h("a", { class: "button", href: "#/recordings" }, t("Back to the list")));
      return;
    }
    this.one = one;
    this.curves = new RecordingCurves(this.id, one.seconds);
    this.timeline.reach(one.seconds);
    this.build();
    await this.moved();
  }

  build() {
    const { one } = this;
    const teacher = session.role === "teacher";
    this.readings = one.channels.map((channel, n) => {
      const number = h("span", { class: "value" }, "–");
      return { number, element: h("div", { class: "reading" }, swatch(n), h("span", { class: "title" }, channel.title), number) };
    });
    this.at = h("span", { class: "at" });
    const events = one.events.filter(({ kind }) => kind !== "clock" && kind !== "end").map((event, n) => ({ ...event, number: n + 1 }));
    this.charts = unitGroups(one.channels).map(({ unit, indexes }) => new Chart({
      label: indexes.map((n) => one.channels[n].title).join(t(", ")),
      unit,
      curves: indexes.map((n) => ({ ...one.channels[n], slot: n })),
      timeline: this.timeline,
      data: () => [this.curves.times, ...indexes.map((n) => this.curves.columns[n] ?? [])],
      gaps: () => one.gaps,
      events: () => events,
      height: 300,
    }));
    this.chartBox = h("div", {}, ...this.charts.map((chart) => chart.element));
    this.tableButton = h("button", { class: "quiet", "aria-pressed": "false", onclick: () => this.toggleTable() }, t("Table"));
    this.title = h("h1", {}, one.title);
    this.element.replaceChildren(
      h("div", { class: "livehead" },
        h("div", {}, this.title, h("p", { class: "muted" }, facts(one), ended(one))),
        h("div", { class: "row" }, h("a", { class: "button quiet", href: "#/recordings" }, t("Back to the list")))),
      h("div", { class: "row charttools" },
        h("button", { class: "strong", onclick: () => this.timeline.follow() }, t("Whole recording")),
        h("button", { class: "quiet", "aria-label": t("Closer"), onclick: () => this.timeline.closer() }, "+"),
        h("button", { class: "quiet", "aria-label": t("Farther"), onclick: () => this.timeline.farther() }, "−"),
        this.tableButton,
        h("button", { class: "quiet", onclick: () => print() }, t("Print"))),
      h("section", { class: "card board", "aria-label": t("Curves") },
        h("div", { class: "cardhead" }, this.at, h("p", { class: `state${one.lost ? " bad" : ""}` }, rowsText(one))),
        h("div", { class: "readings" }, ...this.readings.map(({ element }) => element)),
        this.chartBox),
      h("div", { class: "panels" }, this.figuresPanel(), this.fitPanel(), this.eventsPanel(events), teacher && this.notePanel(), this.takePanel(teacher)),
      one.program ? h("details", { class: "card program" }, h("summary", {}, t("The program that measured")), h("pre", {}, one.program)) : "",
      one.lines.length ? h("details", { class: "card program" }, h("summary", {}, t("What the board printed")), h("pre", {}, one.lines.join("\n"))) : "");
  }

  figuresPanel() {
    this.figures = h("tbody", {});
    this.stretch = h("p", { class: "muted" });
    const heads = [t("Channel"), t("Mean"), t("Lowest"), t("Highest"), t("Spread (SD)")];
    return h("section", { class: "card", "aria-labelledby": "figures" }, h("h2", { id: "figures" }, t("Figures")), this.stretch,
      table(t("Table of {name}", { name: t("Figures") }), heads, this.figures));
  }

  fitPanel() {
    this.fitChannel = h("select", { id: "fit-channel" }, ...this.one.channels.map(({ name, title }) => h("option", { value: name }, title)));
    this.fitModel = h("select", { id: "fit-model" });
    this.fitResult = h("div", { "aria-live": "polite" });
    ask("/api/recordings/models").then((models) => {
      this.fitModel.append(...models.map(({ key, title, formula }) => h("option", { value: key }, `${title}: ${formula}`)));
    });
    return h("section", { class: "card", "aria-labelledby": "fit" }, h("h2", { id: "fit" }, t("Fit a curve")),
      h("p", { class: "muted" }, t("It is fitted to the stretch that is shown.")),
      h("div", { class: "fields" },
        h("label", { for: "fit-channel" }, t("Channel")), this.fitChannel,
        h("label", { for: "fit-model" }, t("Model")), this.fitModel),
      h("p", { class: "row fitgo" }, h("button", { class: "strong", onclick: () => this.fit() }, t("Fit"))),
      this.fitResult);
  }

  eventsPanel(events) {
    if (events.length === 0) return null;
    return h("section", { class: "card", "aria-labelledby": "events" }, h("h2", { id: "events" }, t("Events")),
      h("ol", { class: "events" }, ...events.map(({ t: at, text }) => h("li", {}, `${time(at, 0.1)} ${text}`))));
  }

  notePanel() {
    const title = h("input", { type: "text", id: "title", maxlength: 200, value: this.one.title });
    const note = h("textarea", { id: "note", rows: 3, maxlength: 4000 });
    note.value = this.one.note;
    const saved = h("p", { class: "muted", role: "status" });
    const save = async () => {
      if (await this.world.attempt(() => ask(`/api/recordings/${this.id}/edit`, { title: title.value, note: note.value })) === null) return;
      if (title.value.trim()) say(this.title, title.value.trim());
      say(saved, t("Saved."));
    };
    return h("section", { class: "card notes", "aria-labelledby": "notes" }, h("h2", { id: "notes" }, t("Title and note")),
      h("div", { class: "fields" },
        h("label", { for: "title" }, t("Title")), title,
        h("label", { for: "note" }, t("Note")), note),
      h("p", { class: "row fitgo" }, h("button", { class: "strong", onclick: save }, t("Save")), saved));
  }

  takePanel(teacher) {
    const links = FORMATS.map(([format, name]) =>
      h("a", { class: "button", href: `/api/recordings/${this.id}/export?format=${format}&lang=${session.language}`, download: "" }, name));
    const speed = h("select", { "aria-label": t("Speed") }, ...SPEEDS.map((n) => h("option", { value: n }, t("{n} times as fast", { n }))));
    const replay = async () => {
      if (await this.world.attempt(() => ask(`/api/recordings/${this.id}/replay`, { speed: Number(speed.value) })) !== null) location.hash = "#/measure";
    };
    const remove = async () => {
      if (!await confirm(t("Delete this recording for ever?"), t("Delete"), t("Keep"))) return;
      if (await this.world.attempt(() => ask("/api/recordings/delete", { ids: [this.id] })) !== null) location.hash = "#/recordings";
    };
    return h("section", { class: "card take", "aria-labelledby": "take" }, h("h2", { id: "take" }, t("Take it along")),
      h("div", { class: "row" }, ...links),
      teacher && h("h2", {}, t("Play it again")),
      teacher && h("div", { class: "row" }, speed, h("button", { class: "strong", onclick: replay }, t("Play"))),
      teacher && h("p", { class: "row fitgo" }, h("button", { class: "quiet", onclick: remove }, t("Delete this recording"))));
  }

  // -- what is shown -----------------------------------------------------------------------------------

  /** Another stretch is shown, or the cursor moved: draw, then fetch what is missing. */
  async moved() {
    if (!this.curves) return;
    this.draw();
    const key = this.timeline.range().join();
    if (key === this.settled) return;
    clearTimeout(this.timer);
    const [from, to] = this.timeline.range();
    const width = this.chartBox.clientWidth || 1000;
    if (await this.curves.fetch(from, to, width)) this.draw();
    // Only now: to count an hour of a thousand rows a second takes longer than to draw it.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.settled = key;
      this.tellFigures();
    }, SETTLE_MS);
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      for (const chart of this.charts) chart.refresh();
      this.tellReadings();
      if (this.table) this.tellTable();
    });
  }

  tellReadings() {
    const { cursor } = this.timeline;
    const index = cursor === null ? -1 : nearest(this.curves.times, cursor);
    say(this.at, index < 0 ? "" : time(this.curves.times[index], 0.01));
    this.one.channels.forEach((channel, n) => say(this.readings[n].number, index < 0 ? "" : quantity(this.curves.columns[n]?.[index], channel)));
  }

  async tellFigures() {
    const [from, to] = this.shown();
    const found = await this.world.attempt(() => ask(`/api/recordings/${this.id}/figures?from=${from}&to=${to}`));
    if (found === null) return;
    say(this.stretch, t("From {from} to {to}", { from: time(from, 0.1), to: time(to, 0.1) }));
    this.figures.replaceChildren(...this.one.channels.map((channel, n) => {
      const one = found[n];
      const cells = one ? [one.mean, one.low, one.high, one.sd] : ["–", "–", "–", "–"];
      return h("tr", {}, h("th", { scope: "row" }, channel.unit ? `${channel.title} (${channel.unit})` : channel.title), ...cells.map((cell) => h("td", {}, cell)));
    }));
  }

  /** The stretch shown, as far as there is something. */
  shown() {
    const [from, to] = this.timeline.range();
    return [Math.max(0, from), Math.max(0, Math.min(this.one.seconds, to))];
  }

  async fit() {
    const [from, to] = this.shown();
    const asked = new URLSearchParams({ channel: this.fitChannel.value, model: this.fitModel.value, from, to });
    const found = await this.world.attempt(() => ask(`/api/recordings/${this.id}/fit?${asked}`));
    if (found === null) return;
    const rows = found.estimates.map(({ name, symbol, value: number, uncertainty, unit }) =>
      h("tr", {}, h("th", { scope: "row" }, `${name} ${symbol}`), h("td", {}, `${number} ± ${uncertainty} ${unit}`)));
    this.fitResult.replaceChildren(
      h("p", { class: "formula" }, found.formula),
      found.problem ? h("p", { class: "problem" }, found.problem) : "",
      h("table", {}, h("tbody", {}, ...rows,
        h("tr", {}, h("th", { scope: "row" }, "R²"), h("td", {}, found.r2)),
        h("tr", {}, h("th", { scope: "row" }, t("Left over (SD)")), h("td", {}, found.residual_sd)))),
      ...found.remarks.map((remark) => h("p", { class: "muted" }, remark)));
    const index = this.one.channels.findIndex(({ name }) => name === this.fitChannel.value);
    unitGroups(this.one.channels).forEach(({ indexes }, n) => {
      this.charts[n].overlay = indexes.includes(index) ? found.curve : null;
      this.charts[n].redraw();
    });
  }

  toggleTable() {
    const shown = !this.table;
    this.tableButton.setAttribute("aria-pressed", String(shown));
    this.table?.remove();
    this.table = null;
    if (!shown) return;
    const heads = [t("time"), ...this.one.channels.map(({ title, unit }) => (unit ? `${title} (${unit})` : title))];
    this.tableRows = h("tbody", {});
    this.table = table(t("Table of {name}", { name: this.one.title }), heads, this.tableRows);
    this.table.classList.add("tablebox");
    this.chartBox.after(this.table);
    this.tellTable();
  }

  /** As many rows of the stretch shown as can be read, evenly chosen. */
  tellTable() {
    const [from, to] = this.timeline.range();
    const { times, columns } = this.curves;
    const shown = times.map((at, n) => n).filter((n) => times[n] >= from && times[n] <= to);
    const every = Math.max(1, Math.ceil(shown.length / TABLE_ROWS));
    this.tableRows.replaceChildren(...shown.filter((_index, n) => n % every === 0).map((n) =>
      h("tr", {}, h("td", {}, time(times[n], 0.01)), ...this.one.channels.map(({ decimals }, c) => h("td", {}, value(columns[c]?.[n], decimals))))));
  }
}

function facts(one) {
  return [one.label || one.board, date(one.started_at, session.language), time(one.seconds)].filter(Boolean).join(" · ");
}

function rowsText(one) {
  const lost = one.plain ? t("time from PC, losses unknown") : t("lost: {n}", { n: one.lost });
  return [t("rows: {n}", { n: one.rows }), lost].join(" · ");
}
