import { parentPort, workerData } from 'node:worker_threads'
import { createClevertapClient } from '../client.ts'
import { createJobQueue } from './job-queue.ts'
import { type Command, ready, type ThreadData } from './messages.ts'

/* The program of the sender thread: one client and one request queue per account. */

if (!parentPort) throw new Error('worker.js runs as a worker thread only')
const port = parentPort
const { accounts }: ThreadData = workerData
const queues = new Map(
  accounts.map((options) => [
    options.accountId,
    createJobQueue(createClevertapClient(options), (result) => port.postMessage(result)),
  ]),
)

port.on('message', (command: Command) => {
  if (command.kind === 'send') queues.get(command.job.account)?.take(command.job)
  else if (command.kind === 'abort') queues.get(command.account)?.abort(command.number)
  else queues.get(command.account)?.recall()
})
port.postMessage(ready)
