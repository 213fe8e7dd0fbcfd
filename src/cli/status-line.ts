import type { Io } from './io.ts'

/** Shows how something long-running stands, on stderr. */
export interface StatusLine {
  /** Stops showing it, and leaves the screen as if it had never been there. */
  stop(): void
}

/** What is shown: the share that is done, if that is known, and the words for it, the most telling ones first. */
export interface Standing {
  title: string
  /** From 0 to 1. */
  share: number | undefined
  words: readonly string[]
}

const drawEveryMs = 100
const lineEveryMs = 5_000
/** A line of a log that would say the same as the last one is left out so many times in a row: a minute. */
const mostLeftOut = 11
const barWidth = 24
const narrowBarWidth = 8
/** From so many columns on, there is room for a bar in full beside the words. */
const wideColumns = 100

/** A terminal that can draw over a line. */
export const isFancy = ({ stderr, env }: Pick<Io, 'stderr' | 'env'>): boolean =>
  stderr.isTTY === true && env.TERM !== 'dumb'

const percent = (share: number): string => `${String(Math.floor(share * 100)).padStart(3)} %`

/**
 * One line of at most `columns` characters, with a bar where the share is known. Words that find no room are left out; only
 * the first of them are cut short instead.
 */
export const barLine = ({ title, share, words }: Standing, columns: number): string => {
  const width = columns < wideColumns ? narrowBarWidth : barWidth
  const filled = Math.round((share ?? 0) * width)
  const bar = share === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${percent(share)}  `
  const room = Math.max(20, columns - 1)
  const [first = '', ...others] = words
  let line = `${title}  ${bar}${first}`
  if (line.length > room) return `${line.slice(0, room - 1)}…`
  for (const word of others) if (line.length + word.length + 2 <= room) line += `, ${word}`
  return line
}

/** The same for a log: no bar. */
export const plainLine = ({ title, share, words }: Standing): string =>
  `${title}${share === undefined ? '' : ` ${percent(share).trim()}`}: ${words.join(', ')}`

/**
 * Draws a bar ten times a second on a terminal; anywhere else it writes a line every five seconds, or every minute while it
 * would say the same.
 *
 * @param standing is asked each time.
 */
export const showStanding = (
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
  standing: () => Standing,
  everyMs = isFancy({ stderr, env }) ? drawEveryMs : lineEveryMs,
): StatusLine => {
  const fancy = isFancy({ stderr, env })
  let last = ''
  let leftOut = 0
  const draw = (): void => {
    // A carriage return and "erase to the end of the line" (ECMA-48 EL).
    if (fancy) stderr.write(`\r${barLine(standing(), stderr.columns ?? 80)}\u001B[K`)
    else {
      const line = plainLine(standing())
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
