import { Pool } from 'undici'
import { kinds } from '../support/records.mjs'

/**
 * Posts live records at a fixed rate, without waiting for answers. Returns a function that stops it and resolves to the latencies
 * in ms.
 *
 * @param {string} url
 * @param {number} perSecond
 */
export const postSteadily = (url, perSecond) => {
  const pool = new Pool(url, { connections: 16 })
  const { path, headers, body } = kinds.upload
  const took = []
  let failed = 0
  const one = async () => {
    const from = performance.now()
    const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body: body(1) })
    await answer.dump()
    took.push(performance.now() - from)
    if (statusCode >= 300) failed++
  }
  const pending = new Set()
  const timer = setInterval(() => {
    const call = one().catch(() => failed++)
    pending.add(call)
    call.finally(() => pending.delete(call))
  }, 1000 / perSecond)
  return async () => {
    clearInterval(timer)
    await Promise.all(pending)
    await pool.destroy()
    took.sort((a, b) => a - b)
    const at = (share) => took[Math.floor(took.length * share)] ?? 0
    return { requests: took.length, failed, p50: at(0.5), p99: at(0.99) }
  }
}
