import { type Dispatcher, fetch, type Headers, type RequestInit } from 'undici'

/** The parts of an answer that the checks use, or the reason why there is no answer. */
export type Answer =
  | { kind: 'answer'; status: number; headers: Headers; text: string; url: URL }
  | { kind: 'none'; reason: string }

/** Requests a URL. Never rejects. */
export type Ask = (url: URL, init?: RequestInit) => Promise<Answer>

const maxCharacters = 4_000_000

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : error.message
}

/** Uses undici's `fetch`, because Node's own ignores HTTPS_PROXY before Node 24. The timeout covers the whole answer. */
export const createAsk =
  (timeoutMs: number, dispatcher: Dispatcher | undefined): Ask =>
  async (url, init) => {
    try {
      const response = await fetch(url, {
        ...init,
        ...(dispatcher ? { dispatcher } : {}),
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = (await response.text()).slice(0, maxCharacters)
      return {
        kind: 'answer',
        status: response.status,
        headers: response.headers,
        text,
        url: new URL(response.url || url),
      }
    } catch (error) {
      return { kind: 'none', reason: reasonOf(error) }
    }
  }

/** Whether browsers allow service workers on an origin: https, or http on this machine. */
export const isSecure = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)

/** Whether browsers run an answer as a script of a worker (HTML standard: a JavaScript MIME type). */
export const isJavaScript = (headers: Headers): boolean =>
  /^\s*(text|application)\/(x-)?(java|ecma)script\s*(;|$)/i.test(headers.get('content-type') ?? '')

export const typeOf = (headers: Headers): string => headers.get('content-type') ?? 'no content type'
