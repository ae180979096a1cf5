// The charts of what is measured now: a card for each board, or one for each quantity with all boards in it.

import { Chart, nearest } from "./chart.js";
import { h, say, table } from "./dom.js";
import { lowerBound, together, upTo } from "./feeds.js";
import { quantity, time, value } from "./format.js";
import { t } from "./net.js";
import { settings } from "./settings.js";
import { swatch } from "./styles.js";

const TABLE_ROWS = 20;
const TABLE_MS = 1000; // between two states of the table: as fast as it can be read
const MANY = 6; // boards from which on their charts are small
const QUICK_MS = 8; // to draw all charts: half a frame
const LAST_MS = 1100; // without news: longer than any of the pauses below, and of chart.js
const READING_MS = 150; // between two states of the numbers: faster than anybody reads
const DRAWING_SHARE = 0.7; // of the time, at most, goes into drawing; a slow computer draws more seldom
const SAME_S = 1; // within so long, one press of "Mark" reaches all boards
const SAME_AMONG = 64; // marks before one that may be the same press

export class LiveCharts {
  constructor(world, timeline) {
    this.world = world;
    this.timeline = timeline;
    this.cards = [];
    this.built = "";
    this.tableShown = false;
    this.next = 0;
    this.marks = [];
    this.grid = h("div", { class: "cards" });
    this.events = h("ol", { class: "events" });
    this.eventsBox = h("section", { class: "card eventbox", "aria-label": t("Events"), hidden: true }, h("h2", {}, t("Events")), this.events);
    this.element = h("div", {}, this.grid, this.eventsBox);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.last);
    this.frame = null;
    document.body.classList.remove("wide");
    for (const card of this.cards) card.destroy();
    this.cards = [];
  }

  /** The boards, their channels or their state changed. */
  onStanding() {
    const feeds = this.world.feeds.all;
    const key = JSON.stringify([settings.group, feeds.map(({ number, about }) => [number, about.title, about.channels])]);
    if (key !== this.built) {
      this.built = key;
      this.destroy();
      const channelwise = settings.group === "channel" && feeds.length > 1;
      this.cards = channelwise ? channelCards(this, feeds) : feeds.map((feed) => new BoardCard(this, feed));
      this.grid.classList.toggle("many", !channelwise && feeds.length >= MANY);
      document.body.classList.toggle("wide", this.cards.length >= MANY);
      this.grid.replaceChildren(...this.cards.map((card) => card.element));
      this.showTable(this.tableShown);
    }
    for (const card of this.cards) card.onStanding();
    this.marks = numberedMarks(feeds);
    this.tellEvents(feeds);
    this.refresh();
  }

  onData() {
    this.refresh();
  }

  /** Draw in the next frame; and once more when nothing has come for a while, for what is told more seldom. */
  refresh(last = false) {
    if (this.frame) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = null;
      if (now < this.next) {
        this.refresh();
        return;
      }
      clearTimeout(this.last);
      if (!last) this.last = setTimeout(() => this.refresh(true), LAST_MS);
      const began = performance.now();
      for (const card of this.cards) card.refresh();
      // Behind the charts' own work, which they have put off until now.
      queueMicrotask(() => {
        const took = performance.now() - began;
        this.next = took < QUICK_MS ? 0 : performance.now() + took / DRAWING_SHARE - took;
      });
    });
  }

  redraw() {
    for (const card of this.cards) for (const chart of card.charts) chart.redraw();
  }

  showTable(shown) {
    this.tableShown = shown;
    for (const card of this.cards) card.showTable(shown);
  }

  /** All events, numbered over all boards as they stand in the charts. */
  numbered(feed) {
    return this.marks.filter((mark) => mark.feed === feed || feed === null);
  }

  tellEvents(feeds) {
    const seen = new Set();
    const items = [];
    const { marks } = this;
    for (const { number, t: at, text, feed } of marks) {
      if (seen.has(number)) continue;
      seen.add(number);
      const alone = feeds.length > 1 && !marks.some((other) => other.number === number && other.feed !== feed);
      items.push(h("li", { value: number }, `${time(at)} ${alone ? `${feed.about.title}: ` : ""}${text || t("event")}`));
    }
    const key = items.map((item) => item.textContent).join("\n");
    if (key === this.eventsKey) return;
    this.eventsKey = key;
    this.events.replaceChildren(...items);
    this.eventsBox.hidden = items.length === 0;
  }
}

