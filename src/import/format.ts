import { lists } from './json-values.ts'

/** The format of an input after decompression. */
export type Format = 'csv' | 'ndjson' | 'json' | 'empty'

const startsWithList = new RegExp(`^\\{\\s*"(?:${lists.join('|')})"\\s*:`)

const isRecordLine = (line: string): boolean => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !lists.some((name) => Array.isArray(Object(value)[name]))
  } catch {
    return false
  }
}

/**
 * Recognises the format from the beginning of the content, or from the name if the content is ambiguous.
 *
 * @param name may end in `.gz`.
 */
export const formatOf = (head: string, name: string): Format => {
  const text = head.trimStart()
  if (text === '') return 'empty'
  if (text.startsWith('[')) return 'json'
  if (!text.startsWith('{')) return 'csv'
  if (startsWithList.test(text)) return 'json'
  const [first = '', second = ''] = text.split('\n', 2)
  if (isRecordLine(first)) return 'ndjson'
  const ending = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase())?.[1]
  if (ending === 'ndjson' || ending === 'jsonl') return 'ndjson'
  // The first line alone is not JSON: a document over several lines, or a list with a fault in its first record.
  return ending !== 'json' && second.trimStart().startsWith('{"') ? 'ndjson' : 'json'
}
