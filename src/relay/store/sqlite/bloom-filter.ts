/** Knows which texts it was told of, each under a number, without keeping any of them. */
export interface BloomFilter {
  add(number: number, text: string): void
  /** False: it was certainly not told of this one. True: it probably was. */
  mayHave(number: number, text: string): boolean
}

/** With so many bits and probes, 1 in 100 of those it was not told of looks as if it had been, in each part that is full. */
const bitsForEach = 10
const probes = 5
/** It takes no more memory than these have, 64 MB; with more of them it is wrong more often. */
const mostRoom = 50_000_000

/** One of the sets of bits; `room`: for how many. */
interface Part {
  words: Uint32Array
  bits: number
  room: number
}

const createPart = (room: number): Part => {
  const words = new Uint32Array(Math.ceil((room * bitsForEach) / 32))
  return { words, bits: words.length * 32, room }
}

/** The last step of MurmurHash3: every bit of the result depends on every bit of the number. */
const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/**
 * Makes a Bloom filter (B. Bloom, CACM 13(7), 1970) that has room for so many at first and grows by parts as large as all
 * before. Its probes are a + i · b, from two hashes (Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006).
 */
export const createBloomFilter = (firstRoom: number): BloomFilter => {
  const parts = [createPart(Math.min(firstRoom, mostRoom))]
  let added = 0
  let a = 0
  let b = 0
  const hash = (number: number, text: string): void => {
    a = number ^ 0x811c9dc5
    b = Math.imul(number + 1, 0x9e3779b1)
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      a = Math.imul(a ^ unit, 0x01000193)
      b = Math.imul(b ^ unit ^ (b >>> 15), 0x85ebca6b)
    }
    a = mixed(a)
    b = mixed(b) | 1
  }
  const isIn = ({ words, bits }: Part): boolean => {
    for (let probe = 0, at = a; probe < probes; probe++, at = (at + b) >>> 0) {
      const bit = at % bits
      if (((words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
  const set = ({ words, bits }: Part): void => {
    for (let probe = 0, at = a; probe < probes; probe++, at = (at + b) >>> 0) {
      const bit = at % bits
      words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  }
  const partToFill = (): Part => {
    const last = parts.at(-1) as Part
    const room = parts.reduce((sum, part) => sum + part.room, 0)
    if (added < room || room >= mostRoom) return last
    const next = createPart(Math.min(room, mostRoom - room))
    parts.push(next)
    return next
  }
  return {
    add: (number, text) => {
      hash(number, text)
      // Who is told of twice takes no room twice.
      if (parts.some(isIn)) return
      set(partToFill())
      added++
    },
    mayHave: (number, text) => {
      hash(number, text)
      return parts.some(isIn)
    },
  }
}
