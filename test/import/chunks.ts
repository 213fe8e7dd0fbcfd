/** Yields a text in parts of `size` bytes. */
export const chunks = async function* (text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Collects the elements of all groups in one list. */
export const collect = async <T>(groups: AsyncIterable<readonly T[]>): Promise<T[]> => {
  const all: T[] = []
  for await (const group of groups) all.push(...group)
  return all
}
