import type { Settlement } from '../port.ts'
import { settle as settleOne } from '../rules/results.ts'
import { keyOf } from './intake.ts'
import type { Operation } from './operation.ts'

/** See Store.settle. */
export const settle = (holder: string, settlements: readonly Settlement[]): Operation<void> => ({
  keys: settlements,
  run: (work) => {
    for (const one of settlements) settleOne(work, keyOf(one), holder, one)
  },
})
