import type { Rejects } from '../import/rejects.ts'
import type { ImportEnd } from '../import/run.ts'
import { counted } from '../relay/operations/status/view/words.ts'

const again = 'run the same command again to continue; nothing is done twice'

const waits = (waiting: number | undefined): string =>
  waiting === undefined
    ? 'the queued records wait'
    : `${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}`

interface NextStepsFacts {
  rejected: number
  unmatched: number
  /** Number of tokens left out because the import has a newer one for the same profile. */
  older: number
  rejects: Rejects | undefined
  /** The name of the store; undefined for a dry run. */
  store: string | undefined
  isDry: boolean
}

/** The remaining steps after an import, one line each; empty when there are none. */
export const nextSteps = (
  { how, failure, waiting, refusedBefore = 0 }: ImportEnd,
  { rejected, unmatched, older, rejects, store, isDry }: NextStepsFacts,
): string => {
  const lines: string[] = []
  if (how === 'interrupted') lines.push(isDry ? 'interrupted' : `interrupted: ${waits(waiting)} in the store; ${again}`)
  if (how === 'failed') lines.push(isDry ? `${failure}` : `${failure}; ${waits(waiting)} in the store, then ${again}`)
  if (how === 'refused')
    lines.push(`CleverTap refuses the credentials: run pushferry check; ${waits(waiting)} in the store, then ${again}`)
  if (how === 'late') lines.push(`${waits(waiting)} in ${store}, for a running relay or for the same command again`)
  if (how === 'enqueued' && !isDry && waiting !== undefined && waiting > 0)
    lines.push(`${waits(waiting)} in ${store} for a relay to upload; pushferry status shows the progress`)
  if (older > 0)
    lines.push(
      `${counted(older, 'token')} ${older === 1 ? 'was' : 'were'} left out, because a profile has one token and the import has a newer one for it`,
    )
  const listed = [
    ...(rejected > 0 ? [counted(rejected, 'rejected row')] : []),
    ...(unmatched > 0 ? [counted(unmatched, 'unmatched row')] : []),
  ].join(' and ')
  if (listed !== '' && rejects)
    lines.push(
      `${listed} ${rejected + unmatched === 1 ? 'is' : 'are'} in ${rejects.paths.join(', ')}: fix and import them`,
    )
  if (listed !== '' && !rejects)
    lines.push(
      `--rejects FILE writes the ${unmatched === 0 ? 'rejected' : rejected === 0 ? 'unmatched' : 'rejected and unmatched'} rows to a file, each with its line and reason`,
    )
  if (refusedBefore > 0)
    lines.push(
      `${counted(refusedBefore, 'record')} of the store ${refusedBefore === 1 ? 'was' : 'were'} rejected by CleverTap before: pushferry rejected list`,
    )
  return lines.map((line) => `pushferry: ${line}\n`).join('')
}
