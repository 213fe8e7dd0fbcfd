import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { executable } from './support/browsers.ts'

// Here and not with the other benchmarks, because it needs a browser. No time is compared with anything.
test('the benchmark of the page script measures ours and its peers, and a click that ends registered', async () => {
  const bench = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [bench, 'page', '--tiny', '--json'], {
    env: { ...process.env, CHROMIUM: executable('chromium') },
  })
  const { page } = JSON.parse(stdout) as { page: { rows: { what: string; ms: number; 'long tasks': number }[] } }
  expect(page.rows.map(({ what }) => what)).toEqual([
    'pushferry.min.js: compile and run',
    'Firebase Messaging: compile and run',
    'CleverTap Web SDK: compile and run',
    'pushferry: click to acknowledged',
  ])
  for (const { ms, 'long tasks': longTasks } of page.rows) {
    expect(ms).toBeGreaterThan(0)
    expect(longTasks).toBeGreaterThanOrEqual(0)
  }
})
