import type { ClevertapClient } from '../relay/clevertap/client.ts'
import { readAnswer } from '../relay/clevertap/outcome.ts'
import type { Probe } from './check-probes.ts'

/** CleverTap's answer to one probe. */
export type ProbeVerdict =
  | { kind: 'accepted' }
  | { kind: 'refused'; code: number; message: string }
  /** The answer does not say. `reason` is a system error code or a few words. */
  | { kind: 'unclear'; reason: string }

export interface ProbeAnswer {
  probe: Probe
  verdict: ProbeVerdict
}

/** The results for one account. There are fewer answers than probes when `askProbes` stopped early. */
export interface ProbeAnswers {
  credentials: 'accepted' | 'refused' | 'unknown'
  answers: readonly ProbeAnswer[]
}

/** Number of retries of a probe while a running relay or another program uses all of the account's slots. */
const maxThrottled = 5
const throttledMs = 1000

const askOne = async (
  probe: Probe,
  client: ClevertapClient,
  wait: (ms: number) => Promise<unknown>,
): Promise<ProbeVerdict | 'unauthorized'> => {
  for (let tries = 1; ; tries++) {
    const read = readAnswer(await client.upload([probe.record], { dryRun: true }), [probe.record], Date.now())
    switch (read.kind) {
      case 'unauthorized':
        return 'unauthorized'
      case 'poisoned':
        return { kind: 'refused', code: read.error.code, message: read.error.message }
      case 'failed':
        return { kind: 'unclear', reason: read.reason }
      case 'throttled':
        if (tries > maxThrottled) return { kind: 'unclear', reason: 'HTTP 429' }
        await wait(Math.min(read.retryAfterMs ?? throttledMs, 30_000))
        break
      case 'judged': {
        const [first] = read.records
        if (first?.kind === 'refused') return { kind: 'refused', code: first.error.code, message: first.error.message }
        return first?.kind === 'accepted' ? first : { kind: 'unclear', reason: 'counts that do not add up' }
      }
    }
  }
}

/**
 * Sends one probe after the other with `dryRun=1`, so that CleverTap stores nothing and one slot is enough. Stops when
 * CleverTap refuses the credentials, or when the first probe gets no usable answer.
 */
export const askProbes = async (
  probes: readonly Probe[],
  client: ClevertapClient,
  wait: (ms: number) => Promise<unknown>,
): Promise<ProbeAnswers> => {
  const answers: ProbeAnswer[] = []
  for (const probe of probes) {
    const verdict = await askOne(probe, client, wait)
    if (verdict === 'unauthorized') return { credentials: 'refused', answers }
    answers.push({ probe, verdict })
    if (verdict.kind === 'unclear' && answers.length === 1) return { credentials: 'unknown', answers }
  }
  return { credentials: 'accepted', answers }
}
