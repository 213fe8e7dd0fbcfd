import type { PageState } from '../view/snapshot.ts'
import { clock, duration } from '../view/words.ts'

/** The page says that it is stale after this time without an event, in ms. The relay sends one every two seconds. */
const silenceMs = 8_000

/** Connection to the relay. */
export interface Connection {
  /** How old the numbers are; undefined until the first event. By the relay's clock, so that a printed page shows its date. */
  freshness(): string | undefined
  /** Whether the page is stale. It is marked then, because old numbers look like current ones. */
  isLost(): boolean
}

/** Listens to the relay while the page is visible. Calls `onTick` every two seconds, and `onState` for each event. */
export const listen = (
  account: string,
  { onState, onTick }: { onState: (state: PageState) => void; onTick: () => void },
): Connection => {
  let source: EventSource | undefined
  let heardAt = performance.now()
  let generatedAt: number | undefined

  const open = (): void => {
    if (source && source.readyState !== EventSource.CLOSED) return
    source = new EventSource(`status/events?account=${encodeURIComponent(account)}`)
    source.addEventListener('message', ({ data }) => {
      heardAt = performance.now()
      const state = JSON.parse(data) as PageState // sent by our own server
      generatedAt = state.generatedAt
      onState(state)
    })
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) source?.close()
    else open()
  })
  // After a refusal (the relay restarts, the key has changed) the browser closes the stream and does not reconnect.
  setInterval(() => {
    onTick()
    if (!document.hidden) open()
  }, 2_000)
  open()

  const silentFor = (): number => performance.now() - heardAt
  const isLost = (): boolean => silentFor() > silenceMs
  return {
    isLost,
    freshness: () => {
      if (isLost()) return `No update from the relay for ${duration(silentFor())}`
      return generatedAt === undefined ? undefined : `Live, ${clock(generatedAt, { seconds: true })}`
    },
  }
}
