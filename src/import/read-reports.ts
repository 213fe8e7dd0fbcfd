import type { Holder } from '../relay/store/port.ts'

/** What one uploading process says of an account. */
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
 * What the processes that upload from the store said of an account with their last heartbeat, which is some seconds old. Those
 * that do not have the account are left out.
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
