// What goes between the page and `maker page`: requests, and the live curves.

export const session = { language: "", token: "", role: "", texts: {}, experiments: [], share: null, notice: null };

/** A text of the page in the language chosen, by its English; {name} is filled in. */
export function t(english, facts = {}) {
  const text = session.texts[english] ?? english;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

/** What went wrong, in words for the person in front: what happened, and what to do. */
export class Problem extends Error {
  constructor(what, todo) {
    super(what);
    this.todo = todo ?? "";
  }
}

export async function ask(path, body) {
  const headers = { "x-maker-language": session.language };
  const options = { headers };
  if (body !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
    headers["x-maker-token"] = session.token;
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem(t("maker page does not answer."), t("Start it again: maker page"));
  }
  const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
  if (!answer.ok) {
    const said = isJson ? await answer.json() : { what: await answer.text() };
    throw new Problem(said.what, said.todo);
  }
  return isJson ? answer.json() : answer;
}

/** Begin in a language ("" for this computer's): texts, token, what there is to choose. */
export async function begin(language) {
  session.language = language;
  Object.assign(session, await ask("/api/page"));
  document.documentElement.lang = session.language === "zh" ? "zh-CN" : "en";
}

const HEAD_BYTES = 16;

/** The blocks of a message with curves; hub.py says how they lie in it. */
export function* blocks(buffer) {
  const view = new DataView(buffer);
  let at = 0;
  while (at < buffer.byteLength) {
    const [feed, anew, rows, columns] = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset, true));
    at += HEAD_BYTES;
    const values = [];
    for (let column = 0; column < columns; column++, at += rows * 8) {
      values.push(new Float64Array(buffer, at, rows));
    }
    yield { feed, anew: anew === 1, columns: values };
  }
}

const RETRY_MS = 1000;

/**
 * Keep up with what is measured. Comes back by itself when the computer slept or `maker page` was started
 * again; the server then sends everything there is.
 */
export class Live {
  constructor({ onStanding, onBlocks, onLink }) {
    Object.assign(this, { onStanding, onBlocks, onLink });
    addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", () => document.hidden || this.open());
  }

  /** Connect, unless it is connected already. */
  open() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(`ws://${location.host}/live?lang=${session.language}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onLink(true);
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.onStanding(JSON.parse(data));
      else this.onBlocks(blocks(data));
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.onLink(false);
      this.timer = setTimeout(() => this.open(), RETRY_MS);
    };
    this.socket = socket;
  }

  /** Begin anew, in another language. */
  reopen() {
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.open();
  }
}
