import type { Happened, Level, UploadHealth, Verdict } from './view/snapshot.ts'
import { clock, count, counted, duration, share } from './view/words.ts'

/** The facts that decide the verdict. */
export interface Evidence {
  now: number
  store: { ok: boolean; reason: string | null }
  upload: UploadHealth
  /** Records that wait or are being uploaded. `imported`: how many of them are imported. */
  waiting: number
  imported: number
  /** Upper bound for the number of records that wait because CleverTap did not know their profile yet. */
  deferred: number
  oldestReceivedAt: number | null
  etaMs: number | null
  /** Whether a 429 has lowered the limit of requests in flight. */
  throttled: boolean
  hour: Happened
  settled: { accepted: number; rejected: number; withdrawn: number }
  /** Rejected records that the relay removed in the last hour, because they were too old or too many. */
  discarded: number
  /** Accepted records of the last day whose token was missing on the profile when the relay looked it up. */
  missing: number
}

/** Shorter failures are not reported as `bad`, in ms. */
const hiccupMs = 2 * 60_000
/** A record that waits longer than this is late, unless the reason is known, in ms. */
const lateMs = 5 * 60_000
/** A record that waits longer than this, in ms, was not sent in the next request. */
const soonMs = 10_000
/** The verdict mentions a queue of at least this number of records. */
const worthAWord = 1_000
/** With fewer rejected records their share means little. */
const enoughForAShare = 10

const isSafe = 'Nothing is lost: every received record is on disk and will be sent.'

const storeVerdict = ({ store }: Evidence): Verdict | undefined =>
  store.ok
    ? undefined
    : {
        level: 'bad',
        answer: 'No.',
        headline: `The store cannot accept records (${store.reason ?? 'no reason given'}): the relay answers 503 to senders until it does.`,
        remedy: /disk/.test(store.reason ?? '')
          ? 'Free space on the disk of the database. The relay then recovers automatically.'
          : 'Check the database in PUSHFERRY_STORE. The relay then recovers automatically.',
      }

/** A wait of a few seconds is normal under CleverTap's limit. */
const throttledVerdict = ({ now, upload, waiting }: Evidence): Verdict | undefined => {
  const { since, nextTryAt, cause, remedy } = upload
  const isUsual = (nextTryAt ?? now) - (since ?? now) < soonMs
  if (isUsual || (nextTryAt === null && waiting === 0)) return undefined
  const until = nextTryAt === null ? '' : ` until ${clock(nextTryAt, { zone: 'UTC', seconds: true })}`
  return {
    level: 'warning',
    answer: 'Not right now.',
    headline:
      waiting === 0
        ? `${cause}. Nothing waits yet; new records wait${until}.`
        : `${cause}. ${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}${until}.`,
    remedy: remedy ?? isSafe,
  }
}

const uploadVerdict = (evidence: Evidence): Verdict | undefined => {
  const { now, upload, waiting } = evidence
  const { state, since, cause, remedy } = upload
  if (state === 'ok') return undefined
  if (state === 'throttled') return throttledVerdict(evidence)
  const forMs = since === null ? 0 : now - since
  const how = since === null ? '' : `, for ${duration(forMs)} now`
  const many =
    waiting === 0 ? 'Nothing waits yet.' : `${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}.`
  const isShort = state === 'failing' && forMs < hiccupMs
  return {
    level: isShort ? 'warning' : 'bad',
    answer: isShort ? 'Not right now.' : 'No.',
    headline: `${cause}${how}. ${many}`,
    remedy: remedy ?? isSafe,
  }
}

const ageOf = ({ now, oldestReceivedAt }: Evidence): number => (oldestReceivedAt === null ? 0 : now - oldestReceivedAt)

