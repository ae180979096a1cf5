// The view in which an experiment is chosen, started, watched and stopped.

import { h, say } from "./dom.js";
import { LiveCharts } from "./live_charts.js";
import { ask, session, t } from "./net.js";
import { Results } from "./results.js";
import { set, settings } from "./settings.js";
import { Setup } from "./setup.js";
import { Timeline } from "./timeline.js";

const SPANS = [10, 30, 120, 600, 0];
const RUNNING = ["waiting", "connecting", "sending", "measuring", "away", "stopping"];

/** Of any experiment, or of the program of a lesson (its name), beside whose steps it stands. */
export class MeasureView {
  constructor(world, [lesson = ""] = []) {
    this.world = world;
    this.lesson = lesson;
    this.timeline = new Timeline({ span: settings.span });
    this.timeline.listeners.add(() => {
      this.sayFollowing();
      this.charts.refresh();
    });
    this.charts = new LiveCharts(world, this.timeline);
    this.setup = session.role === "teacher" ? new Setup(world, () => this.begin(), lesson) : null;
    this.choosing = lesson !== "";
    this.element = h("div", { class: "measure" });
    this.build();
  }

  build() {
    const teacher = session.role === "teacher";
    this.results = new Results();
    this.title = h(this.lesson ? "h2" : "h1", {});
    this.state = h("p", { class: "state", role: "status" });
    this.stop = h("button", { class: "danger big", onclick: () => this.world.attempt(() => ask("/api/stop", {})) }, t("Stop"));
    this.again = h("button", { class: "primary big", onclick: () => this.choose() }, this.lesson ? t("Measure again") : t("New experiment"));
    this.markText = h("input", { type: "text", maxlength: 80, "aria-label": t("What happened"), placeholder: t("What happened") });
    this.marker = h("form", { class: "row mark", onsubmit: (event) => { event.preventDefault(); this.mark(); } },
      this.markText, h("button", { class: "strong" }, t("Mark")));
    this.hold = h("button", { class: "strong", "aria-pressed": "false", onclick: () => this.pause() }, this.holdName = h("span", {}));
    this.span = h("select", { "aria-label": t("Time shown"), onchange: () => this.chooseSpan() },
      ...SPANS.map((seconds) => h("option", { value: seconds, selected: seconds === settings.span }, spanName(seconds))));
    this.group = h("select", { "aria-label": t("Charts"), onchange: () => this.chooseGroup() },
      h("option", { value: "board", selected: settings.group === "board" }, t("A chart for each board")),
      h("option", { value: "channel", selected: settings.group === "channel" }, t("Boards compared")));
    const tools = h("div", { class: "row charttools" },
      this.hold, this.span, this.group,
      h("button", { class: "quiet", "aria-label": t("Closer"), onclick: () => this.timeline.closer() }, "+"),
      h("button", { class: "quiet", "aria-label": t("Farther"), onclick: () => this.timeline.farther() }, "−"),
      h("button", { class: "quiet", "aria-pressed": "false", onclick: (event) => this.toggleTable(event.currentTarget) }, t("Table")),
      h("button", { class: "quiet", onclick: () => print() }, t("Print")));
    this.live = h("section", { class: "live", "aria-label": t("Curves") },
      h("div", { class: "livehead" },
        h("div", {}, this.title, this.state),
        teacher && h("div", { class: "row" }, this.marker, this.stop, this.again)),
      this.results.element, tools, this.charts.element, this.results.judged);
    this.empty = h("section", { class: "card empty" }, h("h1", {}, t("Nothing is measured yet")),
      h("p", {}, t("The curves appear here as soon as the teacher starts an experiment.")));
    this.element.append(this.live, ...(this.setup ? [this.setup.element] : [this.empty]));
    this.sayFollowing();
  }

  destroy() {
    this.charts.destroy();
  }

  redraw() {
    this.charts.redraw();
  }

  onData() {
    this.timeline.reach(this.world.feeds.end);
    this.charts.onData();
  }

  onStanding() {
    const { measurement, feeds, boards } = this.world.standing;
    const there = feeds.length > 0;
    if (measurement.running) this.choosing = false;
    const choosing = this.setup !== null && (this.choosing || !there);
    this.setup?.offer(boards ?? []);
    if (this.setup) this.setup.element.hidden = !choosing;
    this.empty.hidden = there;
    this.live.hidden = choosing || !there;
    say(this.title, measurement.title || t("Measure"));
    say(this.state, stateOf(feeds));
    this.stop.hidden = !measurement.running;
    this.again.hidden = measurement.running;
    this.marker.hidden = !(measurement.running && measurement.live);
    this.results.onStanding(this.world.standing);
    this.charts.onStanding();
  }

  /** A measurement was started: from now on its curves are shown. */
  begin() {
    this.choosing = false;
    this.timeline.follow();
  }

  choose() {
    this.choosing = true;
    this.onStanding();
    this.setup.focus();
  }

  async mark() {
    if (!this.world.running || session.role !== "teacher") return;
    const text = this.markText.value.trim() || t("Mark");
    await this.world.attempt(() => ask("/api/mark", { text }));
    this.markText.value = "";
  }

  pause() {
    if (this.timeline.following) this.timeline.pause();
    else this.timeline.follow();
  }

  chooseSpan() {
    set("span", Number(this.span.value));
    this.timeline.follow(settings.span);
  }

  chooseGroup() {
    set("group", this.group.value);
    this.charts.onStanding();
  }

  toggleTable(button) {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    this.charts.showTable(shown);
  }

  sayFollowing() {
    const { following } = this.timeline;
    say(this.holdName, following ? t("Pause") : t("Follow again"));
    this.hold.setAttribute("aria-pressed", String(!following));
  }
}

function spanName(seconds) {
  if (seconds === 0) return t("From the beginning");
  return seconds < 60 ? t("The last {n} seconds", { n: seconds }) : t("The last {n} minutes", { n: seconds / 60 });
}

/** One line on how it goes with all boards. */
function stateOf(feeds) {
  const running = feeds.filter((feed) => RUNNING.includes(feed.state));
  const failed = feeds.filter((feed) => feed.state === "failed");
  if (running.length === 0) {
    return failed.length ? t("Ended; boards with a problem: {n}", { n: failed.length })
      : feeds.some(({ recording }) => recording !== null) ? t("Ended. The recording is kept.") : t("Ended. Nothing was recorded.");
  }
  const preparing = running.filter((feed) => feed.state !== "measuring");
  if (preparing.length) return t("Boards getting ready: {n}", { n: preparing.length });
  return t("Measuring: {n} of {all} boards", { n: running.length, all: feeds.length });
}
