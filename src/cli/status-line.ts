import type { Io } from './io.ts'

/** Shows how something long-running stands, on stderr. */
export interface StatusLine {
  /** Stops showing it, and leaves the screen as if it had never been there. */
  stop(): void
}

/** What is shown: the share that is done, if that is known, and the words for it. */
export interface Standing {
  title: string
  /** From 0 to 1. */
  share: number | undefined
  words: string
}

const drawEveryMs = 100
const lineEveryMs = 5_000
const barWidth = 24

/** A terminal that can draw over a line. */
export const isFancy = ({ stderr, env }: Pick<Io, 'stderr' | 'env'>): boolean =>
  stderr.isTTY === true && env.TERM !== 'dumb'

const percent = (share: number): string => `${String(Math.floor(share * 100)).padStart(3)} %`

/** One line of at most `columns` characters, with a bar where the share is known. */
export const barLine = ({ title, share, words }: Standing, columns: number): string => {
  const filled = Math.round((share ?? 0) * barWidth)
  const bar = share === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${percent(share)}  `
  return `${title}  ${bar}${words}`.slice(0, Math.max(20, columns - 1))
}

/** The same for a log: no bar. */
export const plainLine = ({ title, share, words }: Standing): string =>
  `${title}${share === undefined ? '' : ` ${percent(share).trim()}`}: ${words}`

/**
 * Draws a bar ten times a second on a terminal; writes a line every five seconds anywhere else.
 *
 * @param standing is asked each time.
 */
export const showStanding = (
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
  standing: () => Standing,
  everyMs = isFancy({ stderr, env }) ? drawEveryMs : lineEveryMs,
): StatusLine => {
  const fancy = isFancy({ stderr, env })
  const draw = (): void => {
    // A carriage return and "erase to the end of the line" (ECMA-48 EL).
    stderr.write(fancy ? `\r${barLine(standing(), stderr.columns ?? 80)}\u001B[K` : `${plainLine(standing())}\n`)
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
