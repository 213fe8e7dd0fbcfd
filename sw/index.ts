import { attachPushferry, type WorkerOptions } from './attach.ts'

attachPushferry((self as { PUSHFERRY?: WorkerOptions }).PUSHFERRY)
