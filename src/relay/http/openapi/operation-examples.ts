import { type Example, problem } from './example.ts'

const at = 1_795_449_600_000
const series = (stepMs: number) => ({
  startsAt: at - 2 * stepMs,
  stepMs,
  queued: [2, 1],
  accepted: [2, 1],
  rejected: [0, 0],
  waiting: [0, 0],
  latencyP50Ms: [87, 91],
  latencyP95Ms: [120, 133],
})

/** An answer of `/status.json`. */
const status = {
  generatedAt: at,
  version: '1.0.0',
  startedAt: at - 86_400_000,
  store: { kind: 'sqlite', ok: true, reason: null },
  accounts: [
    {
      account: 'TEST-123-4567',
      verdict: { level: 'good', answer: 'Yes.', headline: 'Everything that arrives reaches CleverTap.', remedy: null },
      upload: { state: 'ok', since: null, nextTryAt: null, cause: null, remedy: null },
      queue: { live: 0, unproved: 0, import: 0, uploading: 0, oldestReceivedAt: null, etaMs: null },
      capacity: {
        live: { waiting: 0, limit: 1_000_000 },
        unproved: { waiting: 0, limit: 100_000, evicted: 0 },
      },
      browsers: { heard: 4_380, idle: 12, refused: 0, takeovers: 0 },
      settled: { accepted: 5_210, rejected: 0, withdrawn: 12 },
      last: {
        minute: { queued: 1, accepted: 1, rejected: 0 },
        hour: { queued: 84, accepted: 84, rejected: 0 },
        day: { queued: 1_902, accepted: 1_902, rejected: 0 },
      },
      series: { live: series(5_000), hour: series(60_000), day: series(600_000) },
      latency: { overMs: 300_000, requests: 6, p50Ms: 91, p95Ms: 133, p99Ms: 133 },
      slots: { inFlight: 0, limit: 3, concurrency: 3 },
      rejected: { codes: [], latest: [] },
      events: { replaced: 41, withdrawn: 3, deferred: 0, expired: 0, discarded: 0, confirmed: 0, missing: 0 },
      changes: [],
      others: [],
    },
  ],
}

/** Examples of the routes for operators of the relay. */
export const operationExamples: readonly Example[] = [
  { name: 'alive', operation: 'get /healthz', summary: 'The process answers', status: 200, answer: { status: 'ok' } },
  {
    name: 'ready',
    operation: 'get /readyz',
    summary: 'The store takes records, and uploads succeed',
    status: 200,
    answer: { status: 'ok', accounts: { 'TEST-123-4567': { status: 'ok', upload: 'ok' } } },
  },
  {
    name: 'oneCode',
    operation: 'post /status/retry',
    summary: 'The records of one code',
    body: { account: 'TEST-123-4567', code: 530 },
    status: 200,
    answer: { queued: 0 },
  },
  {
    name: 'all',
    operation: 'post /status/retry',
    summary: 'All rejected records of an account',
    body: { account: 'TEST-123-4567' },
    status: 200,
    answer: { queued: 0 },
  },
  {
    name: 'anotherAccount',
    operation: 'post /status/retry',
    summary: 'An account that this relay does not have',
    body: { account: 'ANOTHER' },
    status: 404,
    answer: problem(404, 'Not Found', 'not_found', 'this relay has no such account'),
  },
  {
    name: 'noKey',
    operation: 'get /status.json',
    summary: 'Without the admin key',
    headers: { Authorization: 'Bearer another-key' },
    status: 401,
    answer: problem(
      401,
      'Unauthorized',
      'unauthorized',
      'send the admin key as Authorization: Bearer, or as the password of any user',
    ),
  },
  {
    name: 'arriving',
    operation: 'get /status.json',
    summary: 'Shortened: the series have 60 and 144 steps',
    status: 200,
    answer: status,
    varies: true,
  },
  {
    name: 'noAccount',
    operation: 'get /status',
    summary: 'An account that this relay does not have',
    query: { account: 'ANOTHER' },
    status: 404,
    answer: problem(404, 'Not Found', 'not_found', 'this relay has no such account'),
  },
  {
    name: 'page',
    operation: 'get /status',
    summary: 'The last day of one account',
    query: { account: 'TEST-123-4567', range: 'day' },
    status: 200,
    answer: '<!doctype html>\n<html lang="en">\n…',
  },
  {
    name: 'noAccount',
    operation: 'get /status/events',
    summary: 'An account that this relay does not have',
    query: { account: 'ANOTHER' },
    status: 404,
    answer: problem(404, 'Not Found', 'not_found', 'this relay has no such account'),
  },
  {
    name: 'scrape',
    operation: 'get /metrics',
    summary: 'The metrics for Prometheus',
    status: 200,
    answer:
      '# HELP pushferry_build_info Always 1; the labels have the versions of Pushferry and Node.\n# TYPE pushferry_build_info gauge\n…',
  },
  {
    name: 'description',
    operation: 'get /openapi.json',
    summary: 'Shortened',
    status: 200,
    answer: { openapi: '3.1.0', info: { title: 'Pushferry relay', version: '1.0.0' }, paths: {} },
    varies: true,
  },
]
