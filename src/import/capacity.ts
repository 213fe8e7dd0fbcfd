import { StoreError } from '../relay/store/errors.ts'
import type { NewEntry, PutResult } from '../relay/store/port.ts'
import { ImportError } from './error.ts'
import { isRefused, lookEveryMs, nap, type WaitParts } from './until-uploaded.ts'

export interface FittingPutParts {
  put: (entries: readonly NewEntry[]) => Promise<readonly PutResult[]>
  store: Parameters<typeof isRefused>[0]['store']
  account: string
  /** Undefined: another process uploads. */
  uploads: WaitParts['uploads'] | undefined
  /** Longest wait for free capacity, in ms; undefined: no limit. */
  waitMs: number | undefined
  signal: AbortSignal
  /** Called when a wait begins and when it ends. */
  onFull: (isFull: boolean) => void
  /** Monotonic ms. */
  elapsed?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

const full = 'the queue is full (PUSHFERRY_MAX_QUEUED)'

/**
 * Makes a put that stores as many of the first entries as fit into the queue. It halves a call that does not fit, and doubles
 * the size again after a call that was stored, so an import also works when PUSHFERRY_MAX_QUEUED is smaller than one call. If
 * not even one entry fits, it waits half a second and resolves to no results.
 *
 * @throws ImportError (`failed`) when the queue is full and CleverTap refuses the credentials, or after a wait of `waitMs`.
 */
export const createFittingPut = ({
  put,
  store,
  account,
  uploads,
  waitMs = Number.POSITIVE_INFINITY,
  signal,
  onFull,
  elapsed = () => performance.now(),
  wait = nap,
}: FittingPutParts): FittingPutParts['put'] => {
  let most = Number.POSITIVE_INFINITY
  let fullSince: number | undefined

  const waitForCapacity = async (): Promise<void> => {
    fullSince ??= elapsed()
    onFull(true)
    if (uploads && (await isRefused({ store, account, uploads })))
      throw new ImportError('failed', `${full}, and CleverTap refuses the credentials: run pushferry check`)
    if (elapsed() - fullSince >= waitMs)
      throw new ImportError('failed', `${full}, and the wait of --wait is over: start a relay that uploads`)
    await wait(lookEveryMs, signal)
  }
  return async (entries) => {
    const piece = entries.slice(0, most)
    try {
      const results = await put(piece)
      most *= 2
      fullSince = undefined
      onFull(false)
      return results
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'full') throw error
      most = Math.ceil(piece.length / 2)
      if (piece.length === 1) await waitForCapacity()
      return []
    }
  }
}
