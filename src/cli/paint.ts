import type { Io, TextOutput } from './io.ts'

/** Colours for important parts of the output. */
export interface Paint {
  good(text: string): string
  bad(text: string): string
}

/** Colours on a terminal that can show them, and never with NO_COLOR (no-color.org). */
export const paintFor = (output: TextOutput, env: Io['env']): Paint => {
  const isOn = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const colour =
    (code: number) =>
    (text: string): string =>
      isOn ? `\u001B[${code}m${text}\u001B[0m` : text
  return { good: colour(32), bad: colour(31) }
}
