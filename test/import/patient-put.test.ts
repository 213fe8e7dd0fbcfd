import { expect, test } from 'vitest'
import { patientPut } from '../../src/import/patient-put.ts'
import { StoreError } from '../../src/relay/store/errors.ts'

const failing = (times: number, error: Error) => {
  let calls = 0
  return {
    put: async () => {
      if (calls++ < times) throw error
      return []
    },
  }
}
const unavailable = new StoreError('unavailable', 'the disk is full')

test('a store that is out of order for a while gets the same records again', async () => {
  const waits: number[] = []
  expect(await patientPut(failing(3, unavailable), [], async (ms) => waits.push(ms))).toEqual([])
  expect(waits).toEqual([200, 500, 1000])
})

test('after about a minute it says what is wrong', async () => {
  let waited = 0
  const put = patientPut(failing(99, unavailable), [], async (ms) => {
    waited += ms
  })
  await expect(put).rejects.toMatchObject({
    kind: 'failed',
    message: 'the store accepts no more records: the disk is full',
  })
  expect(waited).toBeGreaterThan(50_000)
})

test('a put does not retry an error that waiting cannot fix', async () => {
  const closed = new StoreError('closed', 'the store is closed')
  const wait = () => Promise.reject(new Error('waited'))
  await expect(patientPut(failing(1, closed), [], wait)).rejects.toThrow('the store is closed')
  await expect(patientPut(failing(1, new Error('a bug')), [], wait)).rejects.toThrow('a bug')
})
