const yes = /^(?:t|true|1|yes)$/i
const no = /^(?:f|false|0|no)$/i

/**
 * Whether a member is true, as a boolean, a number or a string; `whenEmpty` if it is missing or empty. Undefined for any other value,
 * such as `WAHR` or `FAUX`, which spreadsheets in other languages write.
 */
export const readFlag = (value: unknown, whenEmpty = false): boolean | undefined => {
  const written = String(value ?? '').trim()
  if (written === '') return whenEmpty
  if (yes.test(written)) return true
  return no.test(written) ? false : undefined
}

/** The reason when the member `name` of a token is neither true nor false. */
export const unreadableFlag = (name: string): string =>
  `${name} is neither true nor false: export the file again and do not change it`
