import { describe, expect, it } from 'vitest'
import { createLogOutput, type LogOutputOptions } from '../../../src/relay/operations/log-output.ts'

type Done = Parameters<NonNullable<LogOutputOptions['writeTo']>>[2]

/** A reader that takes what it is told to, and nothing by itself. */
const createReader = () => {
  let text = ''
  const asked: { bytes: Uint8Array; done: Done }[] = []
  const writeTo: LogOutputOptions['writeTo'] = (_, bytes, done) => void asked.push({ bytes, done })
  return {
    writeTo,
    text: () => text,
    pending: () => asked.length,
    take: (most = Number.POSITIVE_INFINITY) => {
      const { bytes, done } = asked.shift() ?? { bytes: new Uint8Array(), done: () => {} }
      const part = bytes.subarray(0, most)
      text += Buffer.from(part).toString()
      done(null, part.length)
    },
    fail: (code: string) => asked.shift()?.done(Object.assign(new Error(code), { code }), 0),
  }
}

describe('the output of the log', () => {
  it('writes every line in order, in as many parts as the reader takes', () => {
    const reader = createReader()
    const output = createLogOutput({ descriptor: 9, writeTo: reader.writeTo })
    for (const line of ['ä1\n', '2\n', '3\n']) output.write(line)
    expect(reader.pending()).toBe(1)
    while (reader.pending() > 0) reader.take(1)
    expect(reader.text()).toHaveLength([...Buffer.from('ä1\n2\n3\n')].length)
    expect(reader.text().slice(-5)).toBe('\n2\n3\n')
    expect(output.dropped()).toBe(0)
  })

  it('drops and counts the lines that do not fit while the reader stalls, and keeps those before', () => {
    const reader = createReader()
    const output = createLogOutput({ descriptor: 9, maxBytes: 10, writeTo: reader.writeTo })
    for (let line = 0; line < 8; line++) output.write(`${line}\n`)
    expect(output.dropped()).toBe(3)
    while (reader.pending() > 0) reader.take()
    expect(reader.text()).toBe('0\n1\n2\n3\n4\n')
    output.write('8\n')
    reader.take()
    expect(reader.text()).toBe('0\n1\n2\n3\n4\n8\n')
  })

  it.each(['EAGAIN', 'ENOSPC', 'EPIPE', 'EIO'])('tries the same bytes again after %s', async (code) => {
    const reader = createReader()
    const output = createLogOutput({ descriptor: 9, retryMs: 0, writeTo: reader.writeTo })
    output.write('12\n')
    reader.take(1)
    reader.fail(code)
    expect(reader.pending()).toBe(0)
    await expect.poll(reader.pending).toBe(1)
    reader.take()
    expect(reader.text()).toBe('12\n')
  })

  it('is closed once every line is written', async () => {
    const reader = createReader()
    const output = createLogOutput({ descriptor: 9, drainMs: 60_000, writeTo: reader.writeTo })
    output.write('last\n')
    const closed = output.close()
    reader.take()
    await closed
    expect(reader.text()).toBe('last\n')
    output.write('later\n')
    expect([reader.pending(), output.dropped()]).toEqual([0, 1])
  })

  it('is closed also when the reader takes nothing any more', async () => {
    const reader = createReader()
    const output = createLogOutput({ descriptor: 9, drainMs: 1, writeTo: reader.writeTo })
    output.write('nobody reads this\n')
    await output.close()
    expect(reader.text()).toBe('')
  })
})
