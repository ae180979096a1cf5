// HTML of a lesson as elements. The server makes it, and lets nothing through that a stranger wrote; here only
// what prose needs is built anew, once more: no script, no form, no address but a picture's own data or the web.

import { h } from "./dom.js";

const TAGS = new Set(("a blockquote br code dd details div dl dt em figcaption figure h3 h4 h5 h6 hr img li ol p pre s " +
  "section span strong sub summary sup table tbody td th thead tr ul").split(" "));
const ATTRIBUTES = new Set(["alt", "aria-hidden", "class", "colspan", "lang", "open", "rowspan", "scope", "start", "tabindex"]);
const ADDRESSES = { href: /^https?:\/\//, src: /^data:image\// };

/** The nodes of a piece of HTML; of an element that is not allowed, what is in it. */
export function nodes(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.childNodes].flatMap(copy);
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const inside = [...node.childNodes].flatMap(copy);
  const tag = node.localName;
  if (!TAGS.has(tag)) return inside;
  const attributes = {};
  for (const { name, value } of node.attributes) {
    if (ATTRIBUTES.has(name) || ADDRESSES[name]?.test(value)) attributes[name] = value;
  }
  if (tag === "a") Object.assign(attributes, { target: "_blank", rel: "noopener noreferrer" });
  return [h(tag, attributes, ...inside)];
}
