#!/usr/bin/env node
// npm run audit: known vulnerabilities of what users install. Those of severity high or critical fail; a registry that
// cannot be asked (a mirror without the endpoint, no network) does not, and the output says that nothing was asked.
import { spawnSync } from 'node:child_process'
import { judgeAudit } from './audit/judge.mjs'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 120_000 })
const { failed, lines } = judgeAudit(stdout ?? '')
for (const line of lines) console.log(`audit: ${line}`)
if (failed) process.exitCode = 1
