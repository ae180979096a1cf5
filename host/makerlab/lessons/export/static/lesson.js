// What a pupil does on the page: answers, table cells and ticks are kept, the quiz is judged at once.
// `window.lessonStore` ({load, save, score, done}) may be there before this runs (a learning platform's);
// otherwise the browser keeps it, where it lets a page do that.
"use strict";
(() => {
  const key = "lesson:" + document.documentElement.dataset.lesson;
  const browserStore = {
    load() { try { return localStorage.getItem(key) || ""; } catch { return ""; } },
    save(text) { try { localStorage.setItem(key, text); } catch { /* a page from a stick may not */ } },
    score() {},
    done() {},
  };
  const store = window.lessonStore || browserStore;
  // Fields in the page's order: their place is their key, so the state stays short (SCORM 1.2: 4,096 characters).
  const fields = [...document.querySelectorAll("main input, main textarea")];
  const value = (field) => (field.type === "checkbox" || field.type === "radio" ? (field.checked ? 1 : 0) : field.value);

  function restore() {
    let state;
    try { state = JSON.parse(store.load() || "{}"); } catch { return; }
    for (const [index, kept] of Object.entries(state)) {
      const field = fields[parseInt(index, 36)];
      if (!field) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept === 1;
      else field.value = String(kept);
    }
  }

  const MOST = 4096;
  function stateText() {
    const state = {};
    fields.forEach((field, index) => {
      const now = value(field);
      if (now) state[index.toString(36)] = now;
    });
    let text = JSON.stringify(state);
    // Too long for a platform: the longest answers are shortened until it fits, none is dropped.
    for (let most = 400; text.length > MOST && most > 10; most = Math.floor(most * 0.8)) {
      for (const at of Object.keys(state)) if (typeof state[at] === "string") state[at] = state[at].slice(0, most);
      text = JSON.stringify(state);
    }
    return text;
  }

  let waiting = 0;
  function keep() {
    clearTimeout(waiting);
    waiting = setTimeout(keepNow, 400);
  }
  function keepNow() {
    clearTimeout(waiting);
    store.save(stateText());
    tellDone();
  }

  const questions = [...document.querySelectorAll("fieldset[data-quiz]")];
  // "2,5" and "２.５" are numbers as well, as pupils type them.
  function numberOf(text) {
    const plain = text.normalize("NFKC").trim().replace(",", ".");
    return plain === "" ? NaN : Number(plain);
  }
  function judge(question, tell) {
    const number = question.querySelector("input.number");
    const boxes = [...question.querySelectorAll("input[data-right]")];
    const answered = number ? number.value.trim() !== "" : boxes.some((box) => box.checked);
    const right = number
      ? Math.abs(numberOf(number.value) - Number(number.dataset.answer)) <= Number(number.dataset.tolerance) + 1e-9
      : answered && boxes.every((box) => box.checked === (box.dataset.right === "1"));
    if (tell) {
      const verdict = question.querySelector(".verdict");
      verdict.textContent = !answered ? question.dataset.none : (right ? question.dataset.right : question.dataset.wrong);
      question.querySelector(".why").hidden = !answered;
      for (const box of boxes) {
        const why = box.closest("label").querySelector(".note");
        if (why) why.hidden = !box.checked;
      }
    }
    return right;
  }
  function score() {
    if (questions.length) store.score(questions.filter((one) => judge(one, false)).length, questions.length);
  }
  const answered = (question) => [...question.querySelectorAll("input")].some((one) => one.checked || one.matches(".number") && one.value.trim());
  // Done: every required task ticked, every question answered.
  function tellDone() {
    const ticks = [...document.querySelectorAll("input[data-needed]")];
    store.done(ticks.every((one) => one.checked) && questions.every(answered));
  }
  for (const question of questions) {
    question.querySelector("button").addEventListener("click", () => { judge(question, true); score(); keepNow(); });
  }
  document.addEventListener("input", keep);
  document.addEventListener("change", keepNow);
  addEventListener("pagehide", keepNow);
  // On paper every hint is open.
  const hints = [...document.querySelectorAll("details")];
  addEventListener("beforeprint", () => hints.forEach((hint) => { hint.open = true; }));
  restore();
})();
