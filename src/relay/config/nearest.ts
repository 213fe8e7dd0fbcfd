/** Edit distance between two strings (insert, delete, replace); Wagner and Fischer, one row at a time. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const letter of from) {
    const next = [(row[0] ?? 0) + 1]
    for (let at = 0; at < to.length; at++)
      next.push(Math.min((row[at] ?? 0) + (to[at] === letter ? 0 : 1), (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    row = next
  }
  return row[to.length] ?? 0
}

/** The known name that is most similar to a mistyped one; `undefined` when none is similar. */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  if (name.length > 100) return undefined
  const ranked = known.map((one) => ({ one, edits: distance(name.toUpperCase(), one.toUpperCase()) }))
  const [best] = ranked.sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(2, name.length / 4) ? best.one : undefined
}
