// npm run package: packs the built package and checks the tarball with its users' tools: it contains only needed files, publint has no
// findings about package.json, and "are the types wrong" resolves every entry. Needs no network.
//
// Two findings are intended: `require` resolves to ESM, which Node supports from 20.19 on, and it gets CommonJS types, because
// TypeScript refuses ESM types there (TS1479).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { requireBuild } from './require-build.mjs'

requireBuild()
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The allowed files of the tarball. Source maps are not allowed, because they would name sources that it does not contain. */
const wanted = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/(cli|import|relay|simulator|ticket|wire)\/([\w-]+\/)*[\w-]+\.js$/,
  /^dist\/relay\/store\/([\w-]+\/)*migrations\/\d+\.sql$/,
  /^dist\/(relay|ticket|wire|types)\/([\w-]+\/)*[\w-]+\.d\.c?ts$/,
  /^dist\/browser\/pushferry(-sw|-prompt)?(\.min)?\.js$/,
  /^dist\/browser\/pushferry-clevertap-sdk\.js$/,
  /^dist\/browser\/(pushferry-status\.(min\.js|css|svg)|integrity\.json)$/,
]
const maxUnpackedBytes = 1_200_000

const folder = mkdtempSync(join(tmpdir(), 'pushferry-pack-'))
/** @type {string[]} */
const faults = []
try {
  const { stdout, status } = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, root],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (status !== 0) throw new Error('npm pack failed')
  // npm 11 prints a list, npm 12 an object by name.
  const [packed] = Object.values(JSON.parse(stdout))
  const { filename, files, size, unpackedSize } = packed

  for (const { path } of files) if (!wanted.some((one) => one.test(path))) faults.push(`${path} should not be packed`)
  if (unpackedSize > maxUnpackedBytes) faults.push(`${unpackedSize} bytes unpacked are more than ${maxUnpackedBytes}`)

  const tarball = readFileSync(join(folder, filename))
  const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  for (const message of messages) {
    if (message.code === 'EXPORTS_TYPES_INVALID_FORMAT' && message.path.at(-1) === 'require') continue
    faults.push(`publint: ${formatMessage(message, pkg, { color: false })}`)
  }

  const { problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(data)), {
    // Scripts for a tag, not modules.
    excludeEntrypoints: [/\.min\.js$/, /\.json$/],
  })
  for (const problem of problems ?? []) {
    const { kind } = problem
    if (kind === 'FalseCJS' || kind === 'CJSResolvesToESM') continue
    faults.push(`are the types wrong: ${kind} ${JSON.stringify({ ...problem, trace: undefined })}`)
  }
  console.log(`${filename}: ${files.length} files, ${size} bytes, ${unpackedSize} unpacked`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
