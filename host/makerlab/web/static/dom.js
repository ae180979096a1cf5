// Making elements. Texts become text nodes, never HTML: what a board or a pupil wrote cannot become markup.

/** h("button", {class: "primary", onclick: f}, "Start", child): an element with these attributes and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Set an element's text, only where it changes: a screen reader or a selection is not disturbed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A link to an element of the same view. Its address stays: behind a # stands which view it is. */
export function jump(text, target, look = "") {
  target.tabIndex = -1;
  const go = (event) => {
    event.preventDefault();
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  };
  return h("a", { class: `button ${look}`, href: "#", onclick: go }, text);
}

/** A table with these column titles over `rows` (a tbody); where it is too wide it scrolls, by keys too. */
export function table(label, heads, rows) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))), rows));
}

/** Ask before something that cannot be undone. Resolves to whether it was agreed to. */
export function confirm(question, yes, no) {
  const dialog = h("dialog", { "aria-labelledby": "question" },
    h("p", { id: "question" }, question),
    h("form", { method: "dialog", class: "row end" },
      h("button", { class: "quiet", value: "" }, no),
      h("button", { class: "danger", value: "yes" }, yes)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** Show something in a dialog that is closed with Escape or its button. */
export function show(title, close, ...children) {
  const dialog = h("dialog", { class: "wide", "aria-labelledby": "dialog-title" },
    h("h2", { id: "dialog-title" }, title),
    ...children,
    h("form", { method: "dialog", class: "row end" }, h("button", { class: "primary" }, close)));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}
