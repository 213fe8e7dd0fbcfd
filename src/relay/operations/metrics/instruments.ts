import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/**
 * All metrics. docs/metrics.md explains each to operators, and a test compares the two. Labels have few values, all from
 * the configuration, the source or a closed list: an account's id, a key's name, a route's pattern, a code. A label is
 * never an id, a token or an address.
 */
export const createInstruments = (registry: Registry) => {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram({ name, help, buckets, labelNames, registers })

  return {
    build: gauge(
      'pushferry_build_info',
      'Always 1; the labels have the versions of Pushferry and Node.',
      'version',
      'node',
    ),

    intakeRecords: counter(
      'pushferry_intake_records_total',
      'Received records by API key (browser for pages) and result.',
      'account',
      'source',
      'result',
    ),
    httpRequests: counter(
      'pushferry_http_requests_total',
      'Answered requests, by route pattern and status.',
      'method',
      'route',
      'status',
    ),
    httpDuration: histogram(
      'pushferry_http_request_duration_seconds',
      'Time from a request to its whole answer.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      'route',
    ),

    uploadRequests: counter(
      'pushferry_upload_requests_total',
      'Requests to CleverTap, by what their answer meant.',
      'account',
      'verdict',
    ),
    uploadDuration: histogram(
      'pushferry_upload_duration_seconds',
      "Time from an upload request to CleverTap's whole answer.",
      [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30],
      'account',
    ),
    uploadRecords: counter(
      'pushferry_upload_records_total',
      'Records of answered upload requests, by outcome; code is the one of a rejected or deferred record, else empty.',
      'account',
      'outcome',
      'code',
    ),
    inFlight: gauge('pushferry_upload_requests_in_flight', 'Requests to CleverTap from this process.', 'account'),
    limit: gauge(
      'pushferry_upload_requests_limit',
      'Requests that this process may have in flight: halved by a 429, then creeping back.',
      'account',
    ),
    concurrency: gauge(
      'pushferry_upload_concurrency',
      'PUSHFERRY_UPLOAD_CONCURRENCY: requests in flight that all processes of the store may have together.',
      'account',
    ),
    health: gauge(
      'pushferry_account_health',
      '1 for the state that the uploads are in (ok, throttled, failing, suspended), 0 for the others.',
      'account',
      'state',
    ),
    wait: gauge(
      'pushferry_upload_wait_seconds',
      'Time until the next request may be sent, after a failure or because CleverTap asked for a wait; 0: now.',
      'account',
    ),
    takeovers: counter('pushferry_takeovers_total', 'Number of takeovers of rows from a process that had ended.'),

    queue: gauge(
      'pushferry_queue_records',
      'Records that wait for upload or a retry, by the capacity that they use. The same from every process.',
      'account',
      'pool',
    ),
    queueLimit: gauge(
      'pushferry_queue_limit_records',
      'Records that may wait in each account: PUSHFERRY_MAX_QUEUED (live) and PUSHFERRY_MAX_UNPROVED (unproved).',
      'pool',
    ),
    browsers: gauge(
      'pushferry_browsers',
      'Registered browsers: confirmed in the last 30 days (heard), or not for PUSHFERRY_KEY_IDLE (idle).',
      'account',
      'state',
    ),
    uploading: gauge(
      'pushferry_uploading_records',
      'Records that a process of the store has leased for upload.',
      'account',
    ),
    oldestAge: gauge(
      'pushferry_oldest_record_age_seconds',
      'Age of the oldest record that waits or is being uploaded; 0 if there is none.',
      'account',
    ),
    stored: gauge(
      'pushferry_stored_records',
      'Completed records in the store, by state. The same from every process of the store.',
      'account',
      'state',
    ),
    rejectedByCode: gauge(
      'pushferry_rejected_records',
      "Rejected records in the store, by CleverTap's code.",
      'account',
      'code',
    ),
    storeEvents: counter(
      'pushferry_store_events_total',
      'Events since the store was created, including imports and earlier runs. The same from every process.',
      'account',
      'event',
    ),
    holders: gauge('pushferry_holders', 'Processes that upload from this store: relays and imports.'),
    storeBytes: gauge('pushferry_store_bytes', 'Size of the SQLite database file and of its log (wal).', 'file'),
    storeUp: gauge('pushferry_store_up', '1 when the store could be read for this scrape, else 0.'),
    storeWrite: histogram(
      'pushferry_store_write_duration_seconds',
      'Time until records that were put into the store were durable.',
      [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    ),
    storeFailures: counter(
      'pushferry_store_failures_total',
      'Operations that the store refused, by operation and reason.',
      'operation',
      'reason',
    ),
    droppedLines: counter(
      'pushferry_log_lines_dropped_total',
      'Log lines that were dropped because of a full disk, or a reader that is stalled or closed.',
    ),

    cpu: counter('pushferry_process_cpu_seconds_total', 'CPU time, user and system.'),
    eventLoop: counter('pushferry_process_event_loop_active_seconds_total', 'Time that the event loop was busy.'),
    resident: gauge('pushferry_process_resident_memory_bytes', 'Resident memory.'),
    heap: gauge('pushferry_process_heap_used_bytes', 'Used heap of V8.'),
    startTime: gauge('pushferry_process_start_time_seconds', 'Start of the process, seconds since the epoch.'),
  }
}

export type Instruments = ReturnType<typeof createInstruments>
