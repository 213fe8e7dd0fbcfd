import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Input, openInput } from '../../src/import/input.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const nobody = Readable.from([])
const folder = () => {
  const made = temporaryFolder()
  onTestFinished(made.remove)
  return made
}
const fileOf = (content: string | Uint8Array, name = 'x.csv'): string => {
  const path = folder().file(name)
  writeFileSync(path, content)
  return path
}
const contentOf = async (input: Input, onBytes?: (bytes: number) => void): Promise<string> => {
  const parts: Uint8Array[] = []
  for await (const part of input.read(onBytes)) parts.push(part)
  return Buffer.concat(parts).toString()
}

const text = `objectId,id\n${'a,é😀\n'.repeat(40_000)}`

describe('an input', () => {
  it.each([
    ['plain', Buffer.from(text)],
    ['with a mark of its byte order', Buffer.from(`\uFEFF${text}`)],
    ['gzipped', gzipSync(`\uFEFF${text}`)],
    ['of several gzipped parts', Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))])],
    ['in UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['in UTF-16 the other way round', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('is read whole when it is %s, from a file twice and from a pipe once', async (_, bytes) => {
    const file = await openInput(fileOf(bytes), nobody)
    let read = 0
    expect(await contentOf(file, (n) => (read += n))).toBe(text)
    expect([read, file.sizeBytes, file.isRepeatable]).toEqual([bytes.length, bytes.length, true])
    expect(await contentOf(file)).toBe(text)
    expect(text.startsWith(file.head.text)).toBe(true)
    expect(file.head.text.length).toBeGreaterThan(10_000)

    const halves = [bytes.subarray(0, 1), bytes.subarray(1, 70_000), bytes.subarray(70_000)]
    const pipe = await openInput('-', Readable.from(halves))
    expect([pipe.name, pipe.sizeBytes, pipe.isRepeatable]).toEqual(['standard input', undefined, false])
    expect(await contentOf(pipe)).toBe(text)
  })

  it.each([1, 512, 3_000_000])('is read whole when its gzipped parts have %i zeros between them', async (zeros) => {
    const padding = Buffer.alloc(zeros)
    const parts = [
      gzipSync(text.slice(0, 999)),
      padding,
      gzipSync(text.slice(999, 5000)),
      gzipSync(text.slice(5000)),
      padding,
    ]
    expect(await contentOf(await openInput(fileOf(Buffer.concat(parts)), nobody))).toBe(text)
    const pieces = Buffer.concat(parts)
    const bytewise = Array.from({ length: Math.min(pieces.length, 4000) }, (_, at) => pieces.subarray(at, at + 1))
    const pipe = await openInput('-', Readable.from([...bytewise, pieces.subarray(bytewise.length)]))
    expect(await contentOf(pipe)).toBe(text)
  })

  it('is damaged when anything but gzip follows the zeros behind one', async () => {
    const bytes = Buffer.concat([gzipSync(text), Buffer.alloc(100_000), Buffer.from('a,b')])
    await expect(contentOf(await openInput(fileOf(bytes), nobody))).rejects.toThrow('its gzip is damaged or cut off')
  })

  it('may be shorter than the mark of a byte order', async () => {
    expect(await contentOf(await openInput(fileOf('a'), nobody))).toBe('a')
    expect(await contentOf(await openInput(fileOf(''), nobody))).toBe('')
  })

  it('may be a named pipe', async () => {
    const path = folder().file('pipe')
    execFileSync('mkfifo', [path])
    const writer = spawn('sh', ['-c', 'echo objectId,id > "$0"', path])
    onTestFinished(() => void writer.kill())
    expect(await contentOf(await openInput(path, nobody))).toBe('objectId,id\n')
  })

  it.each([
    [
      'a workbook',
      Buffer.from('PK\u0003\u0004xxxx'),
      /x\.csv: it is an Excel workbook or a zip archive: save it as CSV/,
    ],
    ['a gzipped archive', gzipSync('PK\u0003\u0004xxxx'), /zip archive/],
    ['a picture', Buffer.from([0x89, 0x50, 0, 0]), /x\.csv: it is binary data/],
    ['damaged from its first byte', Buffer.from([0x1f, 0x8b, 0xff, 0xff, 0xff]), /damaged/],
  ])('is refused when it is %s', async (_, bytes, message) => {
    await expect(openInput(fileOf(bytes), nobody)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    })
  })

  it('that is not there, or is a folder, is refused by name', async () => {
    const { file } = folder()
    mkdirSync(file('folder'))
    await expect(openInput(file('folder'), nobody)).rejects.toThrow(/folder: it is a folder$/)
    await expect(openInput(file('nothing'), nobody)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/nothing: there is no such file$/),
    })
  })

  it.each([11, 30, 60])(
    'whose short gzip is cut off after %i bytes cannot be opened, and the reason is the gzip',
    async (size) => {
      const packed = gzipSync('objectId,type,id\n__a,fcm,first-token\n__b,fcm,second-token\n__c,apns,third-token\n')
      await expect(openInput(fileOf(packed.subarray(0, size), 'z.gz'), nobody)).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(/z\.gz: its gzip is damaged or cut off: download or compress it again$/),
      })
      const two = Buffer.concat([packed, packed.subarray(0, size)])
      await expect(openInput('-', Readable.from([two]))).rejects.toThrow(
        'standard input: its gzip is damaged or cut off',
      )
      const padded = Buffer.concat([packed, Buffer.alloc(size), packed, Buffer.alloc(size)])
      expect(await contentOf(await openInput(fileOf(padded), nobody))).toMatch(/(__c.*){2}/s)
    },
  )

  it('whose gzip is cut off fails when that is reached', async () => {
    const path = fileOf(gzipSync(Array.from({ length: 60_000 }, (_, at) => `${at * 7919},\n`).join('')), 'y.gz')
    truncateSync(path, 100_000)
    await expect(contentOf(await openInput(path, nobody))).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/y\.gz: its gzip is damaged or cut off: download or compress it again$/),
    })
  })

  it('that waits for more of a pipe can be abandoned', async () => {
    const endless = new Readable({ read: () => {} })
    endless.push('x'.repeat(70_000))
    const input = await openInput('-', endless)
    const reading = contentOf(input)
    input.abandon()
    await expect(reading).rejects.toMatchObject({ kind: 'failed' })
  })
})
