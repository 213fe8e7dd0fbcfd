import { parentPort, workerData } from 'node:worker_threads'
import { createClevertapClient } from '../client.ts'
import { createLane } from './lane.ts'
import { type Asked, ready, type ThreadData } from './messages.ts'

/* The program of the sender thread: one client and one request queue per account. */

if (!parentPort) throw new Error('worker.js runs as a worker thread only')
const port = parentPort
const { accounts }: ThreadData = workerData
const lanes = new Map(
  accounts.map((options) => [
    options.accountId,
    createLane(createClevertapClient(options), (told) => port.postMessage(told)),
  ]),
)

port.on('message', (asked: Asked) => {
  if (asked.kind === 'send') lanes.get(asked.job.account)?.take(asked.job)
  else if (asked.kind === 'abort') lanes.get(asked.account)?.abort(asked.number)
  else lanes.get(asked.account)?.recall()
})
port.postMessage(ready)
