// Numbers and times as people write them.

/** A quantity with as many digits as were measured; "–" for a missing one. */
export function value(number, decimals) {
  if (number === null || number === undefined || Number.isNaN(number)) return "–";
  if (decimals === null || decimals === undefined) return String(Number(number.toPrecision(6)));
  return number.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1");
}

/** The same with its unit. */
export function quantity(number, channel) {
  const text = value(number, channel.decimals);
  return channel.unit && text !== "–" ? `${text} ${channel.unit}` : text;
}

/** Seconds on an axis or in a reading: 12.5 s, 3:05, 1:02:05. */
export function time(seconds, step = 0) {
  if (Math.abs(seconds) < 120) {
    const decimals = step > 0 ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 1;
    return `${seconds.toFixed(Math.min(decimals, 4))} s`;
  }
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(seconds) + 1e-6);
  const rest = step > 0 && step < 1 ? (Math.abs(seconds) - whole).toFixed(1).slice(1) : "";
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const clock = hours ? `${hours}:${two(minutes)}` : `${minutes}`;
  return `${sign}${clock}:${two(whole % 60)}${rest}`;
}

/** A date and time of day, as they are said in that language. */
export function date(iso, language) {
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  }).format(new Date(iso));
}
