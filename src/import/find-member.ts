import { ImportError } from './error.ts'
import { type Members, memberAt, pathsOf } from './members.ts'

/** Finds the member of a name in one record after another. */
export interface MemberFinder {
  /**
   * Undefined where the record has none.
   *
   * @throws ImportError (`usage`) when several members are called so.
   */
  find(record: Members): unknown
  /** Its dotted path; undefined until a record had it. */
  path(): string | undefined
}

/** A column whose name is a dotted path, as programs name them that make a table of JSON. */
const columnsOf = (record: Members, name: string): string[] =>
  Object.keys(record).filter((column) => column.endsWith(`.${name}`))

/**
 * Finds members by their dotted path, or by their last name where only one has it; the first record with that name fixes the
 * path.
 *
 * @param option what the name was given with, for the error.
 */
export const createMemberFinder = (name: string, option: string): MemberFinder => {
  let path: string | undefined
  return {
    find: (record) => {
      const plain = memberAt(record, name)
      if (plain !== undefined) path ??= name
      if (plain !== undefined || path === name) return plain
      if (path !== undefined) return memberAt(record, path)
      const [first, second] = new Set([...columnsOf(record, name), ...pathsOf(record, name)])
      if (second !== undefined)
        throw new ImportError('usage', `${option}: several members are called ${name}: ${first} and ${second}`)
      path = first
      return first === undefined ? undefined : memberAt(record, first)
    },
    path: () => path,
  }
}
