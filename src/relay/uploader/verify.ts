import type { TokenRecord } from '../../wire/record.ts'
import type { ClevertapClient } from '../clevertap/client.ts'
import { readAnswer } from '../clevertap/outcome.ts'
import { type ProfileVerdict, readProfile, verdictOf } from '../clevertap/profile.ts'
import type { Upload } from '../clevertap/upload.ts'
import type { Clock } from './clock.ts'

/** Looks up a share of the accepted records on their profiles, because "processed" is no proof that a token was stored. */
export interface Verifier {
  /** The same upload; of the records that it gets accepted, a share is remembered and looked up later. */
  watch(upload: Upload): Upload
  /** Looks nothing up any more. What was remembered is forgotten. */
  stop(): void
}

export interface VerifierParts {
  /** From 0 to 1. */
  share: number
  /** `ClevertapClient.profile`, of a client of its own, so that no upload waits for it. */
  profile: ClevertapClient['profile']
  /** Counts one result. */
  count: (verdict: ProfileVerdict) => Promise<void>
  clock: Clock
}

interface Look {
  objectId: string
  token: string
  /** Monotonic ms. */
  at: number
  tries: number
}

/** How long CleverTap gets to store a token before it is looked for, and before it is looked for once more, in ms. */
const firstLookMs = 1_000
const secondLookMs = 5_000
/** How long the profile API is left alone after a 429, in ms, and how often that is done for one record. */
const throttledMs = 5_000
const mostTries = 5
/** Records that are remembered. A sample need not be complete; a memory must be. */
const mostRemembered = 1_000

/**
 * Makes a verifier. It asks for one profile at a time and only what the share demands; when accepted records come faster
 * than profiles can be asked for, it looks up fewer. What it remembers does not outlive the process.
 */
export const createVerifier = ({ share, profile, count, clock }: VerifierParts): Verifier => {
  let looks: Look[] = []
  let asking = false
  let stopped = false
  let cancel = (): void => {}

  const remember = (records: readonly TokenRecord[]): void => {
    for (const { objectId, tokenData } of records)
      if (looks.length < mostRemembered && clock.random() < share)
        looks.push({ objectId, token: tokenData.id, at: clock.elapsed() + firstLookMs, tries: 0 })
    next()
  }
  const later = (look: Look, waitMs: number): void => {
    looks.push({ ...look, at: clock.elapsed() + waitMs, tries: look.tries + 1 })
  }
  const ask = async (look: Look): Promise<void> => {
    const finding = readProfile(await profile(look.objectId), look.objectId)
    if (stopped) return
    const verdict = verdictOf(finding, look.token)
    if (finding.kind === 'throttled' && look.tries < mostTries) {
      // Nobody else is asked about meanwhile either.
      looks = looks.map((one) => ({ ...one, at: Math.max(one.at, clock.elapsed() + throttledMs) }))
      later(look, throttledMs)
    } else if (verdict === 'missing' && look.tries === 0) later(look, secondLookMs)
    // A count that cannot be written is one look less in a sample.
    else await count(verdict).catch(() => {})
  }
  const next = (): void => {
    if (asking || stopped) return
    cancel()
    const [first] = looks.sort((one, other) => one.at - other.at)
    if (!first) return
    const waitMs = first.at - clock.elapsed()
    if (waitMs > 0) {
      cancel = clock.after(waitMs, next)
      return
    }
    looks.shift()
    asking = true
    void ask(first).finally(() => {
      asking = false
      next()
    })
  }

  return {
    watch: (upload) => async (records, options) => {
      const answer = await upload(records, options)
      if (answer.kind === 'unsent') return answer
      const verdict = readAnswer(answer, records, clock.now())
      if (verdict.kind === 'judged' && !stopped)
        remember(records.filter((_, index) => verdict.records[index]?.kind === 'accepted'))
      return answer
    },
    stop: () => {
      stopped = true
      cancel()
      looks = []
    },
  }
}
