import type { PgPool } from './driver.ts'
import { storeErrorOf } from './failure.ts'
import { sql } from './statements.ts'

/** How long a vacuum may take, in ms. */
const vacuumTimeMs = 600_000

/**
 * Makes a function that takes rows that were deleted out of the tables and their indexes. It resolves when a vacuum that
 * began after the call is over; calls that come while one is under way share the next.
 */
export const createCleanUp = (pool: PgPool): (() => Promise<void>) => {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const vacuum = async (): Promise<void> => {
    try {
      const client = await pool.connect()
      try {
        await client.query({ text: sql.vacuum, query_timeout: vacuumTimeMs })
        client.release()
      } catch (error) {
        client.release(true)
        throw error
      }
    } catch (error) {
      throw storeErrorOf(error)
    }
  }
  const begin = (): Promise<void> => {
    const started = vacuum().finally(() => {
      if (running === started) running = undefined
    })
    running = started
    return started
  }

  return () => {
    if (!running) return begin()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return begin()
      })
    return next
  }
}
