/** Whether a JSON value has more than `levels` levels. Not recursive, so deep values cannot overflow the stack. */
export const isNestedDeeper = (value: unknown, levels: number): boolean => {
  let layer: readonly unknown[] = [value]
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > levels) return true
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

/** Copies a JSON value, with `null` in place of objects and arrays below `levels` levels. Recurses at most `levels` times. */
export const withoutDeeper = (value: unknown, levels: number): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((one) => withoutDeeper(one, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutDeeper(one, levels - 1)]))
}

const [quote, backslash] = [0x22, 0x5c]
const opening: readonly number[] = [0x5b, 0x7b]
const closing: readonly number[] = [0x5d, 0x7d]

/** Like `isNestedDeeper`, for JSON that is not parsed yet. Counts brackets. Meaningless for bytes that are not JSON. */
export const isTextNestedDeeper = (json: Uint8Array, levels: number): boolean => {
  let depth = 0
  let isInString = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0
    if (isInString) {
      if (byte === backslash) at++
      else if (byte === quote) isInString = false
    } else if (byte === quote) isInString = true
    else if (opening.includes(byte)) {
      if (++depth > levels) return true
    } else if (closing.includes(byte)) depth--
  }
  return false
}
