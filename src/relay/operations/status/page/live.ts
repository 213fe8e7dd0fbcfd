import type { PageState } from '../view/snapshot.ts'
import { clock, duration } from '../view/words.ts'
import { find, setAttribute, setText } from './find.ts'

/** The page says so when it has heard nothing for this long, in ms: the relay speaks every two seconds. */
const silenceMs = 8_000

/**
 * Listens to the relay for as long as the page can be seen, and says how fresh the page is. A page that has lost the
 * relay is marked, because old numbers look just like good ones.
 */
export const listen = (onState: (state: PageState) => void): void => {
  const freshness = find('[data-freshness]')
  let source: EventSource | undefined
  let heardAt: number | undefined
  /** By the relay's clock, so that a printed page says of when it is. */
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
  // A stream that was refused (the relay restarts, the key has changed) is closed for good by the browser.
  setInterval(() => {
    showFreshness()
    if (!document.hidden && source?.readyState === EventSource.CLOSED) open()
  }, 2_000)
  open()
}
