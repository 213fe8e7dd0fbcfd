import { writeFileSync } from 'node:fs'
import { beforeEach, onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

/** Gives each test of a file its own folder. `write` makes a file in it and returns its path. */
export const useFolder = () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
    onTestFinished(() => folder.remove())
  })
  return {
    file: (name: string): string => folder.file(name),
    write: (name: string, content: string | Uint8Array): string => {
      writeFileSync(folder.file(name), content)
      return folder.file(name)
    },
  }
}

/** Records as NDJSON. */
export const ndjson = (...records: unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('')
