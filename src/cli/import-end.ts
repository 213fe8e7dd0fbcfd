import type { Rejects } from '../import/rejects.ts'
import type { ImportEnd } from '../import/run.ts'
import { counted } from '../relay/operations/status/view/words.ts'

const again = 'run the same command again to go on; nothing is done twice'

const waits = (waiting: number | undefined): string =>
  waiting === undefined ? 'what is queued waits' : `${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}`

/** What is left to do after an import, a line for each thing; empty when there is nothing. */
export const nextSteps = (
  { how, failure, waiting, refusedBefore = 0 }: ImportEnd,
  { rejected, rejects, isDry }: { rejected: number; rejects: Rejects | undefined; isDry: boolean },
): string => {
  const lines: string[] = []
  if (how === 'interrupted') lines.push(isDry ? 'interrupted' : `interrupted: ${waits(waiting)} in the store; ${again}`)
  if (how === 'failed') lines.push(isDry ? `${failure}` : `${failure}; ${waits(waiting)} in the store, then ${again}`)
  if (how === 'refused')
    lines.push(`CleverTap refuses the credentials: run pushferry check; ${waits(waiting)} in the store, then ${again}`)
  if (how === 'late') lines.push(`${waits(waiting)} in the store, for a running relay or for the same command again`)
  if (how === 'enqueued' && !isDry && waiting !== undefined && waiting > 0)
    lines.push(`${waits(waiting)} in the store for a relay to upload; pushferry status shows how that goes`)
  if (rejected > 0 && rejects)
    lines.push(
      `${counted(rejected, 'rejected row')} ${rejected === 1 ? 'is' : 'are'} in ${rejects.paths.join(', ')}: mend and import that`,
    )
  if (rejected > 0 && !rejects)
    lines.push('--rejects FILE writes the rejected rows to a file, each with its line and reason')
  if (refusedBefore > 0)
    lines.push(
      `${counted(refusedBefore, 'record')} of the store ${refusedBefore === 1 ? 'was' : 'were'} rejected by CleverTap before: pushferry rejected list`,
    )
  return lines.map((line) => `pushferry: ${line}\n`).join('')
}