const lateVerdict = (evidence: Evidence): Verdict | undefined => {
  const { waiting, imported, deferred, throttled } = evidence
  const age = ageOf(evidence)
  if (imported > 0 || waiting <= deferred || age < lateMs) return undefined
  const late = `${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}, the oldest for ${duration(age)}`
  if (throttled)
    return {
      level: 'warning',
      answer: 'Late.',
      headline: `${late}: CleverTap asks for fewer requests (HTTP 429).`,
      remedy:
        'Check whether another program uploads with the same account. Nothing is lost: the relay continues at the rate that CleverTap allows.',
    }
  return {
    level: 'warning',
    answer: 'Late.',
    headline: `${late}, and the reason is unknown.`,
    remedy:
      'If the queue gets shorter, allow more requests in flight (PUSHFERRY_UPLOAD_CONCURRENCY, up to 15). If not, look for store errors in the log.',
  }
}

const lossVerdict = ({ hour, settled, discarded, missing }: Evidence): Verdict | undefined => {
  const { accepted, rejected } = hour
  // The others were retried, replaced or withdrawn meanwhile.
  const lost = Math.min(rejected, settled.rejected + discarded)
  if (lost > 0) {
    const most = lost >= enoughForAShare && lost > accepted
    const of = `${count(rejected)} of ${count(rejected + accepted)} uploaded records (${share(rejected, rejected + accepted)})`
    return {
      level: most ? 'bad' : 'warning',
      answer: most ? 'Mostly not.' : 'Not all.',
      headline:
        lost === rejected
          ? `CleverTap rejected ${of} in the last hour.`
          : `CleverTap rejected records in the last hour; at most ${count(lost)} of them ${lost === 1 ? 'is' : 'are'} still rejected.`,
      remedy:
        settled.rejected > 0
          ? 'The reasons are below. Rejected records are kept and can be retried.'
          : 'The relay discarded them after PUSHFERRY_KEEP_REJECTED, so they cannot be retried.',
    }
  }
  return missing === 0
    ? undefined
    : {
        level: 'warning',
        answer: 'Not all.',
        headline: `${counted(missing, 'token')} that CleverTap accepted in the last day ${missing === 1 ? 'is' : 'are'} not on ${missing === 1 ? 'its profile' : 'their profiles'}.`,
        remedy:
          'CleverTap keeps the token of a profile that already has one. Its Live Error Stream (dashboard: Settings) lists these profiles.',
      }
}

const healthyVerdict = (evidence: Evidence): Verdict => {
  const { waiting, imported, deferred, etaMs, throttled, hour, settled } = evidence
  const good = (level: Level, headline: string): Verdict => ({ level, answer: 'Yes.', headline, remedy: null })
  const about = etaMs === null ? '' : `, about ${duration(etaMs)} to go`
  if (imported > 0) return good('busy', `An import is running: ${counted(waiting, 'record')} in the queue${about}.`)
  if (throttled && waiting > deferred && ageOf(evidence) >= soonMs)
    return good(
      'busy',
      `CleverTap asks for fewer requests (HTTP 429), so ${counted(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'} a little${about}.`,
    )
  if (waiting >= worthAWord) return good('busy', `${counted(waiting, 'record')} in the queue${about}.`)
  const { accepted, rejected, withdrawn } = settled
  if (accepted + rejected + withdrawn + waiting === 0)
    return {
      level: 'empty',
      answer: 'Nothing yet.',
      headline: 'No token has arrived yet. The relay is ready.',
      remedy:
        'Pages need an origin in PUSHFERRY_ORIGINS, backends a key in PUSHFERRY_API_KEYS. pushferry check shows whether CleverTap accepts your tokens.',
    }
  const held = Math.min(waiting, deferred)
  const waits =
    held > 0
      ? ` ${counted(held, 'record')} may wait for ${held === 1 ? 'its profile' : 'their profiles'} to go live.`
      : ''
  const old =
    rejected > 0
      ? ` ${counted(rejected, 'record')} rejected earlier ${rejected === 1 ? 'is' : 'are'} kept.`
      : hour.rejected > 0
        ? ' CleverTap rejected records in the last hour; none of them is still rejected.'
        : ''
  return good('good', `Everything that arrives reaches CleverTap.${waits}${old}`)
}

/** Answers "is everything arriving?" with the most serious problem only. Pure. */
export const judge = (evidence: Evidence): Verdict =>
  storeVerdict(evidence) ??
  uploadVerdict(evidence) ??
  lateVerdict(evidence) ??
  lossVerdict(evidence) ??
  healthyVerdict(evidence)
