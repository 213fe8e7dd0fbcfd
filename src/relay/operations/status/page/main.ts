import { chartKinds } from '../view/charts.ts'
import { viewOf } from '../view/page.ts'
import { type PageState, type Range, ranges } from '../view/snapshot.ts'
import { find } from './find.ts'
import { listen } from './live.ts'
import { patch } from './patch.ts'
import { createPlot } from './plot.ts'
import { createRetry } from './retry.ts'

const { body } = document
const slider = find<HTMLInputElement>('#step')
const details = find<HTMLDetailsElement>('details')

let state = JSON.parse(body.dataset.state ?? '') as PageState // sent by our own server
let range: Range = ranges.find((one) => one === body.dataset.range) ?? 'hour'
let step: number | null = null

const show = (): void => {
  const { title, ...parts } = viewOf({
    state,
    range,
    asked: new URLSearchParams(location.search).has('account'),
    script: { step, freshness: connection.freshness(), isTableOpen: details.open },
  })
  document.title = title
  body.dataset.level = state.account.verdict.level
  body.dataset.lost = String(connection.isLost())
  for (const [name, view] of Object.entries(parts)) patch(find(name), view)
  const series = state.account.series[range]
  slider.value = String(step ?? series.queued.length - 1)
  for (const plot of plots) plot.show(series, step)
}
const select = (next: number | null): void => {
  step = next
  show()
}

const plots = chartKinds.map((kind) => createPlot(kind, select))
createRetry(() => state)
slider.addEventListener('input', () => select(Number(slider.value)))
slider.addEventListener('blur', () => select(null))
details.addEventListener('toggle', show)
for (const [index, link] of document.querySelectorAll<HTMLAnchorElement>('.ranges a').entries()) {
  link.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    range = ranges[index] ?? range
    history.replaceState(null, '', link.href)
    select(null)
  })
}
const connection = listen(state.account.account, {
  onState: (next) => {
    state = next
    show()
  },
  onTick: show,
})
show()
