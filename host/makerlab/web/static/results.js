// What a measurement has left when it is over: the way to its recordings, and what its lesson says of them.

import { h } from "./dom.js";
import { Problem, ask, session, t } from "./net.js";

export class Results {
  constructor() {
    this.element = h("section", { class: "card results", "aria-label": t("What was recorded"), hidden: true });
  }

  /** Nothing is built anew as long as it is the same: the keyboard's focus stays. */
  onStanding({ measurement, feeds }) {
    const kept = measurement.running ? [] : feeds.filter(({ recording }) => recording !== null);
    const judged = measurement.lesson && session.role === "teacher";
    const key = JSON.stringify([judged, kept.map(({ recording, title }) => [recording, title])]);
    if (key === this.shown) return;
    this.shown = key;
    this.element.hidden = kept.length === 0;
    this.element.replaceChildren(h("h2", {}, t("What was recorded")), ...kept.map((feed) => this.recording(feed, judged)),
      ...(kept.length > 1 ? [h("p", {}, h("a", { class: "button", href: `#/compare/${kept.map(({ recording }) => recording)}` }, t("Compare these recordings")))] : []));
  }

  recording({ recording, title }, judged) {
    const verdicts = h("div", { "aria-live": "polite" });
    if (judged) tellJudged(verdicts, recording);
    return h("div", {},
      h("a", { class: "button", href: `#/recording/${recording}` }, t("Open recording {id}: {name}", { id: recording, name: title })),
      verdicts);
  }
}

/** In words, never as a mark. */
async function tellJudged(place, recording) {
  try {
    const found = await ask(`/api/judged/${recording}`);
    if (!found.length) return;
    place.replaceChildren(h("h3", {}, t("What the lesson expects")), h("ul", { class: "verdicts" }, ...found.map(({ met, say, reason }) =>
      h("li", {}, h("p", {}, h("strong", { class: met ? "met" : "notyet" }, met ? t("yes") : t("not yet")), t(": "), say), h("p", { class: "muted" }, reason)))));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place.replaceChildren(h("p", { class: "muted" }, `${error.message} ${error.todo}`));
  }
}
