/**
 * The parts of an object or a list, between its commas, as written. JSON.parse would round long numbers in them.
 *
 * @param source valid JSON.
 */
export const partsOf = (source: string): string[] => {
  const parts: string[] = []
  let level = 0
  let from = 0
  let inString = false
  const end = (at: number): void => {
    const part = source.slice(from, at).trim()
    if (part !== '') parts.push(part)
    from = at + 1
  }
  for (let at = 0; at < source.length; at++) {
    const character = source[at]
    if (inString) {
      if (character === '\\') at++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      if (level++ === 0) from = at + 1
    } else if (character === '}' || character === ']') {
      if (--level === 0) end(at)
    } else if (character === ',' && level === 1) end(at)
  }
  return parts
}

/** The name in a part of an object. */
export const nameOf = (part: string): string => JSON.parse(/^"[^"\\]*(?:\\.[^"\\]*)*"/.exec(part)?.[0] ?? '""')

/** The source of an object whose list `name` has only the element at `index`. */
export const withOneOf = (source: string, name: string, index: number): string => {
  const parts = partsOf(source)
  // JSON.parse takes the last of several members with the same name.
  const list = parts.findLast((part) => nameOf(part) === name)
  if (list === undefined) return source
  const value = list.slice(list.indexOf('[', JSON.stringify(name).length))
  const element = partsOf(value)[index] ?? ''
  return `{${parts.map((part) => (nameOf(part) === name ? `${JSON.stringify(name)}:[${element}]` : part)).join(',')}}`
}
