import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Processes of this machine whose command line or environment contains a string, such as a temporary folder's path. */
const processesThatName = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
        return words.includes(text) ? [`process ${pid}: ${words.split('\0')[0]}`] : []
      } catch {
        return [] // it has ended, or belongs to another user
      }
    })

/** The remains of a stopped browser or daemon: its folder, and every process that still names it. */
export const leftBehind = (folder: string): string[] => [
  ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ...processesThatName(folder),
]
