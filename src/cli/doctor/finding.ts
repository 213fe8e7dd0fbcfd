/** One line of the report of `pushferry doctor`. */
export interface Finding {
  name: string
  state: 'ok' | 'warning' | 'failed'
  found: string
  /** Advice; `null` when there is none. */
  advice: string | null
}

export const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found, advice: null })
export const warning = (name: string, found: string, advice: string): Finding => ({
  name,
  state: 'warning',
  found,
  advice,
})
export const failed = (name: string, found: string, advice: string): Finding => ({
  name,
  state: 'failed',
  found,
  advice,
})
