// The curves of a recording, fetched for the stretch that is shown: a day opens as fast as a minute.

import { session } from "./net.js";

const MARGIN = 0.5; // of the stretch, fetched on either side: to pan needs no waiting
const COARSE = 2; // fetched anew when a pixel would show so much less than it could

export class RecordingCurves {
  constructor(id, seconds) {
    this.id = id;
    this.seconds = seconds;
    this.times = [];
    this.columns = [];
    this.from = 0;
    this.to = -1;
    this.step = Infinity;
  }

  /** Whether what is here serves that stretch at that width. */
  serves(from, to, width) {
    const covers = this.from <= Math.max(0, from) && this.to >= Math.min(this.seconds, to);
    return covers && (this.exact || this.step <= COARSE * ((to - from) / width));
  }

  /** Fetch what is needed for that stretch. Resolves to whether something new is here. */
  async fetch(from, to, width) {
    if (this.serves(from, to, width)) return false;
    const length = to - from;
    const start = Math.max(0, from - MARGIN * length);
    const end = Math.min(Math.max(this.seconds, 0), to + MARGIN * length);
    if (end < start) return false;
    const buckets = Math.min(4000, Math.max(100, Math.round((width * (end - start)) / length)));
    const asked = this.asked = `/api/recordings/${this.id}/curves?from=${start}&to=${end}&buckets=${buckets}`;
    const answer = await fetch(asked, { headers: { "x-maker-language": session.language } });
    if (!answer.ok || asked !== this.asked) return false;
    const buffer = await answer.arrayBuffer();
    const [rows, columns] = new Uint32Array(buffer, 0, 2);
    const read = (n) => new Float64Array(buffer, 8 + n * rows * 8, rows);
    this.times = rows ? Array.from(read(0)) : [];
    this.columns = Array.from({ length: columns - 1 }, (_unused, n) => Array.from(read(n + 1), (value) => (Number.isNaN(value) ? null : value)));
    [this.from, this.to] = [start, end];
    this.step = (end - start) / buckets;
    this.exact = rows !== 2 * buckets && rows < 2 * buckets;
    return true;
  }
}
