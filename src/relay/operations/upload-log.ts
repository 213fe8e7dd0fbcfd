import type { UploadEvents } from '../uploader/uploads.ts'
import type { Log } from './log.ts'

/** Writes uploads to the log: one line per request that carried records, one per change of health. */
export const uploadEvents = (log: Log): Required<UploadEvents> => ({
  onRequest: ({ account, records, verdict, outcomes, refusals, traceId, tookMs }) =>
    log[verdict === 'judged' && outcomes.rejected === 0 ? 'info' : 'warn']('upload', {
      account,
      records,
      state: verdict,
      ...outcomes,
      recordCode: refusals[0]?.code,
      traceId,
      tookMs: Math.round(tookMs),
    }),
  onHealth: (account, { mode, reason }, before) => {
    if (mode === before.mode) return
    const fields = { account, state: mode, previous: before.mode, ...(reason === undefined ? {} : { reason }) }
    if (mode === 'ok') log.info('uploads succeed again', fields)
    else if (mode === 'throttled') log.warn('CleverTap asks to wait', fields)
    else log.error(mode === 'suspended' ? 'uploads are suspended' : 'uploads fail', fields)
  },
  onTrouble: (account, error) => log.warn('store cannot lease records', { account, error }),
  onTakeover: () => log.warn('took over rows of a dead process'),
})
