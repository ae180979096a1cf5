// The curves of the boards that measure: columns that grow, as the server sends them.

export class Feed {
  constructor(number) {
    this.number = number;
    this.times = [];
    this.columns = [];
    this.about = null;
  }

  /** More rows, or all of them anew. A value that could not be read is null: uPlot leaves it out. */
  take({ anew, columns: [times, ...values] }) {
    if (anew) {
      this.times = [];
      this.columns = values.map(() => []);
    }
    for (const at of times) this.times.push(at);
    values.forEach((column, n) => {
      for (const value of column) this.columns[n].push(Number.isNaN(value) ? null : value);
    });
  }

  get end() {
    return this.times.at(-1) ?? 0;
  }
}

/** All feeds of the measurement, by number, in order. */
export class Feeds {
  constructor() {
    this.byNumber = new Map();
  }

  /** What the server says of them: those it does not name belong to a measurement that is over. */
  describe(list) {
    for (const number of [...this.byNumber.keys()]) {
      if (!list.some((about) => about.feed === number)) this.byNumber.delete(number);
    }
    for (const about of list) this.of(about.feed).about = about;
  }

  take(blocks) {
    for (const block of blocks) this.of(block.feed).take(block);
  }

  of(number) {
    if (!this.byNumber.has(number)) this.byNumber.set(number, new Feed(number));
    return this.byNumber.get(number);
  }

  /** Those that were described, in order. */
  get all() {
    return [...this.byNumber.values()].filter((feed) => feed.about).sort((one, other) => one.number - other.number);
  }

  get end() {
    return Math.max(0, ...[...this.byNumber.values()].map((feed) => feed.end));
  }
}

/**
 * Several curves, each with times of its own, on one axis: the lowest and the highest value of each in every
 * pixel of `width`. `curves`: [{times, values, gaps}]. Where a curve has no value in a pixel it is joined over
 * (undefined), unless that value is missing or in a gap (null).
 */
export function together(curves, from, to, width) {
  const step = (to - from) / Math.max(50, Math.floor(width));
  const first = Math.floor(from / step) - 1; // whole steps: a moving window does not make the curve shimmer
  const count = Math.ceil(to / step) + 1 - first;
  const times = [];
  for (let n = 0; n < count; n++) times.push((first + n + 0.25) * step, (first + n + 0.75) * step);
  const columns = curves.map((curve) => squeeze(curve, first, count, step));
  return [times, ...columns];
}

function squeeze({ times, values, gaps }, first, count, step) {
  const column = new Array(2 * count);
  let index = lowerBound(times, first * step);
  const end = (first + count) * step;
  for (; index < times.length && times[index] < end; index++) {
    const at = 2 * (Math.floor(times[index] / step) - first);
    const value = values[index];
    if (value === null) {
      if (column[at] === undefined) column[at] = column[at + 1] = null;
    } else if (column[at] === undefined || column[at] === null) {
      column[at] = column[at + 1] = value;
    } else if (value < column[at]) {
      column[at] = value;
    } else if (value > column[at + 1]) {
      column[at + 1] = value;
    }
  }
  for (const [from, to] of gaps) {
    for (let n = Math.max(0, Math.floor(from / step) + 1 - first); n < Math.min(count, Math.floor(to / step) - first); n++) {
      column[2 * n] ??= null;
    }
  }
  for (let at = 0; at < column.length; at += 2) {
    if (column[at] !== null && column[at] === column[at + 1]) column[at + 1] = undefined; // one value, one point
  }
  return column;
}

/** The rows up to `until`, as columns. */
export function upTo(until, times, columns) {
  if (!(times.at(-1) > until)) return [times, ...columns];
  const count = lowerBound(times, until);
  return [times, ...columns].map((column) => column.slice(0, count));
}

export function lowerBound(times, seconds) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
