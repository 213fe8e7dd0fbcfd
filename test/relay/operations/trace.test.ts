import { describe, expect, it } from 'vitest'
import { beginTrace, readTraceId } from '../../../src/relay/operations/trace.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = '00f067aa0ba902b7'

describe('a traceparent header', () => {
  it.each([`00-${trace}-${parent}-01`, `00-${trace}-${parent}-00`, `01-${trace}-${parent}-01-more`])(
    'reads the trace id of the header %s',
    (header) => expect(readTraceId(header)).toBe(trace),
  )

  it.each([
    undefined,
    '',
    trace,
    ['00', trace],
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace}-${parent}`,
    `00-${trace.slice(1)}-${parent}-01`,
    `00-${trace}-${parent}-01\n`,
  ])('finds no trace id in the header %j', (header) => expect(readTraceId(header)).toBeUndefined())
})

describe('a trace that begins here', () => {
  it('has ids of its own, which its header hands on', () => {
    const { traceId, traceparent } = beginTrace()
    expect(readTraceId(traceparent)).toBe(traceId)
    expect(beginTrace().traceId).not.toBe(traceId)
  })

  it('says that something was recorded', () => {
    expect(beginTrace((bytes) => Buffer.alloc(bytes, 0xab)).traceparent).toBe(
      `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`,
    )
  })
})
