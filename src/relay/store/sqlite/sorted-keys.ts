/** Most keys of a chunk. */
const longest = 512

/** Where in a sorted chunk the first key stands that is not below this one. */
const indexIn = (chunk: readonly string[], key: string): number => {
  let low = 0
  for (let high = chunk.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((chunk[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Different keys in order. They lie in chunks, so that adding or deleting one moves at most 512 others; sorting 50,000 at
 * once would stop the process for 60 ms. A library's tree would be a dependency for what forty lines do.
 */
export class SortedKeys {
  readonly #chunks: string[][] = [[]]

  /** The last chunk that begins below the key or with it. */
  #chunkFor(key: string): number {
    let low = 0
    for (let high = this.#chunks.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1
      if ((this.#chunks[middle]?.[0] ?? '') <= key) low = middle
      else high = middle - 1
    }
    return low
  }
  add(key: string): void {
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at] ?? []
    chunk.splice(indexIn(chunk, key), 0, key)
    if (chunk.length > longest) this.#chunks.splice(at + 1, 0, chunk.splice(longest / 2))
  }
  delete(key: string): void {
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at] ?? []
    const index = indexIn(chunk, key)
    if (chunk[index] === key) chunk.splice(index, 1)
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1)
  }
  /** The keys above this one. Nothing may be added or deleted meanwhile. */
  *above(key: string): Generator<string> {
    for (let at = this.#chunkFor(key); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] ?? []
      for (let index = indexIn(chunk, key); index < chunk.length; index++) {
        const one = chunk[index] ?? ''
        if (one > key) yield one
      }
    }
  }
}
