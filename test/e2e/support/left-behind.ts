import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Processes of this machine whose command line or environment names the text, such as a temporary folder. */
const processesThatName = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
        return words.includes(text) ? [`process ${pid}: ${words.split('\0')[0]}`] : []
      } catch {
        return [] // gone meanwhile, or somebody else's
      }
    })

/** What a stopped browser or daemon should have taken with it: its folder, and every process that knew of it. */
export const leftBehind = (folder: string): string[] => [
  ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ...processesThatName(folder),
]
