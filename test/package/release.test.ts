import { describe, expect, it } from 'vitest'

interface Facts {
  version: string | undefined
  manifest: { version: string; repository?: unknown }
  changelog: string
  branch: string
  changes: string
  tags: string
}
/** The tool is plain JavaScript; what is used of it is named here. */
const { obstacles }: { obstacles(facts: Facts): string[] } = await import(
  new URL('../../tools/release.mjs', import.meta.url).href
)

const ready: Facts = {
  version: '1.2.0',
  manifest: { version: '1.1.0', repository: 'git+https://example.com/pushferry.git' },
  changelog: '# Changelog\n\n## 1.2.0 (2026-12-01)\n\n- A thing.\n\n## 1.1.0 (2026-11-01)\n\n- Another.\n',
  branch: 'main',
  changes: '',
  tags: 'v1.0.0\nv1.1.0',
}
const found = (facts: Partial<Facts>): string => obstacles({ ...ready, ...facts }).join('\n')

describe('a release', () => {
  it('may be made when everything is ready', () => {
    expect(found({})).toBe('')
    expect(found({ changelog: '## 1.2.0 (2026-12-01)\n\nThe last entry.\n' })).toBe('')
  })

  it.each<[string, Partial<Facts>, string]>([
    ['without a version', { version: undefined }, 'Name the version'],
    ['with a version that is none', { version: 'v1' }, 'Name the version'],
    ['without an entry in the changelog', { version: '1.3.0' }, '## 1.3.0 (YYYY-MM-DD)'],
    ['with an entry that has no date', { changelog: '## 1.2.0 (unreleased)\n\n- A thing.' }, 'YYYY-MM-DD'],
    ['with an empty entry', { changelog: '## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2026-11-01)\n\n- A.' }, 'says nothing'],
    ['without a repository', { manifest: { version: '1.1.0' } }, 'provenance'],
    ['from another branch', { branch: 'part' }, 'not main'],
    ['with changes', { changes: ' M README.md' }, 'not committed'],
    ['twice', { tags: 'v1.2.0' }, 'tagged already'],
  ])('a release is not made %s', (_, facts, reason) => {
    expect(found(facts)).toContain(reason)
  })
})
