import { isPlaceholder } from '../wire/placeholder.ts'
import { ImportError } from './error.ts'
import { createMemberFinder } from './find-member.ts'
import type { Input } from './input.ts'
import { isLossy, textOf } from './members.ts'
import { isExported, itemsOf, objectIdName, objectIdsOf } from './profile-ids.ts'
import { openRecordFile, type RecordFile } from './read-records.ts'

/** What was read of a join file. */
export interface JoinFile {
  name: string
  format: RecordFile['format']
  isProfileExport: boolean
  records: number
  /** Records that cannot be read, and the line of the first. */
  unreadable: number
  firstUnreadable: number | undefined
}

/**
 * Reads a join file: tells of each key and objectId that belong together.
 *
 * @param on the options that name the columns.
 * @throws ImportError (`usage`) when a column is missing or not plain, or when a key or ID is a number that is not exact.
 */
export const readPairs = async (
  input: Input,
  { left, right }: { left: string; right: string },
  onPair: (key: string, objectId: string) => void,
): Promise<JoinFile> => {
  const fail = (why: string): ImportError => new ImportError('usage', `--join ${input.name}: ${why}`)
  const noKey = `there is no column ${right}, or several; name it with --on ${left}=COLUMN`
  const noId = 'no column is plainly the objectId, such as clevertapId'
  const file = ((): RecordFile => {
    try {
      return openRecordFile(input, right)
    } catch (error) {
      throw error instanceof ImportError ? fail(error.message) : error
    }
  })()
  const key = createMemberFinder(right, `--on ${left}=COLUMN`)
  const read: JoinFile = {
    name: input.name,
    format: file.format,
    isProfileExport: false,
    records: 0,
    unreadable: 0,
    firstUnreadable: undefined,
  }
  const exact = (value: unknown, line: number, what: string): string => {
    if (isLossy(value))
      throw fail(`line ${line}: the ${what} is a number that is not exact in JSON: export it as a string, in quotes`)
    const text = textOf(value)
    return isPlaceholder(text) ? '' : text
  }
  let idName: string | undefined
  for await (const records of file.read())
    for (const { line, members } of records) {
      read.records++
      if (members === undefined) {
        read.unreadable++
        read.firstUnreadable ??= line
        continue
      }
      const isFirst = read.records - read.unreadable === 1
      read.isProfileExport ||= isExported(members)
      if (idName === undefined || !(idName in members)) idName = objectIdName(Object.keys(members)) ?? idName
      const value = key.find(members)
      // A table has all of its columns in its first row.
      if (isFirst && file.header !== undefined) {
        if (key.path() === undefined) throw fail(noKey)
        if (idName === undefined && !read.isProfileExport) throw fail(noId)
      }
      const keys = itemsOf(value).map((one) => exact(one, line, right))
      for (const one of objectIdsOf(members, idName)) {
        const objectId = exact(one, line, 'CleverTap ID')
        if (objectId !== '') for (const name of keys) if (name !== '') onPair(name, objectId)
      }
    }
  if (key.path() === undefined) throw fail(noKey)
  if (idName === undefined && !read.isProfileExport) throw fail(noId)
  return read
}
