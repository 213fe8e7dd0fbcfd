import type { Simulator } from './simulator.ts'

type Condition = (simulator: Simulator) => boolean

/** Holds those who wait for something to have happened. */
export interface WaitingRoom {
  until(simulator: Simulator, condition: Condition, timeoutMs: number): Promise<void>
  /** Something has happened: lets go whoever waited for it. */
  look(): void
}

export const createWaitingRoom = (): WaitingRoom => {
  const waiting = new Set<() => void>()
  return {
    until: (simulator, condition, timeoutMs) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          waiting.delete(check)
          clearTimeout(timer)
          settle()
        }
        const check = (): void => {
          try {
            if (condition(simulator)) finish(resolve)
          } catch (error) {
            finish(() => reject(error))
          }
        }
        const expire = (): void =>
          finish(() => reject(new Error(`not within ${timeoutMs} ms: ${JSON.stringify(simulator.counts)}`)))
        const timer = setTimeout(expire, timeoutMs)
        waiting.add(check)
        check()
      }),
    look: () => {
      for (const check of [...waiting]) check()
    },
  }
}
