import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'

/** A question of `pushferry init`. */
export interface Question {
  text: string
  isSecret?: true
  /** Why an answer is invalid; `undefined` for a valid one. */
  refuse: (answer: string) => string | undefined
}

/** Asks questions on a terminal. Does not show a secret while it is typed. */
export const createAsker = (io: Io): { ask: (question: Question) => Promise<string>; close: () => void } => {
  let isMuted = false
  const output = new Writable({
    write: (piece, _, done) => {
      if (!isMuted) io.stderr.write(String(piece))
      done()
    },
  })
  const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true })
  // Not `question`, because it loses input that is pasted or typed ahead between two questions.
  const answers = lines[Symbol.asyncIterator]()
  let isClosed = false
  lines.once('close', () => {
    isClosed = true
  })
  const prompt = (question: string): void => {
    lines.setPrompt(question)
    // Answers may still be buffered after the input has ended; from Node 24 on a closed interface throws when it prompts.
    if (isClosed) io.stderr.write(question)
    else lines.prompt()
  }
  return {
    ask: async ({ text, isSecret, refuse }) => {
      for (;;) {
        prompt(`${text}: `)
        isMuted = isSecret === true
        const { value, done } = await answers.next()
        if (done) throw new CliError('the input ended before all questions were answered. Nothing was written', 1)
        const answer = value.trim()
        isMuted = false
        if (isSecret) io.stderr.write('\n')
        const reason = refuse(answer)
        if (reason === undefined) return answer
        io.stderr.write(`  It ${reason}.\n`)
      }
    },
    close: () => lines.close(),
  }
}
