// Makes a screenshot smaller: a page has few colours, and a PNG with a palette of 256 is a third of the browser's size.
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The size of a PNG and its pixels, three bytes each. Reads Chromium's format: 8 bits, RGB or RGBA, not interlaced. */
const decode = (png) => {
  const chunks = new Map()
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + length)]))
    at += length + 12
  }
  const head = chunks.get('IHDR')
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  const channels = head[9] === 6 ? 4 : 3
  const lines = inflateSync(chunks.get('IDAT'))
  const size = width * channels
  const pixels = Buffer.alloc(width * height * 3)
  let above = Buffer.alloc(size)
  for (let y = 0; y < height; y++) {
    const start = y * (size + 1)
    const filter = lines[start]
    const line = lines.subarray(start + 1, start + 1 + size)
    for (let n = 0; n < size; n++) {
      const left = n < channels ? 0 : line[n - channels]
      const corner = n < channels ? 0 : above[n - channels]
      line[n] += [0, left, above[n], (left + above[n]) >> 1, paeth(left, above[n], corner)][filter]
    }
    for (let x = 0; x < width; x++) line.copy(pixels, (y * width + x) * 3, x * channels, x * channels + 3)
    above = line
  }
  return { width, height, pixels }
}

const paeth = (left, up, corner) => {
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(left + up - corner - one))
  return a <= b && a <= c ? left : b <= c ? up : corner
}

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body) >>> 0, 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/**
 * The same picture with its 256 most used colours; every other colour becomes the nearest of them.
 *
 * @param {Buffer} png as Chromium writes it
 */
export const smallPng = (png) => {
  const { width, height, pixels } = decode(png)
  const uses = new Map()
  for (let at = 0; at < pixels.length; at += 3) {
    const color = pixels.readUIntBE(at, 3)
    uses.set(color, (uses.get(color) ?? 0) + 1)
  }
  // Similar colours share an entry, so that the shades of a letter's edge do not use up the palette.
  const coarse = new Map()
  for (const [color, n] of [...uses].sort((a, b) => b[1] - a[1])) {
    const place = color & 0xf8f8f8
    const known = coarse.get(place)
    if (known) known.n += n
    else coarse.set(place, { color, n })
  }
  const palette = [...coarse.values()].sort((a, b) => b.n - a.n).slice(0, 256)
  const parts = palette.map(({ color }) => [color >> 16, (color >> 8) & 255, color & 255])
  const nearest = new Map()
  const indexOf = (color) => {
    const known = nearest.get(color)
    if (known !== undefined) return known
    const far = ([r, g, b]) => (r - (color >> 16)) ** 2 + (g - ((color >> 8) & 255)) ** 2 + (b - (color & 255)) ** 2
    const index = parts.reduce((best, part, n) => (far(part) < far(parts[best]) ? n : best), 0)
    nearest.set(color, index)
    return index
  }
  const lines = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = indexOf(pixels.readUIntBE((y * width + x) * 3, 3))
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(parts.flat())),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
