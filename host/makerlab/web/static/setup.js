// Choosing boards and an experiment, and the button that starts it.

import { h, say } from "./dom.js";
import { ask, session, t } from "./net.js";
import { set, settings } from "./settings.js";

/** With the name of a lesson, its program is what is started: there is no experiment to choose. */
export class Setup {
  constructor(world, onStart, lesson = "") {
    this.world = world;
    this.onStart = onStart;
    this.lesson = lesson;
    this.chosen = new Set();
    this.extra = [];
    this.shown = "";
    this.experiment = this.usual();
    this.build();
  }

  build() {
    this.boards = h("div", { class: "tiles" });
    this.nothing = h("p", { class: "muted" }, t("No board is plugged in. Plug one in with a cable that carries data, or take a virtual one."));
    this.another = h("button", { class: "quiet", type: "button", onclick: () => this.addVirtual() }, t("One more virtual board"));
    this.about = h("div", { class: "about", "aria-live": "polite" });
    this.rate = h("input", { type: "number", min: 0.002, max: 10000, step: "any", id: "rate" });
    this.seconds = h("input", { type: "number", min: 1, max: 604800, step: "any", id: "seconds" });
    this.start = h("button", { class: "primary huge" }, t("Start"));
    this.hint = h("p", { class: "muted", role: "status" });
    const more = h("details", {}, h("summary", {}, t("More")),
      h("div", { class: "fields" },
        h("label", { for: "rate" }, t("Rows a second")), this.rate,
        h("label", { for: "seconds" }, t("Stop after so many seconds")), this.seconds));
    this.element = h("form", { class: "setup", onsubmit: (event) => { event.preventDefault(); this.begin(); } },
      this.lesson ? null : h("h1", { class: "hidden" }, t("Choose and measure")),
      h("section", { class: "card", "aria-labelledby": "choose-boards" },
        h("h2", { id: "choose-boards" }, h("span", { class: "number" }, "1"), t("Choose boards")),
        this.nothing, this.boards, this.another),
      this.lesson ? null : h("section", { class: "card", "aria-labelledby": "choose-experiment" },
        h("h2", { id: "choose-experiment" }, h("span", { class: "number" }, "2"), t("Choose an experiment")),
        h("div", { class: "tiles small", role: "radiogroup", "aria-labelledby": "choose-experiment" },
          ...session.experiments.map((one) => this.experimentTile(one))),
        this.about),
      h("section", { class: "card go", "aria-labelledby": "go" },
        h("h2", { id: "go" }, h("span", { class: "number" }, this.lesson ? "2" : "3"), t("Measure")),
        this.start, this.hint, this.lesson ? null : more));
    this.tellAbout();
    this.tellHint();
  }

  /** What was measured last with this browser, else something every room has. */
  usual() {
    const names = session.experiments.map(({ name }) => name);
    return [settings.experiment, "thermometer", names[0] ?? ""].find((name) => names.includes(name)) ?? "";
  }

  focus() {
    this.start.focus();
  }

  /** The boards there are now. Only what changes is built anew, so that the keyboard's focus stays. */
  offer(boards) {
    const all = [...boards, ...this.extra.filter((one) => !boards.some(({ port }) => port === one.port))];
    const key = JSON.stringify(all);
    if (key === this.shown) return;
    this.shown = key;
    for (const port of [...this.chosen]) {
      if (!all.some((one) => one.port === port)) this.chosen.delete(port);
    }
    const plugged = all.filter((one) => one.kind !== "virtual");
    if (this.chosen.size === 0 && plugged.length === 1 && plugged[0].usable) this.chosen.add(plugged[0].port);
    this.nothing.hidden = plugged.length > 0;
    const focused = document.activeElement?.dataset?.port;
    this.boards.replaceChildren(...all.map((one) => this.boardTile(one)));
    if (focused) this.boards.querySelector(`[data-port="${CSS.escape(focused)}"]`)?.focus();
    this.tellHint();
  }

  boardTile(board) {
    const box = h("input", {
      type: "checkbox", checked: this.chosen.has(board.port), disabled: !board.usable, "data-port": board.port,
      onchange: () => {
        if (box.checked) this.chosen.add(board.port);
        else this.chosen.delete(board.port);
        this.tellHint();
      },
    });
    const name = board.label || board.title;
    const more = [board.label ? board.title : "", board.kind === "virtual" ? "" : board.port, board.note].filter(Boolean);
    return h("label", { class: `tile ${board.kind}` }, box,
      h("span", { class: "name" }, name), h("span", { class: "more" }, more.join(" · ")));
  }

  experimentTile(experiment) {
    const radio = h("input", {
      type: "radio", name: "experiment", value: experiment.name, checked: experiment.name === this.experiment,
      onchange: () => {
        this.experiment = experiment.name;
        this.tellAbout();
      },
    });
    return h("label", { class: "tile" }, radio, h("span", { class: "name" }, experiment.title));
  }

  addVirtual() {
    const number = 2 + this.extra.length;
    const first = JSON.parse(this.shown || "[]").find((one) => one.port === "virtual:esp32");
    this.extra.push({ ...first, port: `virtual:esp32/${number}`, title: `${first?.title ?? ""} ${number}`, kind: "virtual", usable: true });
    this.chosen.add(`virtual:esp32/${number}`);
    this.offer(this.world.standing.boards ?? []);
  }

  tellAbout() {
    const experiment = session.experiments.find((one) => one.name === this.experiment);
    if (!experiment) return;
    const mind = (experiment.mind ?? []).map((text) => h("li", {}, text));
    this.about.replaceChildren(
      ...(experiment.question ? [h("p", { class: "question" }, experiment.question)] : []),
      ...(experiment.channels ? [h("p", {}, t("It measures: {channels}", { channels: experiment.channels.join(t(", ")) }))] : []),
      ...(mind.length ? [h("details", {}, h("summary", {}, t("What to mind")), h("ul", {}, ...mind))] : []));
    this.rate.placeholder = experiment.rate_hz ?? "";
  }

  tellHint() {
    this.start.disabled = this.chosen.size === 0;
    say(this.hint, this.chosen.size === 0 ? t("First choose a board.") : t("Boards chosen: {n}", { n: this.chosen.size }));
  }

  async begin() {
    const number = (input) => (input.value === "" ? null : Number(input.value));
    const order = { experiment: this.experiment, ports: [...this.chosen], rate_hz: number(this.rate), seconds: number(this.seconds) };
    if (this.lesson) order.lesson = this.lesson;
    this.start.disabled = true;
    set("experiment", this.experiment);
    if (await this.world.attempt(() => ask("/api/start", order)) !== null) this.onStart();
    this.tellHint();
  }
}
