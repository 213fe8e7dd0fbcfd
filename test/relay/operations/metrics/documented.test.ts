import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createInstruments } from '../../../../src/relay/operations/metrics/instruments.ts'

const read = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')

interface Known {
  type: string
  labels: string[]
}

/** What the relay has, by name. */
const known = async (): Promise<Map<string, Known>> => {
  const registry = new Registry()
  const instruments = createInstruments(registry)
  const metrics = await registry.getMetricsAsJSON()
  return new Map(
    Object.values(instruments).map((instrument) => {
      // prom-client keeps them on every metric, and its types leave them out.
      const { name, labelNames } = instrument as unknown as { name: string; labelNames: string[] }
      const type = metrics.find((one) => one.name === name)?.type
      return [name, { type: String(type), labels: [...labelNames] }]
    }),
  )
}

/** Functions of PromQL and Grafana. Any other name with an underscore must be a metric, so a typo is found. */
const functions = ['histogram_quantile', 'label_values']

/** The names of metrics in a query, those of a histogram's series being the histogram's. */
const namesIn = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/\b[a-z]+_\w+/g)]
      .map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
      .filter((name) => !functions.includes(name)),
  )

describe('the documentation of metrics', () => {
  it('has every metric with its type and labels, and no other', async () => {
    const documented = new Map(
      [...read('metrics.md').matchAll(/^\| `(pushferry_\w+)` \| (\w+) \| ([\w, ]*) ?\| .+\.( .*)? \|$/gm)].map(
        ([, name = '', type = '', labels = '']) => [
          name,
          { type, labels: labels.trim() === '' ? [] : labels.trim().split(', ') },
        ],
      ),
    )
    expect(documented).toEqual(await known())
    const named = read('metrics.md').match(/\bpushferry_\w+/g) ?? []
    expect(named.filter((name) => !documented.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([])
  })
})

describe.each(['grafana-dashboard.json', 'alerts.yml'])('%s', (file) => {
  it('names metrics and labels that there are', async () => {
    const metrics = await known()
    const text = read(file)
    expect([...namesIn(text)].filter((name) => !metrics.has(name))).toEqual([])
    for (const [, name = '', matchers = ''] of text.matchAll(/\b(pushferry_\w+)\{([^}]*)\}/g)) {
      const labels = metrics.get(name.replace(/_(bucket|sum|count)$/, ''))?.labels ?? []
      for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]/g)) expect(labels, name).toContain(label)
    }
  })
})

describe('the dashboard', () => {
  it('shows every metric', async () => {
    const shown = namesIn(read('grafana-dashboard.json'))
    const missing = [...(await known()).keys()].filter((name) => !shown.has(name))
    expect(missing).toEqual([])
  })

  it('has panels that do not overlap, each with a query and a title', () => {
    const { panels } = JSON.parse(read('grafana-dashboard.json')) as {
      panels: {
        id: number
        title: string
        targets: { expr: string }[]
        gridPos: Record<'x' | 'y' | 'w' | 'h', number>
      }[]
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, targets } of panels) {
      expect(title).not.toBe('')
      expect(targets.length).toBeGreaterThan(0)
    }
  })
})

describe('the alert rules', () => {
  it('have a name, a severity, and an annotation that says what to do', () => {
    const { groups } = parse(read('alerts.yml')) as {
      groups: {
        rules: { alert: string; expr: string; labels: { severity: string }; annotations: Record<string, string> }[]
      }[]
    }
    const rules = groups.flatMap((group) => group.rules)
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Pushferry[A-Z]/)
      expect(['critical', 'warning', 'info']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/\.$/)
      expect(annotations.description).toMatch(/[.?]$/)
    }
  })
})