/** All events of all boards in order. What somebody marked on this page stands on every board: one number. */
function numberedMarks(feeds) {
  const all = feeds.flatMap((feed) => feed.about.events.map((event) => ({ ...event, feed })));
  all.sort((one, other) => one.t - other.t);
  all.forEach((mark, n) => {
    const before = all.slice(Math.max(0, n - SAME_AMONG), n);
    const twin = before.find((one) => sameMark(one, mark));
    mark.number = twin ? twin.number : (all[n - 1]?.last ?? 0) + 1;
    mark.last = Math.max(all[n - 1]?.last ?? 0, mark.number);
  });
  return all;
}

/** Whether two marks are one press, which stands on every board. */
function sameMark(one, other) {
  return one.kind === "mark" && other.kind === "mark" && one.text === other.text && one.feed !== other.feed && other.t - one.t < SAME_S;
}

/** What both kinds of cards have. */
class Card {
  constructor(owner) {
    this.owner = owner;
    this.charts = [];
    this.tabled = 0;
    this.read = 0;
  }

  get timeline() {
    return this.owner.timeline;
  }

  destroy() {
    for (const chart of this.charts) chart.destroy();
  }

  refresh() {
    for (const chart of this.charts) chart.refresh();
    const now = performance.now();
    if (this.timeline.cursor !== this.cursor || now - this.read > READING_MS) {
      [this.read, this.cursor] = [now, this.timeline.cursor];
      this.tellReadings();
    }
    if (this.table && !this.table.hidden && performance.now() - this.tabled > TABLE_MS) this.tellTable();
  }

  /** A value with its curve's look; `tell` sets what it shows. */
  reading(title, slot) {
    const number = h("span", { class: "value" }, "–");
    const element = h("div", { class: "reading" }, swatch(slot), h("span", { class: "title" }, title), number);
    return { element, tell: (text) => say(number, text) };
  }

  showTable(shown) {
    this.table?.remove();
    this.table = null;
    if (!shown) return;
    this.rows = h("tbody", {});
    this.table = table(t("Table of {name}", { name: this.name }), this.tableHead(), this.rows);
    this.table.classList.add("tablebox");
    this.element.append(this.table);
    this.tellTable();
  }

  tellTable() {
    this.tabled = performance.now();
    this.rows.replaceChildren(...this.tableRows().map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell)))));
  }
}

/** The index of the row that the readings show: under the cursor, else the last one in sight. */
function shownIndex(timeline, times) {
  if (timeline.cursor !== null) return nearest(times, timeline.cursor);
  if (timeline.following) return times.length - 1;
  return lowerBound(times, Math.min(timeline.until, timeline.range()[1])) - 1;
}

class BoardCard extends Card {
  constructor(owner, feed) {
    super(owner);
    this.feed = feed;
    const { about } = feed;
    this.name = about.title;
    this.state = h("p", { class: "state" });
    this.readings = about.channels.map((channel, n) => this.reading(channel.title, n));
    this.at = h("span", { class: "at" });
    const small = owner.world.feeds.all.length >= MANY;
    this.charts = unitGroups(about.channels).map(({ unit, indexes }) => new Chart({
      label: `${about.title}: ${indexes.map((n) => about.channels[n].title).join(t(", "))}`,
      unit,
      curves: indexes.map((n) => ({ ...about.channels[n], slot: n })),
      timeline: owner.timeline,
      data: () => upTo(owner.timeline.until, feed.times, indexes.map((n) => feed.columns[n] ?? [])),
      gaps: () => feed.about?.gaps ?? [],
      events: () => owner.numbered(feed),
      height: small ? 150 : 260,
    }));
    this.lines = h("pre", { class: "lines" });
    this.linesBox = h("details", { hidden: true }, h("summary", {}, t("What the board printed")), this.lines);
    this.what = h("p", { class: "what" });
    this.todo = h("p", {});
    this.problem = h("div", { class: "problem", role: "alert", hidden: true }, this.what, this.todo);
    this.element = h("section", { class: "card board", "aria-label": about.title },
      h("div", { class: "cardhead" }, h("h2", {}, about.title), this.at, this.state),
      h("div", { class: "readings" }, ...this.readings.map((one) => one.element)),
      this.problem, ...this.charts.map((chart) => chart.element), this.linesBox);
  }

  onStanding() {
    const { about } = this.feed;
    if (!about) return;
    say(this.state, boardState(about));
    this.state.classList.toggle("bad", about.lost > 0 || about.state === "failed");
    this.problem.hidden = !about.problem;
    say(this.what, about.problem?.what ?? "");
    say(this.todo, about.problem?.todo ?? "");
    this.linesBox.hidden = about.lines.length === 0;
    say(this.lines, about.lines.join("\n"));
  }

