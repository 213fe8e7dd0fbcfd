/** Says whether JSON is nested in more levels than that. Needs no stack of its own, however deep it is. */
export const isNestedDeeper = (value: unknown, levels: number): boolean => {
  let layer: readonly unknown[] = [value]
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > levels) return true
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}
