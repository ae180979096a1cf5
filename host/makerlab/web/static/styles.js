// How curves are told apart: by colour and by line style, so that a print or colour-blind eyes suffice.

import { svg } from "./dom.js";

const COLOURS = 8;
const DASHES = [[], [9, 5], [2, 4], [11, 4, 2, 4]];

/** The look of the nth curve: 32 of them differ. */
export function look(n) {
  return { colour: n % COLOURS, dash: DASHES[(n + Math.floor(n / COLOURS)) % DASHES.length] };
}

/** A short piece of the nth curve, for a legend. */
export function swatch(n) {
  const { colour, dash } = look(n);
  return svg("svg", { class: `swatch c${colour}`, viewBox: "0 0 34 8", "aria-hidden": "true", focusable: "false" },
    svg("line", { x1: 1, x2: 33, y1: 4, y2: 4, "stroke-dasharray": dash.join(" ") }));
}

let colours = null;
let printing = false;

/** The colours of this moment, for what is drawn on a canvas: CSS does not reach there. */
export function palette() {
  if (printing) {
    return { curve: () => "#000", text: "#000", grid: "#ccc", band: "rgba(0,0,0,.12)", event: "#000" };
  }
  if (colours === null) {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    const curves = Array.from({ length: COLOURS }, (_unused, n) => read(`--c${n}`));
    colours = {
      curve: (n) => curves[n],
      text: read("--muted"), grid: read("--grid"), band: read("--band"), event: read("--event"),
    };
  }
  return colours;
}

/** Call `redraw` whenever other colours are to be drawn in: the theme was changed, or it is printed. */
export function onColours(redraw) {
  const change = () => {
    colours = null;
    redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
  new MutationObserver(change).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("print").addEventListener("change", ({ matches }) => {
    printing = matches;
    redraw();
  });
}
