import { readReports } from '../import/read-reports.ts'
import { meaningOf } from '../relay/clevertap/code-meanings.ts'
import { explainHealth } from '../relay/operations/status/health-cause.ts'
import { waitingIn } from '../relay/operations/status/samples.ts'
import { ago, count, counted } from '../relay/operations/status/view/words.ts'
import type { Counts, EventName, Holder, Minute } from '../relay/store/port.ts'
import type { Paint } from './paint.ts'

type Happened = Readonly<Record<'queued' | 'accepted' | 'rejected', number>>

/** The status of one account, as `pushferry status --json` prints it. Times are milliseconds since the epoch. */
export interface AccountReport {
  account: string
  queue: { live: number; unproved: number; import: number; uploading: number; oldestReceivedAt: number | null }
  settled: { accepted: number; rejected: number; withdrawn: number }
  last: { fiveMinutes: Happened; hour: Happened }
  rejected: readonly { code: number; records: number; meaning: string }[]
  /** `none`: no process uploads for this account. `processes`: number of uploading processes, by their last heartbeat. */
  upload: {
    state: 'ok' | 'throttled' | 'failing' | 'suspended' | 'none'
    reason: string | null
    processes: number
    inFlight: number
  }
  /** Accepted records that a relay looked up with CleverTap's profile API (PUSHFERRY_VERIFY). */
  verified: { confirmed: number; missing: number; unknown: number }
}

const minuteMs = 60_000
/** Length of the history to read, in ms. */
export const historyMs = 60 * minuteMs

const sum = (minutes: readonly Minute[], since: number): Happened => {
  const of = (...names: EventName[]): number =>
    minutes
      .filter(({ at }) => at + minuteMs > since)
      .reduce((total, { events }) => total + names.reduce((part, name) => part + (events[name] ?? 0), 0), 0)
  return { queued: of('queued', 'replaced'), accepted: of('accepted'), rejected: of('rejected') }
}

const worst = ['suspended', 'failing', 'throttled', 'ok'] as const

/** Makes the status of one account from the store's numbers. Pure. */
export const reportStatus = (
  account: string,
  { counts, history, holders }: { counts: Counts; history: readonly Minute[]; holders: readonly Holder[] },
  now: number,
): AccountReport => {
  const { queued, uploading, accepted, rejected, withdrawn, oldestReceivedAt, rejectedByCode, events } = counts
  const processes = readReports(holders, account)
  const state = worst.find((one) => processes.some(({ upload }) => upload === one)) ?? 'none'
  return {
    account,
    queue: { ...queued, uploading, oldestReceivedAt },
    settled: { accepted, rejected, withdrawn },
    last: { fiveMinutes: sum(history, now - 5 * minuteMs), hour: sum(history, now - historyMs) },
    rejected: Object.entries(rejectedByCode)
      .map(([code, records]) => ({ code: Number(code), records, meaning: meaningOf(Number(code)).meaning }))
      .sort((one, other) => other.records - one.records),
    upload: {
      state,
      reason: processes.find(({ upload }) => upload === state)?.reason ?? null,
      processes: processes.length,
      inFlight: processes.reduce((total, { inFlight }) => total + inFlight, 0),
    },
    verified: { confirmed: events.confirmed, missing: events.missing, unknown: events.unknown },
  }
}

/** Whether the operator must act before everything can arrive. A relay that is restarted has a minute to take over the queue. */
export const isInTrouble = ({ upload, queue: { oldestReceivedAt } }: AccountReport, now: number): boolean =>
  upload.state === 'suspended' ||
  upload.state === 'failing' ||
  (upload.state === 'none' && oldestReceivedAt !== null && now - oldestReceivedAt > minuteMs)

const uploadWords = ({ upload, queue }: AccountReport, { good, bad }: Paint): string => {
  const { state, reason, processes, inFlight } = upload
  const waiting = waitingIn({ queued: queue, uploading: queue.uploading })
  if (state === 'none') return waiting > 0 ? bad('no relay uploads: start pushferry relay') : 'no relay is running'
  if (state === 'ok')
    return `${good('ok')}, ${counted(inFlight, 'request')} in flight from ${counted(processes, 'process', 'processes')}`
  const explained = explainHealth(state, reason)
  return `${bad(`${state}: ${explained?.cause ?? ''}`)}\n             ${explained?.remedy ?? ''}`
}

const queueWords = ({ queue }: AccountReport, now: number): string => {
  const { live, unproved, import: imported, uploading, oldestReceivedAt } = queue
  const waiting = live + unproved + imported
  if (waiting + uploading === 0) return 'empty'
  const kinds = [
    `${count(live)} live`,
    ...(unproved > 0 ? [`${count(unproved)} from browsers without proof`] : []),
    ...(imported > 0 ? [`${count(imported)} imported`] : []),
  ]
  const parts = kinds.length > 1 ? ` (${kinds.join(', ')})` : ''
  const age = oldestReceivedAt === null ? '' : ago(oldestReceivedAt, now)
  const oldest = age === '' ? '' : `; the oldest came ${age === 'now' ? 'just now' : age}`
  return `${counted(waiting, 'record')} waiting${parts}, ${count(uploading)} being uploaded${oldest}`
}

const happenedWords = ({ queued, accepted, rejected }: Happened): string =>
  `${count(queued)} queued, ${count(accepted)} accepted, ${count(rejected)} rejected`

/** Formats the report for people. */
export const describeStatus = (report: AccountReport, now: number, paint: Paint): string => {
  const { account, settled, last, rejected, verified } = report
  const { confirmed, missing, unknown } = verified
  const line = (name: string, words: string): string => `  ${name.padEnd(11)}${words}\n`
  return [
    `account ${account}\n`,
    line('uploads', uploadWords(report, paint)),
    line('queue', queueWords(report, now)),
    line('last 5 min', happenedWords(last.fiveMinutes)),
    line('last hour', happenedWords(last.hour)),
    line(
      'in total',
      `${count(settled.accepted)} accepted, ${count(settled.rejected)} rejected, ${count(settled.withdrawn)} withdrawn`,
    ),
    ...rejected.map(({ code, records, meaning }, at) =>
      line(at === 0 ? 'rejected' : '', `${String(code).padStart(3)}  ${count(records).padStart(9)}  ${meaning}`),
    ),
    confirmed + missing + unknown === 0
      ? ''
      : line('verified', `${count(confirmed)} confirmed, ${count(missing)} missing, ${count(unknown)} unknown`),
  ].join('')
}
