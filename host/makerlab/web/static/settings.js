// What this browser remembers: language, colours, keys.

const DEFAULTS = { language: "", theme: "auto", keys: true, span: 30, group: "board", experiment: "" };

function load() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem("makerlab") ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

export const settings = load();

export function set(name, value) {
  settings[name] = value;
  try {
    localStorage.setItem("makerlab", JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing forgets it when the page is closed.
  }
}

export function applyTheme() {
  document.documentElement.dataset.theme = settings.theme;
}
