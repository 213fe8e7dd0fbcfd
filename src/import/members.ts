import { isPlaceholder } from '../wire/placeholder.ts'

/** An object of unknown content. */
export type Members = Readonly<Record<string, unknown>>

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses a JSON object or list in a string, as in CSV cells and database columns, also if it was stringified twice. */
const opened = (value: unknown): unknown => {
  if (typeof value !== 'string' || !/^\s*"?\s*[{[]/.test(value)) return value
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'string' ? JSON.parse(parsed) : parsed
  } catch {
    return value
  }
}

/** Whether a member is a string that should be JSON and is not, such as Python's `{'token': '…'}`. Empty strings do not count. */
export const isUnreadable = (value: unknown): boolean =>
  typeof value === 'string' && value.trim() !== '' && !isPlaceholder(value.trim()) && typeof opened(value) === 'string'

/** The reason when the member `name` is unreadable. */
export const unreadableMember = (name: string): string => `${name} is not JSON: export it as JSON and do not change it`

/**
 * The member at a dotted path such as `device.token`; undefined when there is none. Also finds a name that contains dots.
 * `tokens[].id` is the first `id` in the list `tokens`.
 */
export const memberAt = (value: unknown, path: string): unknown => {
  const members = opened(value)
  if (!isMembers(members)) return undefined
  if (Object.hasOwn(members, path)) return members[path]
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot)
    const rest = path.slice(dot + 1)
    const list = name.endsWith('[]') ? members[name.slice(0, -2)] : undefined
    const under = Array.isArray(list) ? list : Object.hasOwn(members, name) ? [members[name]] : []
    for (const one of under) {
      const found = memberAt(one, rest)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The dotted paths of all members with a name, at any depth, except in lists. */
export const pathsOf = (value: unknown, name: string, before = ''): readonly string[] => {
  const members = opened(value)
  if (!isMembers(members)) return []
  return Object.entries(members).flatMap(([key, under]) =>
    key === name ? [before + key] : pathsOf(under, name, `${before}${key}.`),
  )
}

/** Whether JSON.parse may have rounded a number, so that two IDs may have become equal. */
export const isLossy = (value: unknown): boolean => typeof value === 'number' && !Number.isSafeInteger(value)

/** The reason when the member `what` is lossy. */
export const inexact = (what: string): string =>
  `the ${what} is a number that is not exact in JSON: export it as a string, in quotes`

/** A value as a field's string; empty for anything but a string or an exact number. */
export const stringOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' && !isLossy(value) ? String(value) : ''
