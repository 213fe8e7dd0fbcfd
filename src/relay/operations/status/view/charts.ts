import { rangeWords } from './slots.ts'
import type { Range, Series } from './snapshot.ts'
import { count, duration, latency } from './words.ts'

/** A line of a chart. `name`: the numbers of a `Series` that it shows. */
export interface LineKind {
  name: 'queued' | 'accepted' | 'rejected' | 'waiting' | 'latencyP50Ms' | 'latencyP95Ms'
  label: string
  /**
   * The style, by which lines also differ without colour. `area` is a line with a filled area below it. `bars` have no line
   * between them, so that zeros are not drawn. The others are broken lines. Default: a solid line.
   */
  as?: 'area' | 'bars' | 'dashed' | 'dotted'
}

export interface ChartKind {
  name: 'flow' | 'waiting' | 'latency'
  title: string
  lines: readonly LineKind[]
  say: (value: number) => string
  /** The value in the legend while no step is selected: the sum of all steps, or the last known value. */
  legend: 'sum' | 'last'
  /** Minimum of the value axis's upper end, so that one record does not fill the chart. */
  leastTop: number
}

export const chartKinds: readonly ChartKind[] = [
  {
    name: 'flow',
    title: 'Records',
    lines: [
      { name: 'queued', label: 'Queued', as: 'dashed' },
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
      { name: 'latencyP95Ms', label: '95 of 100 within', as: 'dotted' },
    ],
    say: latency,
    legend: 'last',
    leastTop: 100,
  },
]

type Values = readonly (number | null)[]

/** Omits the running step, because its incomplete count would look like a sudden drop. */
const drawnOf = ({ legend }: ChartKind, values: Values): Values =>
  legend === 'sum' ? [...values.slice(0, -1), null] : values

const layers = { area: 0, dashed: 1, dotted: 1, bars: 2 }
const layerOf = ({ as }: LineKind): number => (as ? layers[as] : 0)

/** The order in which lines are drawn: a dashed line above a solid one is visible where both are equal. */
export const layersOf = ({ lines }: ChartKind): LineKind[] => [...lines].sort((a, b) => layerOf(a) - layerOf(b))

/** The data to draw: the steps' times in ms, then the values of each line, by layer. */
export const pointsOf = (kind: ChartKind, series: Series): [number[], ...(number | null)[][]] => [
  series.queued.map((_, index) => series.startsAt + index * series.stepMs),
  ...layersOf(kind).map(({ name }) => [...drawnOf(kind, series[name])]),
]

/** Known steps between unknown ones: no line leads to them, so they need a dot. */
export const loneOf = (values: Values): number[] => {
  const isKnown = (index: number): boolean => typeof values[index] === 'number'
  return [...values.keys()].filter((index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1))
}

/** The steps with a value above zero. */
export const countedOf = (values: Values): number[] => [...values.keys()].filter((index) => values[index])

/** The words around a chart. */
interface ChartWords {
  /** Labels of the legend, by line. */
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

/** The store keeps no history of queue and latency, so they begin with the process. */
const gapOf = ({ lines, legend }: ChartKind, series: Series): string => {
  const known = lines.map(({ name }) => series[name].findIndex((value) => value !== null)).filter((first) => first > 0)
  if (known.length === 0 || (legend === 'sum' && series.stepMs >= 60_000)) return ''
  return `known for the last ${duration((series.queued.length - Math.min(...known)) * series.stepMs)}`
}

/** The labels around a chart. `at` is the selected step; null: none. */
export const wordsOf = (kind: ChartKind, series: Series, at: number | null): ChartWords => ({
  legend: Object.fromEntries(kind.lines.map(({ name }) => [name, legendOf(kind, series[name], at)])),
  gap: gapOf(kind, series),
})

/** A chart's description for screen readers: sum or last value and maximum of each line. */
export const summaryOf = (kind: ChartKind, series: Series, range: Range): string => {
  const { start, per } = rangeWords[range]
  const unit = kind.legend === 'sum' ? ` ${per}` : ''
  const lines = kind.lines.map(({ name, label }) => {
    const known = series[name].filter((value) => value !== null)
    if (known.length === 0) return `${label} unknown`
    return `${label} ${legendOf(kind, series[name], null)}, at most ${kind.say(Math.max(...known))}${unit}`
  })
  return `${kind.title} from ${start} to now. ${lines.join('; ')}.`
}

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
