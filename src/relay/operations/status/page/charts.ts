import { chartKinds, numbersOf, summaryOf, wordsOf } from '../view/charts.ts'
import { rangeWords } from '../view/slots.ts'
import { type PageState, type Range, ranges, type Series } from '../view/snapshot.ts'
import { clock } from '../view/words.ts'
import { find, setAttribute, setText } from './find.ts'
import { createPlot } from './plot.ts'

/** The charts, their table, and the selected point in time. */
export interface Charts {
  show(state: PageState): void
}

const timeOf = (at: number, { stepMs }: Series): string => clock(at, { seconds: stepMs < 60_000 })

/** Makes the charts react to the range links, to the pointer, and to the slider for keyboards. */
export const createCharts = (): Charts => {
  const slider = find<HTMLInputElement>('#step')
  const details = find<HTMLDetailsElement>('[data-numbers-shown]')
  let range: Range = ranges.find((one) => one === document.body.dataset.range) ?? 'hour'
  const written = find('[data-series]').dataset.series ?? ''
  // The relay wrote this JSON into the page, so that the charts do not wait for the first event.
  let known: Partial<Record<Range, Series>> = { [range]: JSON.parse(written) as Series }
  /** The selected step; null: none, and the legends show sums and last values. */
  let at: number | null = null

  const showPointer = (series: Series): void => {
    const last = series.queued.length - 1
    setAttribute(slider, 'max', String(last))
    slider.value = String(at ?? last)
    const said = at === null ? 'now' : timeOf(series.startsAt + at * series.stepMs, series)
    setText(find('[data-step-time]'), said)
    const values = chartKinds.flatMap((kind) => {
      const { legend } = wordsOf(kind, series, at ?? last)
      return kind.lines.map(({ name, label }) => `${label} ${legend[name]}`)
    })
    setAttribute(slider, 'aria-valuetext', `${said}: ${values.join(', ')}`)
  }

  const showTable = (series: Series): void => {
    if (!details.open) return
    setText(find('caption', details), 'The latest first.')
    const body = find('[data-numbers]')
    const rows = numbersOf(series, (time) => timeOf(time, series))
    while (body.children.length > rows.length) body.lastElementChild?.remove()
    for (const [index, cells] of rows.entries()) {
      const row = body.children[index] ?? body.appendChild(document.createElement('tr'))
      for (const [column, text] of cells.entries()) {
        const there = row.children[column]
        const cell = there ?? row.appendChild(document.createElement(column === 0 ? 'th' : 'td'))
        if (column === 0) setAttribute(cell, 'scope', 'row')
        setText(cell, text)
      }
    }
  }

  const redraw = (): void => {
    const series = known[range]
    if (!series) return
    for (const { kind, plot } of plots) {
      const figure = find(`[data-chart="${kind.name}"]`)
      const { legend, gap } = wordsOf(kind, series, at)
      setText(find('[data-gap]', figure), gap)
      for (const [name, text] of Object.entries(legend)) setText(find(`[data-legend="${name}"]`, figure), text)
      setAttribute(find('.plot', figure), 'aria-label', summaryOf(kind, series, range))
      plot.show(series, at)
    }
    setText(find('[data-per]'), rangeWords[range].per)
    showPointer(series)
    showTable(series)
  }

  const point = (step: number | null): void => {
    at = step
    redraw()
  }
  const plots = chartKinds.map((kind) => ({ kind, plot: createPlot(kind, point) }))
  slider.addEventListener('input', () => point(Number(slider.value)))
  slider.addEventListener('blur', () => point(null))
  details.addEventListener('toggle', redraw)
  find('[data-pointer]').hidden = false

  for (const link of document.querySelectorAll<HTMLAnchorElement>('.ranges a')) {
    link.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      const next = ranges.find((one) => one === link.dataset.range)
      if (!next) return
      range = next
      at = null
      history.replaceState(null, '', link.href)
      for (const other of document.querySelectorAll('.ranges a')) other.removeAttribute('aria-current')
      link.setAttribute('aria-current', 'true')
      redraw()
    })
  }

  redraw()
  return {
    show: (next) => {
      known = next.account.series
      redraw()
    },
  }
}
