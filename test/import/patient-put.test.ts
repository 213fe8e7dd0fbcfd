import { expect, test } from 'vitest'
import { patientPut } from '../../src/import/patient-put.ts'
import { bulkOf } from '../../src/relay/store/bulk.ts'
import { StoreError } from '../../src/relay/store/errors.ts'

const failing = (times: number, error: Error) => {
  let calls = 0
  return {
    putBulk: async () => {
      if (calls++ < times) throw error
      return { others: [] }
    },
  }
}
const bulk = bulkOf({ account: 'A', replaceLive: false }, [])
const unavailable = new StoreError('unavailable', 'the disk is full')

test('a store that is out of order for a while gets the same records again', async () => {
  const waits: number[] = []
  expect(await patientPut(failing(3, unavailable), bulk, async (ms) => waits.push(ms))).toEqual({ others: [] })
  expect(waits).toEqual([200, 500, 1000])
})

test('after about a minute it says what is wrong', async () => {
  let waited = 0
  const put = patientPut(failing(99, unavailable), bulk, async (ms) => {
    waited += ms
  })
  await expect(put).rejects.toMatchObject({
    kind: 'failed',
    message: 'the store takes no more records: the disk is full',
  })
  expect(waited).toBeGreaterThan(50_000)
})

test('what waiting does not mend is not waited for', async () => {
  const closed = new StoreError('closed', 'the store is closed')
  const wait = () => Promise.reject(new Error('waited'))
  await expect(patientPut(failing(1, closed), bulk, wait)).rejects.toThrow('the store is closed')
  await expect(patientPut(failing(1, new Error('a bug')), bulk, wait)).rejects.toThrow('a bug')
})
