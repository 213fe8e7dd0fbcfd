import { isPlaceholder } from '../wire/placeholder.ts'
import { ImportError } from './error.ts'
import { createMemberFinder } from './find-member.ts'
import type { Input } from './input.ts'
import { isLossy, textOf } from './members.ts'
import { itemsOf, objectIdName, objectIdsOf } from './profile-ids.ts'
import { openRecordFile, type RecordsRead } from './read-records.ts'

/**
 * Reads a join file: tells of each key and objectId that belong together.
 *
 * @param on what `--on` names.
 * @throws ImportError (`usage`) when a column is missing or not plain, or when a key or ID is a number that is not exact.
 */
export const readPairs = async (
  input: Input,
  { left, right }: { left: string; right: string },
  onPair: (key: string, objectId: string) => void,
): Promise<RecordsRead> => {
  const fail = (why: string): ImportError => new ImportError('usage', `--join ${input.name}: ${why}`)
  const { header, records, read } = openRecordFile(input, right, fail)
  const key = createMemberFinder(right, `--on ${left}=COLUMN`)
  let idName: string | undefined

  const exact = (value: unknown, line: number, what: string): string => {
    if (isLossy(value))
      throw fail(`line ${line}: the ${what} is a number that is not exact in JSON: export it as a string, in quotes`)
    const text = textOf(value)
    return isPlaceholder(text) ? '' : text
  }
  const assertFound = (): void => {
    if (key.path() === undefined)
      throw fail(`there is no column ${right}, or several; name it with --on ${left}=COLUMN`)
    if (idName === undefined && !read.isProfileExport)
      throw fail('no column is plainly the objectId, such as clevertapId')
  }

  let isChecked = false
  for await (const found of records)
    for (const { line, members } of found) {
      if (idName === undefined || !(idName in members)) idName = objectIdName(Object.keys(members)) ?? idName
      const keys = itemsOf(key.find(members)).map((one) => exact(one, line, right))
      // A row of a table has all of its columns; a record of JSON may lack a member that others have.
      if (!isChecked && header !== undefined) assertFound()
      isChecked = true
      for (const one of objectIdsOf(members, idName)) {
        const objectId = exact(one, line, 'CleverTap ID')
        if (objectId !== '') for (const name of keys) if (name !== '') onPair(name, objectId)
      }
    }
  assertFound()
  return read
}
