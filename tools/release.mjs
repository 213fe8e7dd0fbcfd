// npm run release -- 1.2.3: checks that everything is ready for that version, sets it, and prints the remaining steps. It neither
// commits nor publishes: only a workflow can publish with provenance.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** @param {string} name */
const read = (name) => readFileSync(join(root, name), 'utf8')
/** @param {string[]} args */
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim()

/**
 * The missing conditions for a release, one sentence each.
 *
 * @param {object} facts
 * @param {string | undefined} facts.version wanted
 * @param {{version: string, repository?: unknown}} facts.manifest package.json
 * @param {string} facts.changelog
 * @param {string} facts.branch
 * @param {string} facts.changes what `git status --porcelain` prints
 * @param {string} facts.tags one per line
 * @returns {string[]}
 */
export const obstacles = ({ version, manifest, changelog, branch, changes, tags }) => {
  if (!version || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return ['Name the version: npm run release -- 1.2.3']
  const found = []
  const [, date, body = ''] =
    new RegExp(`^## ${version.replaceAll('.', '\\.')}(?: \\((.+)\\))?$([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(
      changelog,
    ) ?? []
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date ?? '')) found.push(`CHANGELOG.md needs a heading "## ${version} (YYYY-MM-DD)".`)
  else if (body.trim() === '') found.push(`CHANGELOG.md says nothing about ${version}.`)
  if (!manifest.repository)
    found.push('package.json needs "repository": provenance compares it with where it is built.')
  if (branch !== 'main') found.push(`This is the branch ${branch || 'of no name'}, not main.`)
  if (changes !== '') found.push('There are changes that are not committed.')
  if (tags.split('\n').includes(`v${version}`)) found.push(`v${version} has been tagged already.`)
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const version = process.argv[2]
  const found = obstacles({
    version,
    manifest: JSON.parse(read('package.json')),
    changelog: read('CHANGELOG.md'),
    branch: git('branch', '--show-current'),
    changes: git('status', '--porcelain'),
    tags: git('tag'),
  })
  for (const one of found) console.error(one)
  if (found.length > 0) process.exit(1)
  for (const args of [
    ['run', 'check'],
    ['version', String(version), '--no-git-tag-version', '--allow-same-version'],
  ]) {
    const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
  }
  console.log(`
Ready. The remaining steps:
  git commit --all --message "release: ${version}"
  git tag v${version} && git push --follow-tags
The workflow of the tag then runs: npm ci && npm publish --provenance --access public`)
}
