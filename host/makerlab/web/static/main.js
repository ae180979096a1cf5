// The page: its head, which view is shown, and what every view shares.

import { h, say, show } from "./dom.js";
import { Feeds } from "./feeds.js";
import { CompareView } from "./compare.js";
import { LessonView, LessonsView } from "./lessons.js";
import { MeasureView } from "./measure.js";
import { Live, Problem, begin, session, t } from "./net.js";
import { ProjectorView } from "./projector.js";
import { RecordingView } from "./recording.js";
import { RecordingsView } from "./recordings.js";
import { applyTheme, set, settings } from "./settings.js";
import { onColours } from "./styles.js";

/** What is measured now; every view reads it. */
export class World {
  constructor() {
    this.feeds = new Feeds();
    this.standing = { measurement: { running: false }, feeds: [], boards: [] };
    this.linked = true;
  }

  describe(standing) {
    this.standing = standing;
    this.feeds.describe(standing.feeds);
  }

  get running() {
    return this.standing.measurement.running;
  }

  /** Do something that may fail, and say what went wrong. Resolves to its result, null if it failed. */
  async attempt(work) {
    try {
      const result = await work();
      this.said?.("", "");
      return result;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.said?.(error.message, error.todo);
      return null;
    }
  }
}

const VIEWS = {
  measure: MeasureView,
  lessons: LessonsView,
  lesson: LessonView,
  recordings: RecordingsView,
  recording: RecordingView,
  compare: CompareView,
  projector: ProjectorView,
};

class App {
  constructor() {
    this.world = new World();
    this.world.said = (what, todo) => this.say(what, todo);
    this.live = new Live({
      onStanding: (standing) => {
        this.world.describe(standing);
        this.view?.onStanding?.();
      },
      onBlocks: (blocks) => {
        this.world.feeds.take(blocks);
        this.view?.onData?.();
      },
      onLink: (linked) => {
        this.world.linked = linked;
        this.lost.hidden = linked;
      },
    });
  }

  async start() {
    applyTheme();
    onColours(() => this.view?.redraw?.());
    await begin(settings.language);
    this.build();
    this.live.open();
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.onKey(event));
    this.route();
  }

  build() {
    document.title = "makerlab";
    this.tabs = h("nav", { class: "tabs", "aria-label": t("Views") });
    this.lost = h("p", { class: "problem band", role: "alert", hidden: true }, t("maker page does not answer. The curves go on by themselves when it does."));
    this.what = h("p", { class: "what" });
    this.todo = h("p", {});
    this.problem = h("div", { class: "problem band", role: "alert", hidden: true }, h("div", {}, this.what, this.todo),
      h("button", { class: "quiet", onclick: () => this.say("", "") }, t("Close")));
    this.main = h("main", { id: "main", tabindex: -1 });
    document.getElementById("app").replaceChildren(
      h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); this.main.focus(); } }, t("To the content")),
      h("header", { class: "head" },
        h("a", { class: "brand", href: "#/measure" }, h("img", { src: "/static/icon.svg", alt: "", width: 32, height: 32 }), "makerlab"),
        this.tabs,
        h("div", { class: "tools" },
          session.share && h("button", { class: "quiet", onclick: () => this.showShare() }, t("Share")),
          h("button", { class: "quiet keysbutton", onclick: () => this.showKeys() }, t("Keys")),
          h("button", { class: "quiet", onclick: () => this.nextTheme() },
            h("span", { class: "sign", "aria-hidden": "true" }, "◐"), " ", this.themeName = h("span", { class: "themename" })),
          h("button", { class: "quiet", lang: session.language === "zh" ? "en" : "zh-CN", onclick: () => this.otherLanguage() }, session.language === "zh" ? "English" : "中文"))),
      this.lost, ...notice(), this.problem, this.main);
    this.sayTheme();
  }

  route() {
    const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
    const known = name in VIEWS ? name : "measure";
    this.view?.destroy?.();
    this.say("", "");
    document.body.dataset.view = known;
    const teacher = session.role === "teacher";
    const entries = [["measure", t("Measure")], teacher && ["lessons", t("Lessons")], ["recordings", t("Recordings")], ["projector", t("Big numbers")]].filter(Boolean);
    const tab = { lesson: "lessons", recording: "recordings", compare: "recordings" }[known] ?? known;
    this.tabs.replaceChildren(...entries.map(([view, title]) => h("a", { href: `#/${view}`, "aria-current": view === tab && "page" }, title)));
    this.view = new VIEWS[known](this.world, rest.map(decodeURIComponent));
    this.main.replaceChildren(this.view.element);
    this.view.onStanding?.();
    this.view.onData?.();
  }

  say(what, todo) {
    say(this.what, what);
    say(this.todo, todo);
    this.problem.hidden = !what;
  }

  onKey(event) {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (!settings.keys || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = this.view;
    const key = event.key.toLowerCase();
    const keys = {
      m: () => view.mark?.(),
      p: () => view.pause?.(),
      b: () => { location.hash = document.body.dataset.view === "projector" ? "#/measure" : "#/projector"; },
    };
    if (!(key in keys)) return;
    event.preventDefault();
    keys[key]();
  }

  async otherLanguage() {
    set("language", session.language === "zh" ? "en" : "zh");
    await this.world.attempt(async () => {
      await begin(settings.language);
      this.build();
      this.route();
      this.live.reopen();
    });
  }

  nextTheme() {
    const themes = ["auto", "light", "dark"];
    set("theme", themes[(themes.indexOf(settings.theme) + 1) % themes.length]);
    applyTheme();
    this.sayTheme();
  }

  sayTheme() {
    const names = { auto: t("Colours: automatic"), light: t("Colours: light"), dark: t("Colours: dark") };
    say(this.themeName, names[settings.theme]);
  }

  showShare() {
    const { url, code } = session.share;
    show(t("Look on from another device"), t("Close"),
      h("p", {}, t("In the classroom's network, scan this picture; or open the address and type the code.")),
      h("div", { class: "share" },
        h("img", { src: "/api/share.svg", alt: t("QR code of the address"), width: 260, height: 260 }),
        h("p", { class: "code" }, code)),
      h("p", { class: "address" }, url),
      h("p", { class: "muted" }, t("Viewers can change nothing.")));
  }

  showKeys() {
    const row = (keys, what) => h("tr", {}, h("th", { scope: "row" }, keys), h("td", {}, what));
    const box = h("input", { type: "checkbox", checked: settings.keys, onchange: () => set("keys", box.checked) });
    show(t("Keys"), t("Close"),
      h("table", { class: "keys" }, h("tbody", {},
        row("M", t("Mark an event")),
        row("P", t("Hold the curves still, and go on")),
        row("B", t("Big numbers")),
        row("← →", t("On a chart: move the cursor")),
        row("Shift ← →", t("On a chart: move in time")),
        row("+ −", t("On a chart: closer, farther")),
        row("0", t("On a chart: follow the newest data again")))),
      h("label", { class: "check" }, box, t("The keys M, P and B work")));
  }
}

/** What is wrong for as long as the page is open. */
function notice() {
  if (!session.notice) return [];
  const { what, todo } = session.notice;
  return [h("section", { class: "problem band", "aria-label": t("The notebook") }, h("div", {}, h("p", { class: "what" }, what), h("p", {}, todo)))];
}

const app = new App();
app.start().catch((error) => {
  document.getElementById("app").replaceChildren(
    h("main", {}, h("p", { class: "problem band", role: "alert" }, error.message, " ", error.todo ?? "")));
});
