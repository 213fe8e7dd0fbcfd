#!/usr/bin/env node
// npm run audit: asks the registry for known vulnerabilities of the packages that users install. Fails for severity high or
// critical. If the registry cannot be asked (a mirror without the endpoint, no network), it passes and says so.
import { spawnSync } from 'node:child_process'
import { judgeAudit } from './audit/judge.mjs'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 120_000 })
const { failed, lines } = judgeAudit(stdout ?? '')
for (const line of lines) console.log(`audit: ${line}`)
if (failed) process.exitCode = 1
