import type { Completion } from '../port.ts'
import { complete as completeOne } from '../rules/results.ts'
import { keyOf } from './intake.ts'
import type { Operation } from './operation.ts'

/** See Store.complete. */
export const complete = (holder: string, completions: readonly Completion[]): Operation<void> => ({
  keys: completions,
  run: (work) => {
    for (const one of completions) completeOne(work, keyOf(one), holder, one)
  },
})
