import { ImportError } from './error.ts'
import { type Members, memberAt, pathsOf } from './members.ts'

/** Finds the member with a name in each of many records. */
export interface MemberFinder {
  /**
   * The member's value; undefined when the record does not have it.
   *
   * @throws ImportError (`usage`) when several members have the name.
   */
  find(record: Members): unknown
  /** Its dotted path; undefined until a record has it. */
  path(): string | undefined
}

/** Columns whose name is a dotted path, as programs that flatten JSON into a table name them. */
const columnsOf = (record: Members, name: string): string[] =>
  Object.keys(record).filter((column) => column.endsWith(`.${name}`))

/**
 * Finds members by their dotted path, or by the last part of it if only one member has that name. The first record with that
 * name fixes the path.
 *
 * @param option the option that gave the name, for the error.
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
        throw new ImportError('usage', `${option}: several members have the name ${name}: ${first} and ${second}`)
      path = first
      return first === undefined ? undefined : memberAt(record, first)
    },
    path: () => path,
  }
}
