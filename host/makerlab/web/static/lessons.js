// Lessons: the list, and one whose steps stand beside the live curves.

import { h, jump, say } from "./dom.js";
import { nodes } from "./markup.js";
import { MeasureView } from "./measure.js";
import { ask, t } from "./net.js";

export class LessonsView {
  constructor(world) {
    this.tiles = h("ul", { class: "lessontiles" });
    this.broken = h("div", {});
    this.element = h("div", {}, h("div", { class: "livehead" }, h("h1", {}, t("Lessons"))), this.broken, this.tiles);
    this.load(world);
  }

  async load(world) {
    const found = await world.attempt(() => ask("/api/lessons"));
    if (found === null) return;
    this.tiles.replaceChildren(...found.lessons.map((one) => h("li", { class: "card" },
      h("h2", {}, h("a", { href: `#/lesson/${encodeURIComponent(one.name)}` }, one.title)),
      h("p", {}, one.question),
      h("p", { class: "muted" }, facts(one)))));
    this.broken.replaceChildren(...found.broken.map((one) => h("p", { class: "problem" }, `${one.what} ${one.todo}`)));
  }
}

export class LessonView {
  constructor(world, [name, section]) {
    this.name = name;
    this.wanted = section;
    this.title = h("h1", {});
    this.facts = h("p", { class: "muted" });
    this.choice = h("select", { "aria-label": t("Part of the lesson"), onchange: () => this.go(Number(this.choice.value)) });
    this.back = h("button", { onclick: () => this.go(this.at - 1) }, t("Back"));
    this.next = h("button", { class: "primary", onclick: () => this.go(this.at + 1) }, t("Next"));
    this.text = h("section", { class: "lessontext", tabindex: -1 });
    this.measure = new MeasureView(world, [name]);
    this.beside = h("div", { class: "beside" }, this.measure.element);
    // Where the curve lies below the step, on a phone, it is some swipes away (lessons.css shows it only there).
    this.toCurve = jump(t("See the curve"), this.beside, "tocurve");
    this.element = h("div", { class: "lesson" },
      h("article", { class: "card" },
        this.title, this.facts, h("div", { class: "row lessonsteps" }, this.back, this.choice, this.next), this.text, this.toCurve),
      this.beside);
    this.load(world);
  }

  async load(world) {
    const lesson = await world.attempt(() => ask(`/api/lesson?name=${encodeURIComponent(this.name)}`));
    if (lesson === null) return;
    this.sections = lesson.sections;
    say(this.title, lesson.title);
    say(this.facts, facts(lesson));
    this.text.lang = lesson.tag;
    let step = 0;
    this.choice.replaceChildren(...this.sections.map((one, index) => {
      const number = one.kind === "step" ? `${++step}. ` : "";
      return h("option", { value: index }, number, h("span", {}, ...nodes(one.heading)).textContent);
    }));
    this.go(Math.max(0, this.sections.findIndex(({ id }) => id === this.wanted)));
  }

  /** Show one section; its address is kept, so that it can be opened again. */
  go(index) {
    const one = this.sections[index];
    const moved = this.at !== undefined;
    this.at = index;
    this.choice.value = index;
    this.back.disabled = index === 0;
    this.next.disabled = index === this.sections.length - 1;
    this.text.replaceChildren(
      h("h2", {}, ...nodes(one.heading), one.minutes && h("span", { class: "muted" }, ` ${one.minutes}`)),
      ...nodes(one.body));
    if (!moved) return;
    history.replaceState(null, "", `#/lesson/${encodeURIComponent(this.name)}/${encodeURIComponent(one.id)}`);
    this.text.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  destroy() {
    this.measure.destroy();
  }

  redraw() {
    this.measure.redraw();
  }

  onData() {
    this.measure.onData();
  }

  onStanding() {
    this.measure.onStanding();
  }

  mark() {
    this.measure.mark();
  }

  pause() {
    this.measure.pause();
  }
}

function facts({ grades, minutes, boards }) {
  const years = grades.length > 1 ? `${grades[0]}–${grades.at(-1)}` : String(grades[0] ?? "");
  return [years && t("Grade {grades}", { grades: years }), t("{n} min", { n: minutes }), boards].filter(Boolean).join(" · ");
}
