import type { Level, PageState, Range, UploadMode } from './snapshot.ts'
import { count, counted, duration, latency } from './words.ts'

/** The page's strings, by the name of their slot. */
export type Slots = Readonly<Record<string, string>>

const symbols: Readonly<Record<Level, string>> = { empty: '○', good: '✓', busy: '✓', warning: '!', bad: '✗' }

/** The state next to an account's name in the list of accounts. */
export const levelWords: Readonly<Record<Level, string>> = {
  empty: 'nothing yet',
  good: 'all well',
  busy: 'catching up',
  warning: 'needs attention',
  bad: 'action needed',
}

const stateWords: Readonly<Record<UploadMode, { always: string; lately: string }>> = {
  ok: { always: 'Uploads succeed', lately: 'Uploads have succeeded again for' },
  throttled: { always: 'CleverTap asks to wait', lately: 'CleverTap has been asking to wait for' },
  failing: { always: 'Uploads fail', lately: 'Uploads have been failing for' },
  suspended: { always: 'Uploads are suspended', lately: 'Uploads have been suspended for' },
}

export const rangeWords: Readonly<Record<Range, { name: string; per: string; start: string }>> = {
  live: { name: '5 minutes', per: 'in 5 seconds', start: '5 min ago' },
  hour: { name: 'Hour', per: 'a minute', start: '1 h ago' },
  day: { name: 'Day', per: 'in 10 minutes', start: '24 h ago' },
}

const queueSlots = ({ account: { queue }, generatedAt }: PageState): Slots => {
  const waiting = queue.live + queue.unproved + queue.import + queue.uploading
  const parts = [
    queue.import > 0 ? `${count(queue.import)} imported` : '',
    queue.uploading > 0 ? `${count(queue.uploading)} being uploaded` : '',
  ].filter((part) => part !== '')
  const oldest = queue.oldestReceivedAt
  return {
    queue: count(waiting),
    queueNote: waiting === 0 ? 'nothing waits' : parts.join(', ') || 'waiting for upload',
    oldest: oldest === null ? '–' : duration(generatedAt - oldest),
    oldestNote:
      oldest === null
        ? 'the queue is empty'
        : queue.etaMs === null
          ? 'since it arrived'
          : `about ${duration(queue.etaMs)} to go`,
  }
}

const flowSlots = ({ account: { last, settled } }: PageState): Slots => ({
  accepted: count(last.hour.accepted),
  acceptedNote: `${last.minute === null ? '' : `${count(last.minute.accepted)} in the last minute, `}${count(last.day.accepted)} in 24 h`,
  rejected: count(last.hour.rejected),
  rejectedNote: settled.rejected === 0 ? 'none is kept' : `${count(settled.rejected)} kept`,
})

const requestSlots = ({ account: { latency: took, slots, upload } }: PageState): Slots => ({
  latency: took === null ? '–' : latency(took.p50Ms),
  latencyNote: took === null ? 'no upload in the last hour' : `95 of 100 within ${latency(took.p95Ms)}`,
  slots: `${count(slots.inFlight)} of ${count(slots.concurrency)}`,
  slotsNote:
    upload.state !== 'ok'
      ? 'one at a time until one succeeds'
      : slots.limit < slots.concurrency
        ? `${count(slots.limit)} allowed since a 429`
        : 'allowed at a time',
})

const uploadSlots = ({ account: { upload, verdict, settled }, generatedAt }: PageState): Slots => {
  const { state, since, nextTryAt, cause, remedy } = upload
  return {
    state:
      state === 'ok' && settled.accepted + settled.rejected === 0
        ? 'Nothing has been uploaded yet.'
        : `${since === null ? stateWords[state].always : `${stateWords[state].lately} ${duration(generatedAt - since)}`}.`,
    cause: cause === null ? '' : `${cause}.`,
    // The verdict above mostly says it already.
    uploadRemedy: remedy === null || remedy === verdict.remedy ? '' : remedy,
    nextTry: nextTryAt === null || nextTryAt <= generatedAt ? '' : `Next try in ${duration(nextTryAt - generatedAt)}.`,
  }
}

const rejectedSlots = ({ account: { settled, rejected } }: PageState): Slots => ({
  rejectedTotal: settled.rejected === 0 ? 'None.' : '',
  latestNote:
    settled.rejected > rejected.latest.length && rejected.latest.length > 0
      ? `The latest ${count(rejected.latest.length)} of ${count(settled.rejected)}; pushferry rejected list has them all, with their CleverTap IDs.`
      : '',
})

/** All strings of the page except those of the charts and lists. Pure: the same on the server and in the page. */
export const slotsOf = (state: PageState): Slots => {
  const { verdict, account } = state.account
  return {
    title: `${symbols[verdict.level]} ${verdict.answer.replace(/\.$/, '')} · Pushferry ${account}`,
    answer: verdict.answer,
    headline: verdict.headline,
    remedy: verdict.remedy ?? '',
    ...queueSlots(state),
    ...flowSlots(state),
    ...requestSlots(state),
    ...uploadSlots(state),
    ...rejectedSlots(state),
    facts: `Pushferry ${state.version}, store ${state.store.kind}, running for ${duration(state.generatedAt - state.startedAt)}, ${counted(state.account.others.length + 1, 'process', 'processes')}`,
  }
}
