import type { PageState } from '../view/snapshot.ts'
import { clock, duration } from '../view/words.ts'
import { find, setAttribute, setText } from './find.ts'

/** The page says that it is stale after this time without an event, in ms. The relay sends one every two seconds. */
const silenceMs = 8_000

/**
 * Listens to the relay while the page is visible, and shows how old the numbers are. A page without a connection is
 * marked, because old numbers look like current ones.
 */
export const listen = (onState: (state: PageState) => void): void => {
  const freshness = find('[data-freshness]')
  let source: EventSource | undefined
  let heardAt: number | undefined
  /** Shows the time by the relay's clock, so that a printed page shows its date. */
  let spokenAt: number | undefined
  const openedAt = performance.now()

  const showFreshness = (): void => {
    const silentFor = performance.now() - (heardAt ?? openedAt)
    const lost = silentFor > silenceMs
    setAttribute(document.body, 'data-lost', String(lost))
    if (lost) setText(freshness, `No word from the relay for ${duration(silentFor)}`)
    else if (spokenAt !== undefined) setText(freshness, `Live, ${clock(spokenAt, { seconds: true })}`)
  }
  const open = (): void => {
    if (source && source.readyState !== EventSource.CLOSED) return
    source = new EventSource(`status/events?account=${encodeURIComponent(document.body.dataset.account ?? '')}`)
    source.addEventListener('message', ({ data }) => {
      heardAt = performance.now()
      const state = JSON.parse(data) as PageState // our own server's words
      spokenAt = state.generatedAt
      onState(state)
      showFreshness()
    })
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) source?.close()
    else open()
  })
  // After a refusal (the relay restarts, the key has changed) the browser closes the stream for good.
  setInterval(() => {
    showFreshness()
    if (!document.hidden && source?.readyState === EventSource.CLOSED) open()
  }, 2_000)
  open()
}
