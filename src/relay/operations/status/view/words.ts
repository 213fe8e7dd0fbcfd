/** 1234567 as `1,234,567`. */
export const count = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 record`, `2 records`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${Math.round(n) === 1 ? one : many}`

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** A duration in its largest unit, with the next one while that is small: `45 s`, `4 min`, `1 h 20 min`, `3 d`. */
export const duration = (ms: number): string => {
  const index = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[index] ?? ['s', 1_000]
  const whole = Math.floor(Math.max(0, ms) / size)
  const [below, belowSize] = units[index + 1] ?? []
  const rest = belowSize === undefined ? 0 : Math.floor((ms - whole * size) / belowSize)
  return unit === 'min' || unit === 's' || whole >= 10 || rest === 0
    ? `${whole} ${unit}`
    : `${whole} ${unit} ${rest} ${below}`
}

/** The age of a time: `now`, `12 s ago`. */
export const ago = (at: number, now: number): string => (now - at < 1_000 ? 'now' : `${duration(now - at)} ago`)

/** Milliseconds of a latency: `87 ms`, `1.2 s`, `30 s`. */
export const latency = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`
}

/** A share in percent that is never rounded to 0 or 100 %: `0.2 %`, `99.9 %`. */
export const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole
  if (percent === 0 || percent === 100) return `${percent} %`
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(percent < 10 || percent > 90 ? 1 : 0)} %`
}

/**
 * Hour, minute and, with `seconds`, second. Local time, or with `zone` UTC, followed by that word.
 *
 * Sliced from the strings that ECMAScript defines for a Date, which are always English with 24 hours. Each
 * `Intl.DateTimeFormat` would hold 28 kB (Node 20) outside V8's heap.
 */
export const clock = (
  at: number,
  { seconds = false, zone }: { seconds?: boolean; zone?: 'UTC' | undefined } = {},
): string => {
  const date = new Date(at)
  const time = zone ? date.toISOString().slice('yyyy-mm-ddT'.length) : date.toTimeString()
  return `${time.slice(0, seconds ? 'hh:mm:ss'.length : 'hh:mm'.length)}${zone ? ` ${zone}` : ''}`
}
