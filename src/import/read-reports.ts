import type { Holder } from '../relay/store/port.ts'

/** One uploading process's report about an account. */
export interface ProcessReport {
  upload: 'ok' | 'throttled' | 'failing' | 'suspended'
  reason: string | null
  inFlight: number
}

const modes = ['ok', 'throttled', 'failing', 'suspended'] as const

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/**
 * The reports about an account from the last heartbeat of each uploading process, which may be a few seconds old. Omits processes
 * that do not upload for the account.
 */
export const readReports = (holders: readonly Holder[], account: string): ProcessReport[] =>
  holders.flatMap(({ report }) => {
    const said = membersOf(parse(report))
    if (!Object.hasOwn(said, account)) return []
    const { upload, reason, inFlight } = membersOf(said[account])
    return [
      {
        upload: modes.find((mode) => mode === upload) ?? 'ok',
        reason: typeof reason === 'string' ? reason.slice(0, 200) : null,
        inFlight: typeof inFlight === 'number' && inFlight >= 0 ? inFlight : 0,
      },
    ]
  })
