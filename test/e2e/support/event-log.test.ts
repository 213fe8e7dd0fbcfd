import { describe, expect, test } from 'vitest'
import { createEventLog } from './event-log.ts'

type Fruit = { what: 'apple'; weight: number } | { what: 'pear' }

describe('an event log', () => {
  test('gives what came before it was asked for, oldest first, and each event once', async () => {
    const log = createEventLog<Fruit>('basket')
    log.add({ what: 'apple', weight: 1 })
    log.add({ what: 'apple', weight: 2 })
    expect(await log.take('apple')).toEqual({ what: 'apple', weight: 1 })
    expect(await log.take('apple')).toEqual({ what: 'apple', weight: 2 })
    await expect(log.take('apple', undefined, 1)).rejects.toThrow()
    expect(log.all('apple')).toHaveLength(2)
  })

  test('waits for what has not come yet, and leaves alone what was not asked for', async () => {
    const log = createEventLog<Fruit>('basket')
    const heavy = log.take('apple', ({ weight }) => weight > 5)
    log.add({ what: 'pear' })
    log.add({ what: 'apple', weight: 1 })
    log.add({ what: 'apple', weight: 6 })
    expect(await heavy).toEqual({ what: 'apple', weight: 6 })
    expect(await log.take('apple')).toEqual({ what: 'apple', weight: 1 })
    expect(await log.take('pear')).toEqual({ what: 'pear' })
  })

  test('gives one event to one of two who wait', async () => {
    const log = createEventLog<Fruit>('basket')
    const both = [log.take('pear'), log.take('pear', undefined, 1)]
    log.add({ what: 'pear' })
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('forgets what nobody took', async () => {
    const log = createEventLog<Fruit>('basket')
    log.add({ what: 'pear' })
    log.forget()
    await expect(log.take('pear', undefined, 1)).rejects.toThrow()
  })

  test('is as empty as a new one after it was cleared', async () => {
    const log = createEventLog<Fruit>('basket')
    log.add({ what: 'pear' })
    log.clear()
    expect(log.all('pear')).toEqual([])
    await expect(log.take('pear', undefined, 1)).rejects.toThrow('seen so far: nothing')
  })

  test('says what came instead', async () => {
    const log = createEventLog<Fruit>('basket')
    await expect(log.take('pear', undefined, 1)).rejects.toThrow('basket: no "pear" within 1 ms; seen so far: nothing')
    log.add({ what: 'apple', weight: 1 })
    await expect(log.take('pear', undefined, 1)).rejects.toThrow('seen so far: apple')
  })
})
