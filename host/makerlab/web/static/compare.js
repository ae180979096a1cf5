// Several recordings on one time axis, and how they differ.

import { Chart, nearest } from "./chart.js";
import { RecordingCurves } from "./curves.js";
import { h, say, table } from "./dom.js";
import { together } from "./feeds.js";
import { quantity, time } from "./format.js";
import { ask, t } from "./net.js";
import { swatch } from "./styles.js";
import { Timeline } from "./timeline.js";

export class CompareView {
  constructor(world, [ids]) {
    this.world = world;
    this.ids = (ids ?? "").split(",").map(Number).filter(Number.isInteger);
    this.timeline = new Timeline({ fixed: true });
    this.timeline.listeners.add(() => this.moved());
    this.element = h("div", { class: "recording" }, h("p", { class: "muted" }, t("Loading ...")));
    this.load();
  }

  destroy() {
    this.chart?.destroy();
  }

  redraw() {
    this.chart?.redraw();
  }

  async load() {
    const all = await this.world.attempt(() => Promise.all(this.ids.map((id) => ask(`/api/recordings/${id}`))));
    if (all === null) return;
    this.all = all;
    this.curves = all.map((one) => new RecordingCurves(one.id, one.seconds));
    // Of another unit is not the same: a light in mV and one in lx have no axis, and no difference, in common.
    const has = ({ channels }, wanted) => channels.some(({ name, unit }) => name === wanted.name && unit === wanted.unit);
    this.common = all[0].channels.filter((channel) => all.every((one) => has(one, channel)));
    const back = h("a", { class: "button quiet", href: "#/recordings" }, t("Back to the list"));
    const head = h("div", { class: "livehead" }, h("h1", {}, t("Compare")), back);
    if (this.common.length === 0) {
      this.element.replaceChildren(head, h("p", { class: "card empty" }, t("These recordings have no channel in common.")));
      return;
    }
    this.channel = h("select", { id: "channel", onchange: () => this.show() }, ...this.common.map(({ name, title }) => h("option", { value: name }, title)));
    const together = new Set(all.map((one) => one.session)).size === 1;
    const marked = all.every(({ events }) => events.some(({ kind }) => kind === "mark"));
    this.axis = h("select", { id: "axis", onchange: () => this.show() },
      h("option", { value: "start" }, t("Each from its own start")),
      h("option", { value: "clock", selected: together }, t("At the same time")),
      marked && h("option", { value: "event" }, t("From the first mark of each")));
    this.place = h("div", {});
    this.at = h("span", { class: "at" });
    this.readings = h("div", { class: "readings" });
    this.rows = h("tbody", {});
    this.first = h("h2", { id: "differences" });
    this.remark = h("p", { class: "muted", role: "status" });
    const heads = [t("Recording"), t("Difference, mean"), t("Lowest"), t("Highest"), t("Spread (SD)")];
    this.element.replaceChildren(head,
      h("div", { class: "row charttools" },
        h("label", { for: "channel" }, t("Channel")), this.channel, h("label", { for: "axis" }, t("Time")), this.axis,
        h("button", { class: "strong", onclick: () => this.timeline.follow() }, t("Whole recording")),
        h("button", { class: "quiet", "aria-label": t("Closer"), onclick: () => this.timeline.closer() }, "+"),
        h("button", { class: "quiet", "aria-label": t("Farther"), onclick: () => this.timeline.farther() }, "−"),
        h("button", { class: "quiet", onclick: () => print() }, t("Print"))),
      h("section", { class: "card board", "aria-label": t("Curves") }, h("div", { class: "cardhead" }, this.at), this.readings, this.place),
      h("section", { class: "card differences", "aria-labelledby": "differences" },
        this.first, this.remark,
        table(t("Table of {name}", { name: t("Differences") }), heads, this.rows)));
    await this.show();
  }

  /** Another channel, or another way to lay them over each other. */
  async show() {
    const asked = new URLSearchParams({ ids: this.ids.join(","), channel: this.channel.value, align: this.axis.value });
    const found = await this.world.attempt(() => ask(`/api/recordings/compare?${asked}`));
    const { name, title, unit, decimals } = this.common.find((one) => one.name === this.channel.value);
    this.index = this.all.map(({ channels }) => channels.findIndex((one) => one.name === name));
    this.shifts = found?.shifts ?? this.all.map(() => 0);
    this.timeline.start = Math.min(...this.shifts);
    this.timeline.reach(Math.max(...this.all.map(({ seconds }, n) => seconds + this.shifts[n])));
    const labels = found?.labels ?? this.all.map(({ id, title: shown }) => `${id} ${shown}`);
    const curves = labels.map((label, slot) => ({ title: label, unit, decimals, slot }));
    this.numbers = curves.map(() => h("span", { class: "value" }, ""));
    this.readings.replaceChildren(...curves.map((curve, n) => h("div", { class: "reading" }, swatch(n), h("span", { class: "title" }, curve.title), this.numbers[n])));
    this.unit = { unit, decimals };
    this.chart?.destroy();
    this.chart = new Chart({
      label: title, unit, curves, timeline: this.timeline, height: 380,
      data: (from, to, width) => together(this.shifted(), from, to, width),
      gaps: () => [],
      events: () => [],
    });
    this.place.replaceChildren(this.chart.element);
    await this.moved();
    this.tellDifferences(found, labels, unit);
  }

  /** Each curve on the common axis, open where rows were lost. */
  shifted() {
    return this.curves.map((curve, n) => ({
      times: curve.times.map((at) => at + this.shifts[n]),
      values: curve.columns[this.index[n]] ?? [],
      gaps: this.all[n].gaps.map(([from, to]) => [from + this.shifts[n], to + this.shifts[n]]),
    }));
  }

  async moved() {
    if (!this.chart) return;
    this.draw();
    const [from, to] = this.timeline.range();
    const width = this.place.clientWidth || 1000;
    const fetched = await Promise.all(this.curves.map((curve, n) => curve.fetch(from - this.shifts[n], to - this.shifts[n], width)));
    if (fetched.some(Boolean)) this.draw();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.chart.refresh();
      const { cursor } = this.timeline;
      say(this.at, cursor === null ? "" : time(cursor, 0.01));
      this.curves.forEach((curve, n) => {
        const index = cursor === null ? -1 : nearest(curve.times, cursor - this.shifts[n]);
        say(this.numbers[n], index < 0 ? "" : quantity(curve.columns[this.index[n]]?.[index], this.unit));
      });
    });
  }

  tellDifferences(found, labels, unit) {
    const suffix = unit ? ` ${unit}` : "";
    this.rows.replaceChildren(...(found?.differences ?? []).map((one) => h("tr", {}, h("th", { scope: "row" }, one.label),
      h("td", {}, one.mean + suffix),
      h("td", {}, `${one.low}${suffix} (${time(one.low_s, 0.1)})`),
      h("td", {}, `${one.high}${suffix} (${time(one.high_s, 0.1)})`),
      h("td", {}, one.sd + suffix))));
    say(this.first, t("Differences from “{name}”", { name: labels[0] }));
    say(this.remark, found?.outlier ? t("Far from all others: {name}", { name: found.outlier }) : "");
  }
}
