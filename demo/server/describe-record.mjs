/**
 * The fields of a record, in their order, as `path value` pairs: nothing is left out and nothing is known beforehand.
 *
 * @param {unknown} value
 * @param {string} [path]
 * @returns {[string, string][]}
 */
export const fieldsOf = (value, path = '') =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => fieldsOf(member, path ? `${path}.${name}` : name))
    : [[path, String(value)]]

/**
 * One numbered block a record, one line a field, the values below each other.
 *
 * @param {readonly unknown[]} records
 */
export const describeRecords = (records) => {
  const blocks = records.map((record) => fieldsOf(record))
  const width = Math.max(0, ...blocks.flat().map(([path]) => path.length))
  return blocks
    .map((fields, index) =>
      fields
        .map(
          ([path, value], line) =>
            `${line === 0 ? `${index + 1}`.padStart(3) : '   '}  ${path.padEnd(width)}  ${value}`,
        )
        .join('\n'),
    )
    .join('\n\n')
}
