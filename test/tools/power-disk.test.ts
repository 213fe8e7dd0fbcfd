import { describe, expect, it } from 'vitest'
import { createDisk, type DiskEvent, fates } from '../../tools/power/disk.mjs'

const event = (type: DiskEvent['type'], offset = 0, text = ''): DiskEvent => ({
  type,
  file: 0,
  offset,
  bytes: Buffer.from(text),
})
const opened = event('O', 0, '/disk/outbox.db')

/** What the file holds after these events and a power cut. */
const read = (events: readonly DiskEvent[], fate: keyof typeof fates, random = () => 0.25): string | undefined => {
  const disk = createDisk()
  for (const one of [opened, ...events]) disk.follow(one)
  return disk.image(fates[fate](random))[0]?.bytes.toString()
}

describe('the disk after a power cut', () => {
  it('holds what was synced, and nothing of later writes where none of them arrived', () => {
    expect(read([event('W', 0, 'old'), event('S'), event('W', 0, 'new')], 'none')).toBe('old')
  })

  it('holds later writes where all of them arrived', () => {
    expect(read([event('W', 0, 'old'), event('S'), event('W', 3, 'new')], 'all')).toBe('oldnew')
  })

  it('keeps a length that was not synced, with zeros where a write is missing', () => {
    const chances = [0.9, 0.1]
    const random = () => chances.shift() ?? 0
    expect(read([event('W', 0, 'ab'), event('W', 2, 'cd')], 'some', random)).toBe('\0\0cd')
  })

  it('can hold one sector of a write and not the next', () => {
    const chances = [0.9, 0.1]
    const random = () => chances.shift() ?? 0
    expect(read([event('W', 0, 'a'.repeat(512) + 'b'.repeat(512))], 'torn', random)).toBe(
      '\0'.repeat(512) + 'b'.repeat(512),
    )
  })

  it('does not believe a truncation that was not synced', () => {
    expect(read([event('W', 0, 'log'), event('S'), event('T', 0)], 'none')).toBe('log')
    expect(read([event('W', 0, 'log'), event('S'), event('T', 0), event('S')], 'none')).toBe('')
  })

  it('fills a file that grows with zeros', () => {
    expect(read([event('W', 0, 'a'), event('T', 3), event('S')], 'none')).toBe('a\0\0')
  })

  it('has lost a file that was removed', () => {
    expect(read([event('W', 0, 'log'), event('S'), event('U')], 'none')).toBeUndefined()
  })
})
