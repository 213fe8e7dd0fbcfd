import type { Series } from './snapshot.ts'
import { count, duration, latency } from './words.ts'

/** A line of a chart: which numbers, what they are called, and how their sum or last value is said. */
interface LineKind {
  name: 'queued' | 'accepted' | 'rejected' | 'waiting' | 'latencyP50Ms' | 'latencyP95Ms'
  label: string
  /** `area` is filled below; `bars` stand alone, so that what is zero all day is not a line. */
  as?: 'area' | 'bars'
}

export interface ChartKind {
  name: 'flow' | 'waiting' | 'latency'
  title: string
  lines: readonly LineKind[]
  say: (value: number) => string
  /** What the legend shows while nobody points anywhere: the sum of all steps, or the last known value. */
  legend: 'sum' | 'last'
  /** The least that the top of the chart stands for, so that one record does not look like a storm. */
  leastTop: number
}

export const chartKinds: readonly ChartKind[] = [
  {
    name: 'flow',
    title: 'Records',
    lines: [
      { name: 'queued', label: 'Queued' },
      { name: 'accepted', label: 'Accepted' },
      { name: 'rejected', label: 'Rejected', as: 'bars' },
    ],
    say: count,
    legend: 'sum',
    leastTop: 10,
  },
  {
    name: 'waiting',
    title: 'In the queue',
    lines: [{ name: 'waiting', label: 'Waiting', as: 'area' }],
    say: count,
    legend: 'last',
    leastTop: 10,
  },
  {
    name: 'latency',
    title: 'Upload latency',
    lines: [
      { name: 'latencyP50Ms', label: 'Median' },
      { name: 'latencyP95Ms', label: '95 of 100 within' },
    ],
    say: latency,
    legend: 'last',
    leastTop: 100,
  },
]

/** The size of a chart's own coordinates; the page stretches them. */
export const chartWidth = 1000
export const chartHeight = 100

/** The next number up that is easy to read: 1, 1.5, 2, 3 … 8, 10, 15 … */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10
  return step * power
}

type Values = readonly (number | null)[]

/** The running step has only begun to count: drawn, it would look as if everything was about to stop. */
const drawnOf = ({ legend }: ChartKind, values: Values): Values =>
  legend === 'sum' ? [...values.slice(0, -1), null] : values

/** The value at the top of the chart. */
const topOf = (kind: ChartKind, series: Series): number =>
  roundUp(
    Math.max(
      kind.leastTop,
      ...kind.lines.flatMap(({ name }) => drawnOf(kind, series[name]).map((value) => value ?? 0)),
    ),
  )

const xOf = (index: number, steps: number): number =>
  Math.round((index / Math.max(1, steps - 1)) * chartWidth * 10) / 10
const yOf = (value: number, top: number): number => Math.round((chartHeight - (value / top) * chartHeight) * 10) / 10

/** Half of the length that a value has which stands alone. */
const dotLength = 3

/** The SVG path of a line, broken where nothing is known. */
export const pathOf = (values: Values, top: number, area = false): string => {
  const parts: string[] = []
  let open: { from: number; to: number } | undefined
  const close = (): void => {
    if (open && area) parts.push(`L${open.to} ${chartHeight}L${open.from} ${chartHeight}Z`)
    else if (open && open.from === open.to) parts.push(`m-${dotLength} 0h${2 * dotLength}`)
    open = undefined
  }
  for (const [index, value] of values.entries()) {
    if (value === null) {
      close()
      continue
    }
    const x = xOf(index, values.length)
    parts.push(`${open ? 'L' : 'M'}${x} ${yOf(value, top)}`)
    open = { from: open?.from ?? x, to: x }
  }
  close()
  return parts.join('')
}

/** A bar is at least this high: one record in a thousand is what somebody looks for. */
const leastBar = 6

/** The SVG path of bars. */
export const barsOf = (values: Values, top: number): string =>
  values
    .map((value, index) =>
      value ? `M${xOf(index, values.length)} ${chartHeight}V${Math.min(chartHeight - leastBar, yOf(value, top))}` : '',
    )
    .join('')

/** A chart as it is drawn. */
export interface Drawing {
  top: string
  /** By `line` and, for an area, `line.area`. */
  paths: Readonly<Record<string, string>>
  /** By line, what the legend shows. */
  legend: Readonly<Record<string, string>>
  /** Why a part of the chart is empty; '' where it is not. */
  gap: string
}

const legendOf = ({ legend, say }: ChartKind, values: Values, at: number | null): string => {
  const known = values.filter((value) => value !== null)
  const value =
    at !== null ? values[at] : legend === 'sum' ? known.reduce((sum, one) => sum + one, 0) : (known.at(-1) ?? null)
  return value === null || value === undefined ? '–' : say(value)
}

/** Queue and latency are not kept in the store: they begin with the process. */
const gapOf = ({ lines, legend }: ChartKind, series: Series): string => {
  const known = lines.map(({ name }) => series[name].findIndex((value) => value !== null)).filter((first) => first > 0)
  if (known.length === 0 || (legend === 'sum' && series.stepMs >= 60_000)) return ''
  return `known for the last ${duration((series.queued.length - Math.min(...known)) * series.stepMs)}`
}

/** Draws a chart. `at` is the step that somebody points at; null: nobody does. Pure. */
export const draw = (kind: ChartKind, series: Series, at: number | null): Drawing => {
  const top = topOf(kind, series)

  const paths: Record<string, string> = {}
  const legend: Record<string, string> = {}
  for (const { name, as } of kind.lines) {
    const values = drawnOf(kind, series[name])
    paths[name] = as === 'bars' ? barsOf(values, top) : pathOf(values, top)
    if (as === 'area') paths[`${name}.area`] = pathOf(values, top, true)
    legend[name] = legendOf(kind, series[name], at)
  }
  return { top: kind.say(top), paths, legend, gap: gapOf(kind, series) }
}

/** Where the line of a step stands. */
export const cursorX = (at: number, series: Series): number => xOf(at, series.queued.length)

export const numberColumns = ['Queued', 'Accepted', 'Rejected', 'Waiting', 'Median', '95 of 100 within'] as const

/** The charts as a table, the latest step first: time, then the columns. */
export const numbersOf = (series: Series, clock: (at: number) => string): string[][] =>
  series.queued
    .map((_, index) => [
      clock(series.startsAt + index * series.stepMs),
      ...chartKinds.flatMap(({ lines, say }) =>
        lines.map(({ name }) => {
          const value = series[name][index]
          return value === null || value === undefined ? '–' : say(value)
        }),
      ),
    ])
    .reverse()
