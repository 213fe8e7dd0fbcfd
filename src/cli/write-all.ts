import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { TextOutput } from './io.ts'

/** Writes a string, and waits while the reader of a pipe is slower. */
export const writeAll = async (output: TextOutput, text: string): Promise<void> => {
  const isBelowLimit = output.write(text)
  // process-io.ts handles errors of standard output.
  if (isBelowLimit === false && output instanceof Writable) await once(output, 'drain').catch(() => {})
}
