/**
 * The fields of any record, in their order, as pairs of path and value.
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
 * One numbered block per record, one line per field, with aligned values.
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
