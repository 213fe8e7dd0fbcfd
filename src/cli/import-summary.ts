import { malformed, type RejectionCode } from '../import/row.ts'
import type { ImportEnd } from '../import/run.ts'
import { rejectedIn, type Tally } from '../import/tally.ts'
import { meaningOf } from '../relay/clevertap/code-meanings.ts'
import { count } from '../relay/operations/status/view/words.ts'
import { type RecordCode, recordProblems } from '../wire/problem.ts'
import type { Paint } from './paint.ts'

const isRecordCode = (code: RejectionCode): code is RecordCode => Object.hasOwn(recordProblems, code)

const meaning = (code: RejectionCode): string => {
  if (code === malformed) return 'the row cannot be read'
  return isRecordCode(code) ? recordProblems[code] : meaningOf(code).meaning
}

/** The order of codes in a table: malformed rows first, then by number. */
const inOrder = ({ rejected }: Tally): [RejectionCode, number][] =>
  [...rejected].sort(([one], [other]) => (one === malformed ? -1 : other === malformed ? 1 : one - other))

/** The output of `--json`, with exactly the documented members. */
export const summaryJson = (tally: Tally): string => {
  const { read, queued, unchanged, unmatched } = tally
  const rejected = Object.fromEntries(inOrder(tally))
  const skipped = Object.fromEntries(tally.skipped)
  return `${JSON.stringify({ read, queued, unchanged, rejected, skipped, unmatched })}\n`
}

/** The table at the end of an import: rows by outcome and code. */
export const summaryTable = (tally: Tally, { how, isDry }: { how: ImportEnd['how']; isDry: boolean }, paint: Paint) => {
  const { read, queued, unchanged } = tally
  const rejected = rejectedIn(tally)
  const width = Math.max(9, count(read).length)
  const line = (name: string, n: number, words = ''): string =>
    `${name.padEnd(12)}${count(n).padStart(width)}${words === '' ? '' : `  ${words}`}\n`
  const whyUnchanged = isDry ? 'another row has their objectId' : 'the store has a token for them'
  const accepted = how === 'uploaded' && queued > 0 ? 'CleverTap accepted them' : ''
  return [
    line('read', read),
    line(isDry ? 'good' : 'queued', queued, accepted),
    isDry && unchanged === 0 ? '' : line('unchanged', unchanged, unchanged > 0 ? whyUnchanged : ''),
    rejected > 0 ? paint.bad(line('rejected', rejected)) : line('rejected', rejected),
    ...inOrder(tally).map(([code, n]) => line(`  ${code}`, n, meaning(code))),
    ...[...tally.skipped].map(([reason, n]) => line('skipped', n, reason)),
    tally.unmatched > 0
      ? paint.bad(line('unmatched', tally.unmatched, 'the join file has no CleverTap ID for them'))
      : '',
  ].join('')
}
