// What a measurement has left when it is over: the way to its recordings, and what its lesson says of them.

import { h, jump } from "./dom.js";
import { Problem, ask, session, t } from "./net.js";

/** `element` stands above the curves, `judged` below them: first they are looked at. */
export class Results {
  constructor() {
    this.element = h("section", { class: "row results", "aria-label": t("What was recorded"), hidden: true });
    this.judged = h("section", { class: "card judged", "aria-label": t("What the lesson expects"), hidden: true });
    this.toJudged = jump(t("What the lesson expects"), this.judged);
  }

  /** Nothing is built anew as long as it is the same: the keyboard's focus stays. */
  onStanding({ measurement, feeds }) {
    const kept = measurement.running ? [] : feeds.filter(({ recording }) => recording !== null);
    const judged = measurement.lesson && session.role === "teacher" ? kept : [];
    const key = JSON.stringify([judged.length, kept.map(({ recording, title }) => [recording, title])]);
    if (key === this.shown) return;
    this.shown = key;
    this.element.hidden = kept.length === 0;
    this.judged.hidden = judged.length === 0;
    this.element.replaceChildren(
      ...kept.map(({ recording, title }) => h("a", { class: "button", href: `#/recording/${recording}` }, t("Open recording {id}: {name}", { id: recording, name: title }))),
      ...(kept.length > 1 ? [h("a", { class: "button", href: `#/compare/${kept.map(({ recording }) => recording)}` }, t("Compare these recordings"))] : []),
      ...(judged.length ? [this.toJudged] : []));
    this.judged.replaceChildren(h("h2", {}, t("What the lesson expects")), ...judged.map((feed) => judgement(feed, judged.length > 1)));
  }
}

/** Of one board's recording, in words and never as a mark. */
function judgement({ recording, title }, isNamed) {
  const verdicts = h("div", { "aria-live": "polite" });
  tell(verdicts, recording);
  return h("div", {}, isNamed && h("h3", {}, title), verdicts);
}

async function tell(place, recording) {
  try {
    const found = await ask(`/api/judged/${recording}`);
    place.replaceChildren(h("ul", {}, ...found.map(({ met, say, reason }) =>
      h("li", {}, h("p", {}, h("strong", { class: met && "met" }, met ? t("yes") : t("not yet")), t(": "), say), h("p", { class: "muted" }, reason)))));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place.replaceChildren(h("p", { class: "muted" }, `${error.message} ${error.todo}`));
  }
}