  tellReadings() {
    const { feed, timeline } = this;
    const index = shownIndex(timeline, feed.times);
    say(this.at, timeline.cursor !== null && index >= 0 ? time(feed.times[index], 0.01) : "");
    feed.about?.channels.forEach((channel, n) => {
      this.readings[n]?.tell(quantity(feed.columns[n]?.[index], channel));
    });
  }

  tableHead() {
    return [t("time"), ...this.feed.about.channels.map(({ title, unit }) => (unit ? `${title} (${unit})` : title))];
  }

  tableRows() {
    const { times, columns, about } = this.feed;
    const last = shownIndex(this.timeline, times) + 1;
    const rows = [];
    for (let n = last - 1; n >= Math.max(0, last - TABLE_ROWS); n--) {
      rows.push([time(times[n], 0.01), ...about.channels.map(({ decimals }, c) => value(columns[c]?.[n], decimals))]);
    }
    return rows;
  }
}

/** One quantity of several boards. */
class ChannelCard extends Card {
  constructor(owner, { title, unit, decimals, members }) {
    super(owner);
    this.members = members;
    this.channel = { title, unit, decimals };
    this.name = title;
    this.readings = members.map(({ feed }, slot) => this.reading(feed.about.title, slot));
    this.at = h("span", { class: "at" });
    const curves = members.map(({ feed }, slot) => ({ title: feed.about.title, unit, decimals, slot }));
    this.charts = [new Chart({
      label: title,
      unit,
      curves,
      timeline: owner.timeline,
      data: (from, to, width) => together(this.members.map(({ feed, index }) => {
        const [times, values] = upTo(owner.timeline.until, feed.times, [feed.columns[index] ?? []]);
        return { times, values, gaps: feed.about?.gaps ?? [] };
      }), from, to, width),
      gaps: () => [],
      events: () => owner.numbered(null),
      height: 320,
    })];
    this.element = h("section", { class: "card board", "aria-label": title },
      h("div", { class: "cardhead" }, h("h2", {}, title), this.at),
      h("div", { class: "readings" }, ...this.readings.map((one) => one.element)),
      ...this.charts.map((chart) => chart.element));
  }

  onStanding() {}

  tellReadings() {
    const { timeline } = this;
    say(this.at, timeline.cursor !== null ? time(timeline.cursor, 0.01) : "");
    this.members.forEach(({ feed, index }, n) => {
      this.readings[n].tell(quantity(feed.columns[index]?.[shownIndex(timeline, feed.times)], this.channel));
    });
  }

  tableHead() {
    return [t("Board"), t("time"), this.channel.unit ? `${this.channel.title} (${this.channel.unit})` : this.channel.title];
  }

  tableRows() {
    return this.members.map(({ feed, index }) => {
      const row = shownIndex(this.timeline, feed.times);
      return [feed.about.title, row < 0 ? "" : time(feed.times[row], 0.01), value(feed.columns[index]?.[row], this.channel.decimals)];
    });
  }
}

/** Channels of the same unit share a chart. */
export function unitGroups(channels) {
  const groups = new Map();
  channels.forEach(({ unit }, n) => {
    if (!groups.has(unit)) groups.set(unit, { unit, indexes: [] });
    groups.get(unit).indexes.push(n);
  });
  return [...groups.values()];
}

function channelCards(owner, feeds) {
  const channels = new Map();
  for (const feed of feeds) {
    feed.about.channels.forEach((channel, index) => {
      const key = `${channel.name} ${channel.unit}`;
      if (!channels.has(key)) channels.set(key, { ...channel, members: [] });
      channels.get(key).members.push({ feed, index });
    });
  }
  return [...channels.values()].map((channel) => new ChannelCard(owner, channel));
}

/** One line on how it goes with one board. */
function boardState(about) {
  const states = {
    waiting: t("waiting"),
    connecting: t("connecting"),
    sending: t("sending {name}", { name: about.note }),
    away: t("unplugged: plug it in again, and it goes on"),
    stopping: t("stopping"),
    failed: "",
  };
  const parts = [];
  if (about.state in states) parts.push(states[about.state]);
  if (about.rows) parts.push(t("rows: {n}", { n: about.rows }));
  if (about.hz && about.state === "measuring") parts.push(t("{hz} a second", { hz: Number(about.hz.toPrecision(3)) }));
  if (about.plain) parts.push(t("time from PC, losses unknown"));
  else if (about.rows) parts.push(t("lost: {n}", { n: about.lost }));
  if (about.late) parts.push(t("left out: {n}", { n: about.late }));
  return parts.filter(Boolean).join(" · ");
}
