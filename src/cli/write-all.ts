import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { TextOutput } from './io.ts'

/** Writes a string. Resolves when the output can take more, so that a slow reader of a pipe does not fill the memory. */
export const writeAll = async (output: TextOutput, text: string): Promise<void> => {
  const isBelowLimit = output.write(text)
  // process-io.ts handles errors of standard output.
  if (isBelowLimit === false && output instanceof Writable) await once(output, 'drain').catch(() => {})
}
