import { isPlaceholder, placeholderHint } from '../wire/placeholder.ts'
import { listColumns } from './columns.ts'
import { ImportError } from './error.ts'
import { createMemberFinder } from './find-member.ts'
import type { Input } from './input.ts'
import { isLossy, stringOf } from './members.ts'
import { itemsOf, objectIdName, objectIdsOf } from './profile-ids.ts'
import { openRecordFile, type RecordsRead } from './read-records.ts'

/**
 * Reads a join file and calls `onPair` for each pair of a key and one of its objectIds.
 *
 * @param on the columns that `--on` names.
 * @throws ImportError (`usage`) when a column is missing or ambiguous, or when a key or ID is a number that is not exact.
 */
export const readPairs = async (
  input: Input,
  { left, right }: { left: string; right: string },
  onPair: (key: string, objectId: string) => void,
): Promise<RecordsRead> => {
  const fail = (why: string): ImportError => new ImportError('usage', `--join ${input.name}: ${why}`)
  const { header, records, read } = openRecordFile(input, right, fail)
  const key = createMemberFinder(right, `--on ${left}=COLUMN`)
  // From the header, because a table without rows has no members.
  let idName = header && objectIdName(header)

  const exact = (value: unknown, line: number, what: string): string => {
    if (isLossy(value))
      throw fail(`line ${line}: the ${what} is a number that is not exact in JSON: export it as a string, in quotes`)
    const written = stringOf(value)
    return isPlaceholder(written) ? '' : written
  }
  const assertFound = (names: readonly string[]): void => {
    const several = [right, idName].find((name) => names.indexOf(name ?? '') !== names.lastIndexOf(name ?? ''))
    if (several !== undefined) throw fail(`several columns have the name ${several}; rename all but one`)
    if (key.path() === undefined && !header?.includes(right))
      throw fail(`there is no column ${right} among ${listColumns(names)}; name it with --on ${left}=COLUMN`)
    if (idName === undefined && !read.isProfileExport)
      throw fail(`no column is known as objectId among ${listColumns(names)}; name it clevertap_id in its first line`)
  }

  let names = header ?? []
  let isChecked = false
  for await (const found of records)
    for (const { line, members } of found) {
      if (!isChecked && header === undefined) names = Object.keys(members)
      if (idName === undefined || !(idName in members)) idName = objectIdName(Object.keys(members)) ?? idName
      const keys = itemsOf(key.find(members)).map((one) => exact(one, line, right))
      // A long number that a spreadsheet has shortened may be the key of several profiles.
      const whole = keys.filter((one) => one !== '' && placeholderHint(one) === undefined)
      if (keys.some((one) => one !== '' && !whole.includes(one))) read.shortened++
      // Every row of a table has all columns, but a JSON record may lack a member that others have.
      if (!isChecked && header !== undefined) assertFound(names)
      isChecked = true
      for (const one of objectIdsOf(members, idName)) {
        const objectId = exact(one, line, 'CleverTap ID')
        if (objectId !== '') for (const one of whole) onPair(one, objectId)
      }
    }
  assertFound(names)
  return read
}
