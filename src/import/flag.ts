const yes = /^(?:t|true|1|yes)$/i
const no = /^(?:f|false|0|no)?$/i

/**
 * Whether a member says yes; an empty one says no. Undefined where it says neither: a spreadsheet in another language writes
 * `WAHR` or `FAUX`.
 */
export const readFlag = (value: unknown): boolean | undefined => {
  const written = String(value ?? '').trim()
  if (yes.test(written)) return true
  return no.test(written) ? false : undefined
}

/** Why a token cannot be read whose member `name` says neither yes nor no. */
export const unreadableFlag = (name: string): string =>
  `${name} is neither true nor false: export the file again, unchanged`
