import { describe, expect, it } from 'vitest'
import { tooManyFor } from '../../../src/relay/http/too-many.ts'

describe('the count for an objectId', () => {
  const counted = (...objectIds: readonly string[]): readonly string[] => {
    const keys: string[] = []
    const limits = { address: () => 0, objectId: (key: string) => keys.push(key) && 0 }
    for (const objectId of objectIds) tooManyFor(limits, 'ACC', objectId)
    return keys
  }

  it('tells every objectId there can be from every other', () => {
    const longest = '😀'.repeat(127)
    expect(new Set(counted('a', 'b', `${longest}😀`, `${longest}😁`)).size).toBe(4)
  })

  it('remembers no more of a path than an objectId could be, so that its memory is bounded', () => {
    expect(counted('x'.repeat(2048))[0]?.length).toBeLessThanOrEqual('ACC '.length + 256)
  })
})
