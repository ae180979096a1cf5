// Big numbers for the wall: what every board measures now, readable from the last row.

import { h, say } from "./dom.js";
import { quantity } from "./format.js";
import { t } from "./net.js";
import { swatch } from "./styles.js";

const LEAST_CHARS = 4; // a number is made no bigger than one of so many digits: else it jumps with each of them
const UNIT_SHARE = 0.45; // the width of a unit's letter, in those of the number

export class ProjectorView {
  constructor(world) {
    this.world = world;
    this.tiles = [];
    this.title = h("h1", {});
    this.grid = h("div", { class: "bigtiles" });
    this.empty = h("p", { class: "muted" }, t("Nothing is measured now."));
    this.element = h("div", { class: "projector" },
      h("div", { class: "livehead" }, this.title,
        h("div", { class: "row" },
          h("button", { class: "quiet", onclick: () => document.documentElement.requestFullscreen?.() }, t("Whole screen")),
          h("a", { class: "button quiet", href: "#/measure" }, t("Back to the curves")))),
      this.empty, this.grid);
  }

  destroy() {
    if (document.fullscreenElement) document.exitFullscreen();
  }

  onStanding() {
    const feeds = this.world.feeds.all;
    say(this.title, this.world.standing.measurement.title || t("Big numbers"));
    const key = JSON.stringify(feeds.map(({ number, about }) => [number, about.title, about.channels]));
    if (key !== this.built) {
      this.built = key;
      this.tiles = feeds.flatMap((feed) => feed.about.channels.map((channel, n) => bigTile(feed, channel, n, feeds.length > 1)));
      // As square as tiles go: all of them on one screen, as big as can be.
      this.grid.style.setProperty("--columns", Math.ceil(Math.sqrt(this.tiles.length)));
      this.grid.replaceChildren(...this.tiles.map((tile) => tile.element));
    }
    this.empty.hidden = this.tiles.length > 0;
    this.onData();
  }

  onData() {
    for (const tile of this.tiles) tile.tell();
  }
}

function bigTile(feed, channel, n, several) {
  const number = h("span", { class: "number" });
  const unit = h("span", { class: "unit" }, channel.unit);
  const element = h("section", { class: "bigtile card", "aria-label": `${feed.about.title} ${channel.title}` },
    h("h2", {}, swatch(n), several ? `${feed.about.title} · ${channel.title}` : channel.title),
    h("p", {}, number, " ", unit));
  const tell = () => {
    const text = quantity(feed.columns[n]?.at(-1), { ...channel, unit: "" });
    if (text === number.textContent) return;
    say(number, text);
    const chars = Math.max(LEAST_CHARS, text.length + UNIT_SHARE * channel.unit.length);
    element.style.setProperty("--chars", chars); // as big as fits
  };
  return { element, tell };
}
