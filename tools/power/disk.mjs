// Possible contents of a disk after a power failure at some event of a trace.
//
// A write is certainly on the disk when a later sync of its file has ended. Any part of the other writes may be there: none, all,
// any selection, or single sectors of them. Creating and removing a file counts as durable at once, because SQLite syncs the
// folder after it creates a log.

const sector = 512

/** The possible fates of writes that were not synced. */
export const fates = {
  none: () => () => false,
  all: () => () => true,
  some: (random) => {
    let last
    let isThere = false
    return (write) => {
      if (write !== last) isThere = random() < 0.5
      last = write
      return isThere
    }
  },
  torn: (random) => () => random() < 0.5,
}

/** Bytes of one file. Grows by doubling. */
const createContent = () => {
  let buffer = Buffer.alloc(65_536)
  let length = 0
  const reserve = (end) => {
    if (end <= buffer.length) return
    const larger = Buffer.alloc(Math.max(end, 2 * buffer.length))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
  return {
    write: (offset, bytes) => {
      reserve(offset + bytes.length)
      bytes.copy(buffer, offset)
      length = Math.max(length, offset + bytes.length)
    },
    resize: (to) => {
      reserve(to)
      if (to < length) buffer.fill(0, to, length)
      length = to
    },
    copy: () => {
      const copied = createContent()
      copied.write(0, buffer.subarray(0, length))
      return copied
    },
    bytes: () => buffer.subarray(0, length),
  }
}

const apply = (content, event, isThere) => {
  if (event.type === 'T') {
    if (isThere(event)) content.resize(event.offset)
    return
  }
  for (let at = 0; at < event.bytes.length; ) {
    const length = Math.min(event.bytes.length - at, sector - ((event.offset + at) % sector))
    if (isThere(event)) content.write(event.offset + at, event.bytes.subarray(at, at + length))
    at += length
  }
}

/** Follows a trace. `image(fate)` returns a possible content of the disk: the files that exist, by path. */
export const createDisk = () => {
  /** By number of the file: { path, content: the durable bytes, pending: events since the last sync }. */
  const files = []
  const fresh = (path) => ({ path, exists: true, content: createContent(), pending: [] })
  return {
    follow: (event) => {
      const { type, file } = event
      if (type === 'A') return
      if (type === 'O') files[file] = fresh(event.bytes.toString())
      else if (type === 'U') files[file] = { ...fresh(files[file].path), exists: false }
      else {
        const one = files[file]
        one.exists = true
        if (type === 'S') {
          for (const write of one.pending) apply(one.content, write, () => true)
          one.pending = []
        } else one.pending.push(event)
      }
    },
    image: (isThere) =>
      files
        .filter(({ exists }) => exists)
        .map(({ path, content, pending }) => {
          const copied = content.copy()
          for (const write of pending) apply(copied, write, isThere)
          return { path, bytes: copied.bytes() }
        }),
  }
}
