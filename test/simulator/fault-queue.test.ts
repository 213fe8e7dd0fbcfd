import { expect, test } from 'vitest'
import { createFaultQueue, type FaultSubject, isApplied } from '../../src/simulator/fault-queue.ts'

const upload = (...objectIds: string[]): FaultSubject => ({ on: 'upload', dryRun: false, objectIds })

test('faults are used once each, in their order', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'html' })
  queue.add({ kind: 'hang' })
  expect([1, 2, 3].map(() => queue.take(upload('a'))?.kind)).toEqual(['html', 'hang', undefined])
  expect(queue.pending()).toEqual([])
})

test('times is how often, always is until cleared', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'html', times: 2 })
  queue.add({ kind: 'hang', times: 'always' })
  expect([1, 2, 3, 4].map(() => queue.take(upload('a'))?.kind)).toEqual(['html', 'html', 'hang', 'hang'])
  queue.clear()
  expect(queue.take(upload('a'))).toBeUndefined()
})

test('every 3 leaves two out of three alone', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'html', every: 3, times: 'always' })
  expect([1, 2, 3, 4, 5, 6].map(() => queue.take(upload('a')) !== undefined)).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
  ])
})

test('a scope that does not fit leaves the fault for a later call', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'html', on: 'profile' })
  queue.add({ kind: 'hang', dryRun: true })
  queue.add({ kind: 'truncated', objectIds: ['b'] })
  queue.add({ kind: 'no-items', objectIds: (objectId) => objectId.startsWith('c') })
  expect(queue.take(upload('a'))).toBeUndefined()
  expect(queue.take(upload('c1'))?.kind).toBe('no-items')
  expect(queue.take(upload('a', 'b'))?.kind).toBe('truncated')
  expect(queue.take({ ...upload('a'), dryRun: true })?.kind).toBe('hang')
  expect(queue.take({ ...upload('a'), on: 'profile' })?.kind).toBe('html')
})

test('while only the head is there, nothing but a reset at request is taken, and later everything but that', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'html' })
  queue.add({ kind: 'reset', at: 'request' })
  const head: FaultSubject = { on: 'upload', dryRun: false, objectIds: undefined }
  expect(queue.take(head)?.kind).toBe('reset')
  expect(queue.take(head)).toBeUndefined()
  expect(queue.take(upload('a'))?.kind).toBe('html')
})

test('reject faults add up, each so often for each objectId, and stand beside another fault', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'reject', code: 530, objectIds: ['b'], times: 2 })
  queue.add({ kind: 'reject', code: 555, objectIds: ['b', 'c'], error: 'Later' })
  queue.add({ kind: 'truncated' })
  const call = upload('a', 'b', 'c')
  expect(queue.rejections(call)).toEqual([
    { index: 1, code: 530, error: "Invalid 'objectId'" },
    { index: 2, code: 555, error: 'Later' },
  ])
  expect(queue.take(call)?.kind).toBe('truncated')
  expect(queue.rejections(call).map(({ code }) => code)).toEqual([530])
  expect(queue.rejections(call).map(({ code }) => code)).toEqual([555])
  expect(queue.rejections(call)).toEqual([])
})

test('reject without objectIds refuses the record of every profile, also one without an objectId', () => {
  const queue = createFaultQueue()
  queue.add({ kind: 'reject', code: 555 })
  expect(queue.rejections({ ...upload(), objectIds: ['a', undefined] })).toHaveLength(2)
  expect(queue.rejections(upload('a', 'b')).map(({ index }) => index)).toEqual([1])
})

test.each([
  [undefined, true],
  [{ kind: 'latency', ms: 1 }, true],
  [{ kind: 'trickle', ms: 1, applied: false }, true],
  [{ kind: 'truncated' }, true],
  [{ kind: 'truncated', applied: false }, false],
  [{ kind: 'reset', at: 'body' }, true],
  [{ kind: 'reset' }, false],
  [{ kind: 'reset', applied: true }, true],
  [{ kind: 'hang' }, false],
  [{ kind: 'no-items' }, false],
] as const)('%j: are the records taken in? %s', (fault, applied) => {
  expect(isApplied(fault)).toBe(applied)
})
