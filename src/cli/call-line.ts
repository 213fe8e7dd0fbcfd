import { fingerprint } from '../relay/keys/fingerprint.ts'
import type { Call } from '../simulator/index.ts'

/** Up to this number of tokens are listed individually; a longer call shows counts by type. */
const shownTokens = 3

type TokenData = { id?: unknown; type?: unknown }

const tokenDataOf = (record: unknown): TokenData => {
  if (typeof record !== 'object' || record === null || !('tokenData' in record)) return {}
  const { tokenData } = record
  return typeof tokenData === 'object' && tokenData !== null ? tokenData : {}
}

const typeOf = ({ type }: TokenData): string =>
  typeof type === 'string' && /^[a-z]{1,10}$/.test(type) ? type : '(no type)'

const describeTokens = (records: readonly unknown[]): string => {
  const tokens = records.map(tokenDataOf)
  if (tokens.length <= shownTokens)
    return tokens
      .map((one) => `${typeOf(one)} ${typeof one.id === 'string' ? fingerprint(one.id) : '(no id)'}`)
      .join(', ')
  const counts = new Map<string, number>()
  for (const one of tokens) counts.set(typeOf(one), (counts.get(typeOf(one)) ?? 0) + 1)
  return [...counts].map(([type, count]) => `${type} ×${count}`).join(', ')
}

const describeAnswer = ({ status, processed, unprocessed, codes, refusal, fault }: Call): string => {
  const shown = status === null ? 'no answer' : String(status)
  const reasons = Object.entries(codes).map(([code, count]) => `${code} ×${count}`)
  const refused = unprocessed > 0 ? `, ${unprocessed} refused (${reasons.join(', ')})` : ''
  const detail = refusal ?? `${processed} processed${refused}`
  return `${shown}: ${detail}${fault ? `, fault ${fault}` : ''}`
}

/**
 * Describes a call in one line. Tokens appear as fingerprints, the same as in the relay's log; the passcode does not appear.
 */
export const callLine = (call: Call): string => {
  const { at, number, method, path, dryRun, size, records, tookMs, inFlight } = call
  const time = new Date(at).toISOString().slice(11, 23)
  const what = `${method} ${path.replace(/[^\w./-]/g, '?').slice(0, 60)}${dryRun ? '?dryRun=1' : ''}`
  const sent = size === 0 ? '' : ` ${size} ${size === 1 ? 'record' : 'records'} [${describeTokens(records)}]`
  return `${time} #${number} ${what}${sent} -> ${describeAnswer(call)} (${tookMs} ms, ${inFlight} in flight)`
}
