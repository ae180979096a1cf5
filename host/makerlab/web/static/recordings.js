// The list of recordings: search, open, compare, delete.

import { confirm, h, say } from "./dom.js";
import { date, time } from "./format.js";
import { ask, session, t } from "./net.js";

const SEARCH_MS = 250; // after the last key

export class RecordingsView {
  constructor(world) {
    this.world = world;
    this.chosen = new Set();
    this.build();
    this.load();
  }

  build() {
    const teacher = session.role === "teacher";
    this.search = h("input", { type: "search", id: "search", oninput: () => this.searchSoon() });
    this.compare = h("button", { class: "primary", onclick: () => this.openComparison() }, t("Compare"));
    this.remove = h("button", { class: "strong", onclick: () => this.delete() }, t("Delete"));
    this.count = h("p", { class: "muted", role: "status" });
    this.rows = h("tbody", {});
    this.empty = h("p", { class: "card empty", hidden: true }, t("There are no recordings yet. Every measurement is kept here by itself."));
    this.table = h("div", { class: "card list" },
      h("table", { class: "recordings" },
        h("caption", { class: "hidden" }, t("Recordings")),
        h("thead", {}, h("tr", {},
          h("th", { scope: "col" }, h("span", { class: "hidden" }, t("Choose"))),
          ...[t("Title"), t("Board"), t("When"), t("How long"), t("Rows"), t("Lost")].map((text) => h("th", { scope: "col" }, text)))),
        this.rows));
    this.element = h("div", {},
      h("div", { class: "livehead" }, h("h1", {}, t("Recordings")),
        h("div", { class: "row" }, h("label", { for: "search" }, t("Search")), this.search)),
      h("div", { class: "row listtools" }, this.compare, teacher && this.remove, this.count),
      this.table, this.empty);
    this.tellChosen();
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** A measurement that begins or ends changes the list. */
  onStanding() {
    const key = JSON.stringify(this.world.standing.feeds.map(({ recording, state }) => [recording, state]));
    if (this.seen !== undefined && key !== this.seen) this.load();
    this.seen = key;
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), SEARCH_MS);
  }

  async load() {
    const asked = this.asked = this.search.value;
    const found = await this.world.attempt(() => ask(`/api/recordings?search=${encodeURIComponent(asked)}`));
    if (found === null || asked !== this.asked) return;
    const there = new Set(found.map(({ id }) => id));
    for (const id of [...this.chosen]) if (!there.has(id)) this.chosen.delete(id);
    this.rows.replaceChildren(...found.map((one) => this.row(one)));
    this.table.hidden = found.length === 0;
    this.empty.hidden = found.length > 0 || asked !== "";
    this.found = found.length;
    this.tellChosen();
  }

  row(one) {
    const box = h("input", {
      type: "checkbox", checked: this.chosen.has(one.id), "aria-label": t("Choose {title}", { title: `${one.title} ${one.id}` }),
      onchange: () => {
        if (box.checked) this.chosen.add(one.id);
        else this.chosen.delete(one.id);
        this.tellChosen();
      },
    });
    return h("tr", {},
      h("td", { class: "box" }, h("label", { class: "boxlabel" }, box)),
      h("td", { class: "title" }, h("a", { href: `#/recording/${one.id}` }, one.title), " ", h("span", { class: "muted" }, `${one.id}`), ended(one),
        one.note ? h("div", { class: "muted note" }, one.note) : null),
      h("td", {}, one.label || one.board),
      h("td", {}, date(one.started_at, session.language)),
      h("td", {}, time(one.seconds)),
      h("td", {}, one.rows),
      h("td", { class: one.lost ? "bad" : "" }, one.lost));
  }

  tellChosen() {
    const n = this.chosen.size;
    this.compare.disabled = n < 2;
    this.remove.disabled = n < 1;
    say(this.count, n ? t("Chosen: {n}", { n }) : t("Recordings: {n}. To compare, choose two or more.", { n: this.found ?? 0 }));
  }

  openComparison() {
    location.hash = `#/compare/${[...this.chosen].sort((one, other) => one - other).join(",")}`;
  }

  async delete() {
    const ids = [...this.chosen];
    const question = ids.length === 1 ? t("Delete this recording for ever?") : t("Delete these {n} recordings for ever?", { n: ids.length });
    if (!await confirm(question, t("Delete"), t("Keep"))) return;
    if (await this.world.attempt(() => ask("/api/recordings/delete", { ids })) !== null) this.chosen.clear();
    await this.load();
  }
}

/** What stands beside a title when a recording is not simply whole. */
export function ended(one) {
  if (one.ended === "running") return h("span", { class: "badge live" }, t("being measured"));
  if (one.ended === "cut") return h("span", { class: "badge" }, t("cut off"));
  return null;
}
