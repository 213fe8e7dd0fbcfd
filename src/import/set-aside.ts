import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { type Tally, tallyRejection, tallySkipped } from './tally.ts'

/**
 * Removes the rows that are never put. Counts rows that a vendor marks as dead or of another channel, counts and lists rows whose
 * key the join file does not have, and rejects rows whose key has several objectIds.
 */
export const setAside = (plans: readonly Plan[], tally: Tally, rejects: Rejects | undefined): Plan[] =>
  plans.map((plan) => ({
    ...plan,
    rows: async function* (onBytes) {
      for await (const rows of plan.rows(onBytes)) {
        if (rows.every(({ aside }) => aside === undefined)) {
          yield rows
          continue
        }
        for (const row of rows) {
          const { aside } = row
          if (aside === undefined) continue
          tally.read++
          if (aside.kind === 'skipped') tallySkipped(tally, aside.reason)
          else {
            if (aside.kind === 'unmatched') tally.unmatched++
            else tallyRejection(tally, { code: 530 })
            rejects?.add(plan.shape, row, { code: 530, reason: aside.reason })
          }
        }
        yield rows.filter(({ aside }) => aside === undefined)
      }
    },
  }))
