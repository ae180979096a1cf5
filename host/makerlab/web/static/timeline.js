// Which stretch of time all charts of a view show, and where the cursor stands. One object for all of them.

const SHORTEST_S = 0.02; // shown at most this closely: below the time between two samples there is nothing
const STEP = 0.6; // of the stretch is left after zooming in once

export class Timeline {
  /** `span`: seconds that follow the newest data; 0: everything. `fixed`: a recording, which does not grow. */
  constructor({ span = 30, fixed = false } = {}) {
    this.span = span;
    this.fixed = fixed;
    this.following = true;
    this.until = Infinity; // what came later is not shown: the picture stands still
    this.start = 0;
    this.end = 0;
    this.from = 0;
    this.to = 0;
    this.cursor = null;
    this.listeners = new Set();
  }

  /** The stretch to draw: [from, to] in seconds. */
  range() {
    if (!this.following) return [this.from, this.to];
    if (this.fixed) return [this.start, Math.max(this.end, this.start + SHORTEST_S)];
    if (this.span === 0) return [0, Math.max(this.end, 10)];
    const to = Math.max(this.end, this.span);
    return [to - this.span, to];
  }

  /** Data now reaches `end` seconds. */
  reach(end) {
    this.end = end;
  }

  follow(span = this.span) {
    this.following = true;
    this.until = Infinity;
    this.span = span;
    this.tell();
  }

  pause() {
    this.show(...this.range());
  }

  /** Look at another stretch; what is measured meanwhile is recorded, and seen when it is followed again. */
  show(from, to) {
    this.following = false;
    this.until = Math.min(this.until, this.fixed ? Infinity : this.end);
    const length = Math.max(to - from, SHORTEST_S);
    const most = Math.max(this.end - this.start, this.fixed ? SHORTEST_S : Math.max(this.span, 10));
    const start = Math.max(this.start - 0.05 * most, Math.min(from, this.start + most));
    [this.from, this.to] = [start, start + Math.min(length, 1.1 * most)];
    this.tell();
  }

  pan(seconds) {
    const [from, to] = this.range();
    this.show(from + seconds, to + seconds);
  }

  /** Closer (or farther, times > 1) around `about`. */
  zoom(times, about = null) {
    const [from, to] = this.range();
    const centre = about ?? this.cursor ?? (this.following && !this.fixed ? to : (from + to) / 2);
    this.show(centre - (centre - from) * times, centre + (to - centre) * times);
  }

  point(seconds) {
    if (seconds === this.cursor) return;
    this.cursor = seconds;
    this.tell();
  }

  /** What a key does on a chart; whether it was one of ours. `step`: seconds that an arrow moves the cursor. */
  key(event, step) {
    const [from, to] = this.range();
    const length = to - from;
    const big = event.shiftKey;
    const moves = {
      ArrowLeft: () => (big ? this.pan(-length / 4) : this.move(-step)),
      ArrowRight: () => (big ? this.pan(length / 4) : this.move(step)),
      PageUp: () => this.pan(-length),
      PageDown: () => this.pan(length),
      Home: () => this.point(from),
      End: () => this.point(to),
      "+": () => this.zoom(STEP), "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP), "_": () => this.zoom(1 / STEP),
      0: () => this.follow(),
      Escape: () => this.point(null),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return false;
    moves[event.key]();
    return true;
  }

  move(step) {
    const [from, to] = this.range();
    const at = this.cursor === null ? to : this.cursor + step;
    this.point(Math.min(to, Math.max(from, at)));
  }

  closer() {
    this.zoom(STEP);
  }

  farther() {
    this.zoom(1 / STEP);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}
