import { afterEach } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { account, createRig, type Rig, type RigOptions, type StoreKind } from './rig.ts'

/** Makes rigs for the tests of a suite. Each ends with its test. */
export const useRig = (kind?: StoreKind) => {
  const rigs: Rig[] = []
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.end()
  })
  /** The rig that was set up last. */
  const rig = (): Rig => {
    const last = rigs.at(-1)
    if (!last) throw new Error('the rig exists only after `setUp`')
    return last
  }
  return {
    rig,
    setUp: async (options: RigOptions = {}): Promise<Rig> => {
      rigs.push(await createRig({ ...(kind ? { kind } : {}), ...options }))
      return rig()
    },
    counts: (): ReturnType<Store['counts']> => rig().store.counts(account),
  }
}
