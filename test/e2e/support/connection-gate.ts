/** Lets callers wait until a connection is open. */
export interface ConnectionGate {
  open(): void
  close(): void
  /** Resolves while open. @throws Error after `timeoutMs`. */
  wait(timeoutMs?: number): Promise<void>
}

export const createConnectionGate = (name: string): ConnectionGate => {
  let isOpen = false
  const waiting = new Set<() => void>()
  return {
    open() {
      isOpen = true
      for (const resolve of waiting) resolve()
    },
    close() {
      isOpen = false
    },
    wait(timeoutMs = 120_000) {
      if (isOpen) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(finish)
          reject(new Error(`${name} did not connect within ${timeoutMs} ms`))
        }, timeoutMs)
        const finish = () => {
          clearTimeout(timer)
          waiting.delete(finish)
          resolve()
        }
        waiting.add(finish)
      })
    },
  }
}
