import type { Simulator } from './simulator.ts'

type Condition = (simulator: Simulator) => boolean

/** The conditions that callers of `Simulator.until` wait for. */
export interface Conditions {
  until(simulator: Simulator, condition: Condition, timeoutMs: number): Promise<void>
  /** Checks all conditions again, because the state has changed. */
  check(): void
}

export const createConditions = (): Conditions => {
  const waiting = new Set<() => void>()
  return {
    until: (simulator, condition, timeoutMs) =>
      new Promise((resolve, reject) => {
        const finish = (end: () => void): void => {
          waiting.delete(check)
          clearTimeout(timer)
          end()
        }
        const check = (): void => {
          try {
            if (condition(simulator)) finish(resolve)
          } catch (error) {
            finish(() => reject(error))
          }
        }
        const expire = (): void =>
          finish(() =>
            reject(
              new Error(
                `the condition did not become true within ${timeoutMs} ms: ${JSON.stringify(simulator.counts)}`,
              ),
            ),
          )
        const timer = setTimeout(expire, timeoutMs)
        waiting.add(check)
        check()
      }),
    check: () => {
      for (const check of [...waiting]) check()
    },
  }
}
