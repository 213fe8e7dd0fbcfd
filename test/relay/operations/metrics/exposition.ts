/** One time series of a scrape. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

export interface Family {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  samples: readonly Sample[]
}

const readLabels = (text: string): Record<string, string> => {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== '') {
    const [all, name = '', value = ''] = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest) ?? []
    if (all === undefined) throw new Error(`labels cannot be read: ${text}`)
    if (Object.hasOwn(labels, name)) throw new Error(`label twice: ${text}`)
    labels[name] = value.replace(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign))
    rest = rest.slice(all.length)
  }
  return labels
}

const readSample = (line: string): Sample => {
  const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === '' || Number.isNaN(Number(value.replace(/^([+-]?)Inf$/, '$1Infinity'))))
    throw new Error(`no sample: ${line}`)
  return { name, labels: readLabels(labels), value: Number(value.replace(/^([+-]?)Inf$/, '$1Infinity')) }
}

const keyOf = ({ name, labels }: Sample): string => `${name} ${JSON.stringify(Object.entries(labels).sort())}`

const checkHistogram = ({ name, samples }: Family): void => {
  const series = new Map<string, Sample[]>()
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels
    const key = JSON.stringify(Object.entries(rest).sort())
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const of of series.values()) {
    const buckets = of.filter((one) => one.name === `${name}_bucket`)
    const count = of.find((one) => one.name === `${name}_count`)?.value
    if (count === undefined || !of.some((one) => one.name === `${name}_sum`)) throw new Error(`${name} is not complete`)
    const last = buckets.at(-1)
    if (last?.labels.le !== '+Inf' || last.value !== count) throw new Error(`${name} has no bucket for all`)
    buckets.reduce((before, { value }) => {
      if (value < before) throw new Error(`buckets of ${name} go down`)
      return value
    }, 0)
  }
}

/**
 * Reads Prometheus' text format, version 0.0.4. Throws for everything that Prometheus would refuse: a sample without its type, a
 * family in two parts, a series twice, a histogram that does not add up.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const readExposition = (text: string): Family[] => {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family & { samples: Sample[] }>()
  const seen = new Set<string>()
  let help: { name: string; text: string } | undefined
  let open: (Family & { samples: Sample[] }) | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') help = { name, text: rest }
    else if (kind === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} stands in two places`)
      if (rest !== 'counter' && rest !== 'gauge' && rest !== 'histogram') throw new Error(`${name} is a ${rest}`)
      if (help?.name !== name) throw new Error(`${name} has no help`)
      open = { name, type: rest, help: help.text, samples: [] }
      families.set(name, open)
    } else {
      const sample = readSample(line)
      const base = open?.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name
      if (base !== open?.name) throw new Error(`${sample.name} does not stand under its type`)
      if (seen.has(keyOf(sample))) throw new Error(`twice: ${line}`)
      seen.add(keyOf(sample))
      open.samples.push(sample)
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family)
  return [...families.values()]
}
