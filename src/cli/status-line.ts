import type { Io } from './io.ts'

/** Shows progress on stderr. */
export interface StatusLine {
  /** Stops drawing, and removes the progress line from the screen. */
  stop(): void
}

/** The progress to show: the share that is done, if known, and words, the most important first. */
export interface Progress {
  title: string
  /** From 0 to 1. */
  share: number | undefined
  words: readonly string[]
}

const drawEveryMs = 100
const lineEveryMs = 5_000
/** Number of unchanged log lines that are skipped in a row: one minute. */
const mostLeftOut = 11
const barWidth = 24
const narrowBarWidth = 8
/** Smallest width, in columns, for a full bar beside the words. */
const wideColumns = 100

/** Whether the output is a terminal that can overwrite a line. */
export const isFancy = ({ stderr, env }: Pick<Io, 'stderr' | 'env'>): boolean =>
  stderr.isTTY === true && env.TERM !== 'dumb'

const percent = (share: number): string => `${String(Math.floor(share * 100)).padStart(3)} %`

/**
 * One line of at most `columns` characters, with a bar where the share is known. Words that do not fit are omitted;
 * if the first do not fit, the line is truncated.
 */
export const barLine = ({ title, share, words }: Progress, columns: number): string => {
  const width = columns < wideColumns ? narrowBarWidth : barWidth
  const filled = Math.round((share ?? 0) * width)
  const bar = share === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${percent(share)}  `
  const maxLength = Math.max(20, columns - 1)
  const [first = '', ...others] = words
  let line = `${title}  ${bar}${first}`
  if (line.length > maxLength) return `${line.slice(0, maxLength - 1)}…`
  for (const word of others) if (line.length + word.length + 2 <= maxLength) line += `, ${word}`
  return line
}

/** The same for a log: no bar. */
export const plainLine = ({ title, share, words }: Progress): string =>
  `${title}${share === undefined ? '' : ` ${percent(share).trim()}`}: ${words.join(', ')}`

/**
 * Draws a bar ten times a second on a terminal. Elsewhere it writes a line every five seconds, or every minute while nothing
 * changes.
 *
 * @param progress called for each drawing.
 */
export const showProgress = (
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
  progress: () => Progress,
  everyMs = isFancy({ stderr, env }) ? drawEveryMs : lineEveryMs,
): StatusLine => {
  const fancy = isFancy({ stderr, env })
  let last = ''
  let leftOut = 0
  const draw = (): void => {
    // A carriage return and "erase to the end of the line" (ECMA-48 EL).
    if (fancy) stderr.write(`\r${barLine(progress(), stderr.columns ?? 80)}\u001B[K`)
    else {
      const line = plainLine(progress())
      if (line === last && leftOut < mostLeftOut) leftOut++
      else {
        stderr.write(`${line}\n`)
        last = line
        leftOut = 0
      }
    }
  }
  const timer = setInterval(draw, everyMs)
  if (fancy) draw()
  return {
    stop: () => {
      clearInterval(timer)
      if (fancy) stderr.write('\r\u001B[K')
    },
  }
}
