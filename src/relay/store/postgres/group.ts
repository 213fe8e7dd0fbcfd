import { StoreError } from '../errors.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { isOfItsData, storeErrorOf } from './failure.ts'
import { readKnown } from './known.ts'
import type { NumberWriter } from './numbers.ts'
import type { Job } from './operation.ts'
import type { Room } from './room.ts'
import { takeable, takeQuery } from './take.ts'
import { createWork } from './work.ts'

export interface GroupOptions {
  maxQueued: number
  maxUnproved: number
  now: () => number
  /** Is told after a commit how many records it took in, by account. */
  onTaken: (rows: ReadonlyMap<string, number>) => void
}

const accountsOf = (jobs: readonly Job[]): Set<string> => {
  const names = new Set<string>()
  for (const { operation } of jobs) {
    for (const { account } of operation.keys) names.add(account)
    for (const account of operation.counted ?? []) names.add(account)
  }
  return names
}

/**
 * Makes what runs a group of operations and answers whoever waits for them, each after the commit.
 *
 * Records of people who are not known yet are taken in one round trip; see migrations/postgres-take.ts. For the others
 * there is a transaction of two: it reads all their rows, lets the operations run on them here, and writes all that came of
 * it. The first is tried only after a group of which at least half were new: repeats of what is known would pay for both.
 *
 * Nothing is locked between reading and writing. What is written is first claimed as it was read; where another process
 * was quicker, the whole group is read and run again. So a row is only ever replaced by somebody who has seen it: of two
 * relays that take the same objectId at the same moment, one is first and the other replaces what that one wrote.
 *
 * One operation that the database refuses does not take the others with it: they are then tried one by one.
 */
export const createGroupRun = (
  { transact }: Transactions,
  numbers: NumberWriter,
  room: Room,
  { maxQueued, maxUnproved, now, onTaken }: GroupOptions,
): ((jobs: readonly Job[]) => Promise<void>) => {
  let expectsNew = true

  const tellTaken = (jobs: readonly Job[]): void => {
    const taken = new Map<string, number>()
    for (const { operation } of jobs)
      for (const { entry } of operation.fresh?.rows ?? []) taken.set(entry.account, (taken.get(entry.account) ?? 0) + 1)
    if (taken.size > 0) onTaken(taken)
  }

  /** Answers the jobs that `take` could do, and gives the others, in their order. */
  const takeNew = async (jobs: readonly Job[]): Promise<readonly Job[]> => {
    const fresh = expectsNew ? takeable(jobs) : []
    if (fresh.length === 0) return jobs
    const rows = fresh.map(({ operation }) => operation.fresh?.rows ?? [])
    const at = Math.floor(now())
    const prunes = numbers.prunes([...accountsOf(fresh)].map(accountNumber), at)
    if (prunes.length > 0) await transact(async () => ({ result: undefined, last: prunes }))
    const isAmple = await room.isAmple(fresh.flatMap(({ operation }) => operation.counted ?? []).map(accountNumber))
    const most = isAmple ? undefined : maxQueued
    const passed = await transact(async () => ({
      last: [...addAccounts(accountsOf(fresh)), takeQuery(rows, { now: at, most, share: numbers.share })],
      isRepeatable: true,
      resultOf: (answers) => rowsFrom<{ passed: readonly number[] }>(answers.at(-2))[0]?.passed ?? [],
    }))
    const left = new Set(passed)
    const done = left.size === 0 ? fresh : fresh.filter((_, at) => !left.has(at))
    for (const { operation, resolve } of done) resolve(operation.fresh?.result as never)
    tellTaken(done)
    if (done.length === jobs.length) return []
    const answered = new Set(done)
    return jobs.filter((job) => !answered.has(job))
  }

  /** Runs jobs on their rows and gives those among them whose rows were all new. */
  const runSeen = async (jobs: readonly Job[]): Promise<readonly Job[]> => {
    let wereNew: readonly Job[] = []
    const answers = await transact(async ({ ask }) => {
      const group = jobs.map(({ operation }) => operation)
      const work = createWork({ ...(await readKnown(group, ask, maxUnproved)), now: Math.floor(now()) })
      const isNew = (key: Job['operation']['keys'][number]): boolean =>
        work.find({ account: accountNumber(key.account), objectId: key.objectId }) === undefined
      wereNew = jobs.filter(({ operation: { fresh, keys } }) => fresh && keys.every(isNew))
      const results = group.map((one): { value: unknown } | { refusal: StoreError } => {
        try {
          return { value: one.run(work) }
        } catch (error) {
          if (error instanceof StoreError) return { refusal: error }
          throw error
        }
      })
      const own = group.flatMap(({ writes }) => writes ?? [])
      const last = [...work.writes(), ...own, ...numbers.writes(work.delta, work.now)]
      return {
        result: results,
        last: last.length > 0 ? [...addAccounts(accountsOf(jobs)), ...last] : 'nothing to keep',
      }
    })
    jobs.forEach((job, at) => {
      const answer = answers[at]
      if (answer && 'refusal' in answer) job.reject(answer.refusal)
      else job.resolve(answer?.value as never)
    })
    tellTaken(jobs.filter((_, at) => !(answers[at] && 'refusal' in answers[at])))
    return wereNew
  }

  const run = async (jobs: readonly Job[]): Promise<void> => {
    let waiting = jobs
    try {
      waiting = await takeNew(jobs)
      const taken = jobs.length - waiting.length
      const wereNew = waiting.length > 0 ? await runSeen(waiting) : []
      const puts = jobs.filter(({ operation }) => operation.fresh).length
      if (puts > 0) expectsNew = (taken + wereNew.length) * 2 >= puts
    } catch (error) {
      const failure = storeErrorOf(error)
      if (waiting.length > 1 && isOfItsData(failure)) for (const job of waiting) await run([job])
      else for (const job of waiting) job.reject(failure)
    }
  }
  return run
}
