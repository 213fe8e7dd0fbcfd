import { chartHeight, chartKinds, cursorX, draw, numbersOf } from '../view/charts.ts'
import { rangeWords } from '../view/slots.ts'
import { type PageState, type Range, ranges, type Series } from '../view/snapshot.ts'
import { clock } from '../view/words.ts'
import { find, setAttribute, setText } from './find.ts'

/** The charts, their table, and the point in time that somebody looks at. */
export interface Charts {
  show(state: PageState): void
}

const timeOf = (at: number, { stepMs }: Series): string => clock(at, { seconds: stepMs < 60_000 })

/** Makes the charts react: to the choice of a range, to the pointer, and to the slider that keyboards use. */
export const createCharts = (): Charts => {
  const slider = find<HTMLInputElement>('#step')
  const details = find<HTMLDetailsElement>('[data-numbers-shown]')
  let range: Range = ranges.find((one) => one === document.body.dataset.range) ?? 'hour'
  let state: PageState | undefined
  /** The step that is looked at; null: none, so that the legends show sums and last values. */
  let at: number | null = null

  const showPointer = (series: Series): void => {
    const last = series.queued.length - 1
    setAttribute(slider, 'max', String(last))
    slider.value = String(at ?? last)
    const said = at === null ? 'now' : timeOf(series.startsAt + at * series.stepMs, series)
    setText(find('[data-step-time]'), said)
    const values = chartKinds.flatMap((kind) => {
      const { legend } = draw(kind, series, at ?? last)
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
    const series = state?.account.series[range]
    if (!series) return
    for (const kind of chartKinds) {
      const figure = find(`[data-chart="${kind.name}"]`)
      const { top, paths, legend, gap } = draw(kind, series, at)
      setText(find('[data-top]', figure), top)
      setText(find('[data-gap]', figure), gap)
      for (const [name, path] of Object.entries(paths)) setAttribute(find(`[data-path="${name}"]`, figure), 'd', path)
      for (const [name, text] of Object.entries(legend)) setText(find(`[data-legend="${name}"]`, figure), text)
      const x = at === null ? null : cursorX(at, series)
      setAttribute(find('[data-cursor]', figure), 'd', x === null ? '' : `M${x} 0V${chartHeight}`)
      for (const word of figure.querySelectorAll('[data-range-word]'))
        setText(word, word.getAttribute('data-range-word') === 'per' ? rangeWords[range].per : rangeWords[range].start)
    }
    showPointer(series)
    showTable(series)
  }

  const point = (step: number | null): void => {
    at = step
    redraw()
  }
  const stepUnder = (event: PointerEvent, plot: Element): number => {
    const { left, width } = plot.getBoundingClientRect()
    const last = Number(slider.max)
    return Math.max(0, Math.min(last, Math.round(((event.clientX - left) / width) * last)))
  }
  for (const plot of document.querySelectorAll<SVGElement>('.plot svg')) {
    plot.addEventListener('pointermove', (event) => point(stepUnder(event, plot)))
    plot.addEventListener('pointerleave', () => point(null))
  }
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

  return {
    show: (next) => {
      state = next
      redraw()
    },
  }
}
