import { type ChartKind, chartKinds, numberColumns, numbersOf, summaryOf, wordsOf } from './charts.ts'
import { element, linksOf, listOf, type View } from './element.ts'
import type { PageOptions } from './page-options.ts'
import { rangeWords } from './slots.ts'
import { type Range, ranges } from './snapshot.ts'
import { clock } from './words.ts'

/** The charts: their labels, the selected step, and their numbers as a table. The script draws into `.plot`. */
export const chartSection = ({ state, range, script }: PageOptions, addressOf: (range: Range) => string): View => {
  const series = state.account.series[range]
  const step = script?.step ?? null
  const last = series.queued.length - 1
  /** Only the browser knows the local time. */
  const timeOf = (at: number): string => clock(at, { seconds: range === 'live', zone: script ? undefined : 'UTC' })

  const chart = (kind: ChartKind): View => {
    const { legend, gap } = wordsOf(kind, series, step)
    const title = kind.name === 'flow' ? `${kind.title} ${rangeWords[range].per} ` : `${kind.title} `
    const lines = kind.lines.map(({ name, label }) =>
      element(`li.${name}`, [`${label} `, element('b', legend[name], { 'data-legend': name })]),
    )
    return element(
      'figure.chart',
      [
        element('figcaption', [element('span', [title, element('span.note', gap)]), listOf('ul.legend', lines)]),
        element('div.plot', null, { role: 'img', 'aria-label': summaryOf(kind, series, range) }),
      ],
      { 'data-chart': kind.name },
    )
  }
  const time = step === null ? 'now' : timeOf(series.startsAt + step * series.stepMs)
  const values = chartKinds.flatMap((kind) => {
    const { legend } = wordsOf(kind, series, step ?? last)
    return kind.lines.map(({ name, label }) => `${label} ${legend[name]}`)
  })
  const slider = element('input', '', {
    type: 'range',
    id: 'step',
    min: '0',
    max: String(last),
    'aria-valuetext': `${time}: ${values.join(', ')}`,
  })
  const rows = numbersOf(series, timeOf).map(([from = '', ...cells]) =>
    element('tr', [element('th', from, { scope: 'row' }), ...cells.map((cell) => element('td', cell))]),
  )
  const heads = ['From', ...numberColumns].map((name) => element('th', name, { scope: 'col' }))
  const table = [
    element('caption', 'The latest first.'),
    element('thead', element('tr', heads)),
    element('tbody', rows),
  ]
  const scroll = { role: 'region', tabindex: '0', 'aria-label': 'Numbers over time' }

  return element(
    'section.charts',
    [
      element('h2', 'Over time', { id: 'charts' }),
      element(
        'noscript',
        script ? null : element('p.note', 'A script draws the charts; the table has the same numbers.'),
      ),
      linksOf(
        'ranges',
        'Time shown',
        'true',
        ranges.map((one) => ({ href: addressOf(one), isCurrent: one === range, content: rangeWords[one].name })),
      ),
      ...chartKinds.map(chart),
      element(
        'p.pointer',
        [element('label', 'Point in time', { for: 'step' }), slider, element('output', time, { for: 'step' })],
        { hidden: script ? undefined : '' },
      ),
      element('details', [
        element('summary', 'The same as a table'),
        element('div.scroll', element('table', script?.isTableOpen === false ? null : table), scroll),
      ]),
    ],
    { 'aria-labelledby': 'charts' },
  )
}
