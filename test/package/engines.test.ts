import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { root } from './packed.ts'

interface Locked {
  version?: string
  dev?: true
  engines?: { node?: string }
}

const read = <T>(name: string): T => JSON.parse(readFileSync(`${root}/${name}`, 'utf8')) as T // npm's own files

/** The lowest major version that a range such as `^18 || >=20` takes. */
const lowestMajor = (range: string): number =>
  Math.min(...range.split('||').map((one) => Number(/\d+/.exec(one)?.[0] ?? 0)))

it('installs nothing for users that asks for a newer Node than the package itself, so that npm prints no EBADENGINE', () => {
  const { engines } = read<{ engines: { node: string } }>('package.json')
  const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
  const tooNew = Object.entries(packages)
    .filter(([, { dev, engines: { node = '*' } = {} }]) => !dev && lowestMajor(node) > lowestMajor(engines.node))
    .map(([name, { version, engines: wanted }]) => `${name} ${version} wants Node ${wanted?.node}`)
  expect(tooNew).toEqual([])
})
