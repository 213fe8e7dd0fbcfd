import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { settings } from '../../src/relay/config/settings.ts'
import { knownNames } from '../../src/relay/config/source.ts'

const folder = fileURLToPath(new URL('../../deploy', import.meta.url))
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const files = readdirSync(folder)
const secrets = Object.entries(settings).flatMap(([name, { secret }]) => (secret ? [name] : []))

/** The documents of a YAML file, as an object each. */
const documents = (name: string): unknown[] =>
  parseAllDocuments(read(name)).map((one) => {
    expect(one.errors).toEqual([])
    return one.toJS()
  })

/** Names of other programs, of the kernel and of arguments of the image. Any other name must be a setting, so a typo is found. */
const others = /^(AF_INET|AF_UNIX|NODE_ENV|NODE_IMAGE|POSTGRES_\w+|RELAY_PORT)$/

describe('the examples of deployments', () => {
  it.each(files)('name only settings that there are: %s', (name) => {
    const named = read(name).match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []
    expect(named.filter((one) => !knownNames.includes(one) && !others.test(one))).toEqual([])
  })

  it.each(files)('give every secret as a file: %s', (name) => {
    // The image and the service have a SQLite file as default, which is no secret; an empty text is no setting.
    const given = secrets.filter((secret) =>
      new RegExp(`^[^#\\n]*\\b${secret}[:=] *(?!''|""|sqlite:)\\S`, 'm').test(read(name)),
    )
    expect(given).toEqual([])
  })

  it('the services of the compose file fit together', () => {
    const [file] = documents('compose.yaml')
    expect(file).toMatchObject({
      services: {
        caddy: { volumes: expect.arrayContaining(['./Caddyfile:/etc/caddy/Caddyfile:ro']) },
        relay: { deploy: { replicas: 3 }, build: { context: '..', dockerfile: 'deploy/Dockerfile' } },
        postgres: { image: expect.stringContaining('postgres:') },
      },
    })
    const { services, secrets: kept } = file as {
      services: Record<string, { secrets?: string[]; environment?: Record<string, string> }>
      secrets: Record<string, unknown>
    }
    for (const { secrets: used = [], environment = {} } of Object.values(services)) {
      expect(Object.keys(kept)).toEqual(expect.arrayContaining(used))
      const mounted = Object.values(environment).flatMap((value) => value.match(/^\/run\/secrets\/(.+)$/)?.[1] ?? [])
      expect(mounted.sort()).toEqual([...used].sort())
    }
  })

  it('the Kubernetes example is whole, asks for readiness and life apart, and has time to stop', () => {
    const all = documents('kubernetes.yaml') as { kind: string; spec?: unknown; stringData?: object; data?: object }[]
    const find = (kind: string) => all.find((one) => one.kind === kind)
    expect(find('Deployment')?.spec).toMatchObject({
      replicas: 3,
      template: {
        spec: {
          terminationGracePeriodSeconds: 20,
          containers: [
            { readinessProbe: { httpGet: { path: '/readyz' } }, livenessProbe: { httpGet: { path: '/healthz' } } },
          ],
        },
      },
    })
    const mounted = Object.values(find('ConfigMap')?.data ?? {}).flatMap(
      (value: string) => value.match(/^\/run\/secrets\/pushferry\/(.+)$/)?.[1] ?? [],
    )
    expect(mounted.sort()).toEqual(Object.keys(find('Secret')?.stringData ?? {}).sort())
  })

  it('Kubernetes makes no names of its own in the environment, and the internet reaches nothing for operators', () => {
    const all = documents('kubernetes.yaml') as { kind: string; spec?: Record<string, unknown> }[]
    const specOf = (kind: string) => all.find((one) => one.kind === kind)?.spec
    expect(specOf('Deployment')).toMatchObject({ template: { spec: { enableServiceLinks: false } } })
    const { rules } = specOf('Ingress') as { rules: { http: { paths: { path: string; pathType: string }[] } }[] }
    const paths = rules.flatMap(({ http }) => http.paths)
    const isReached = (route: string): boolean =>
      paths.some(({ path, pathType }) => route === path || (pathType === 'Prefix' && route.startsWith(`${path}/`)))
    for (const route of ['/metrics', '/status', '/status.json', '/status/events', '/readyz', '/'])
      expect([route, isReached(route)]).toEqual([route, false])
    for (const route of ['/v1/subscriptions', '/v1/config', '/v1/tokens/a', '/1/upload', '/pushferry-sw.min.js'])
      expect([route, isReached(route)]).toEqual([route, true])
  })

  it('the rules for Caddy close the operators’ routes in each form that the relay takes', () => {
    const documented = readFileSync(new URL('../../docs/relay.md', import.meta.url), 'utf8')
    for (const text of [read('Caddyfile'), documented]) {
      const [, rule = ''] = /^\t@operators path (.+)$/m.exec(text) ?? []
      const isClosed = (route: string): boolean =>
        // Caddy merges slashes before it compares; a * at the end stands for anything.
        rule.split(' ').some((one) => (one.endsWith('*') ? route.startsWith(one.slice(0, -1)) : route === one))
      for (const route of [
        '/metrics',
        '/metrics/',
        '/status',
        '/status/',
        '/status.json',
        '/status.json/',
        '/status/events',
      ])
        expect([route, isClosed(route)]).toEqual([route, true])
      for (const route of ['/v1/config', '/1/upload', '/readyz'])
        expect([route, isClosed(route)]).toEqual([route, false])
    }
  })

  it('the image has every package from the lock file, and a base that can be pinned', () => {
    const lines = read('Dockerfile').replace(/^#.*$/gm, '')
    expect(lines).toContain('RUN npm ci --ignore-scripts')
    expect(lines).not.toMatch(/npm (install|i|add) /)
    expect(lines).toMatch(/^ARG NODE_IMAGE=/m)
    for (const [from] of lines.matchAll(/^FROM .*$/gm)) expect(from).toMatch(/^FROM \$\{NODE_IMAGE\}/)
  })

  it('every image and service ends the relay by SIGTERM and leaves it more than ten seconds', () => {
    expect(read('Dockerfile')).toMatch(/^STOPSIGNAL SIGTERM$/m)
    expect(read('compose.yaml')).toMatch(/stop_grace_period: 15s/)
    expect(read('pushferry.service')).toMatch(/^KillSignal=SIGTERM\n.*\n?TimeoutStopSec=15$/m)
  })
})
