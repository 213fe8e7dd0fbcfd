import uPlot from 'uplot'
import { type ChartKind, countedOf, type LineKind, layersOf, loneOf, pointsOf } from '../view/charts.ts'
import type { Series } from '../view/snapshot.ts'
import { clock } from '../view/words.ts'
import { find } from './find.ts'

/** The drawing of one chart. It has labels on its axes only; legend, summary and table are in the page. */
export interface Plot {
  /** Draws a series, with a mark at the selected step; null: no step is selected. */
  show(series: Series, at: number | null): void
}

const minute = 60_000
/** Tick intervals of the time axis, at least a minute, so that hours and minutes are enough as labels. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720].map((minutes) => minutes * minute)

/** Tick intervals of the value axis: whole numbers, because a tick at 2.5 would have the label 3. */
const wholeSteps = Array.from({ length: 10 }, (_, zeros) => [1, 2, 5].map((digit) => digit * 10 ** zeros)).flat()

/** 60 % of a step wide, but 3 to 5 px. */
const bars = uPlot.paths.bars?.({ size: [0.6, 5, 3] })
const dashes = { dashed: [7, 5], dotted: [2, 4] }

/** Reads the colours from the page's stylesheet at each drawing, because they depend on colour scheme, print and forced colours. */
const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const seriesOf = ({ name, as }: LineKind, figure: Element): uPlot.Series => {
  const stroke = (): string => getComputedStyle(find(`.legend .${name}`, figure)).color
  const values = (self: uPlot, index: number): (number | null)[] =>
    [...(self.data[index] ?? [])].map((one) => one ?? null)
  if (as === 'bars')
    return {
      stroke,
      fill: stroke,
      width: 0,
      ...(bars ? { paths: bars } : {}),
      // A dot on each bar, because the bar of one record in a thousand would be too low to see.
      points: { show: true, size: 7, stroke, fill: stroke, filter: (self, index) => countedOf(values(self, index)) },
    }
  return {
    stroke,
    width: 2,
    ...(as === 'area' ? { fill: () => colorOf('--shade') } : as ? { dash: dashes[as] } : {}),
    points: { show: true, size: 6, stroke, fill: stroke, filter: (self, index) => loneOf(values(self, index)) },
  }
}

/** Pointer events go to the page, which shows the same step in every chart and in the slider. */
const unbound = Object.fromEntries(
  ['mousedown', 'mouseup', 'click', 'dblclick', 'mousemove', 'mouseleave', 'mouseenter'].map((name) => [
    name,
    () => null,
  ]),
)

/** Draws a chart, and draws it again when its size or the page's colours change. */
export const createPlot = (kind: ChartKind, onPoint: (step: number | null) => void): Plot => {
  const figure = find(`[data-chart="${kind.name}"]`)
  const container = find('.plot', figure)
  const { fontSize, fontFamily } = getComputedStyle(container)
  const textPx = Math.round(Number.parseFloat(fontSize))
  const axis: uPlot.Axis = {
    font: `${textPx}px ${fontFamily}`,
    stroke: () => colorOf('--soft'),
    grid: { stroke: () => colorOf('--grid'), width: 1 },
    ticks: { show: false },
    gap: 6,
  }
  const size = (): { width: number; height: number } => ({
    width: container.clientWidth,
    height: container.clientHeight,
  })
  const uplot = new uPlot(
    {
      ...size(),
      ms: 1,
      padding: [textPx / 2, 1.5 * textPx, 0, 0],
      legend: { show: false },
      // No dot at zero, because it would look like a rejected record.
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, bind: unbound },
      scales: { y: { range: (_, _min, max) => uPlot.rangeNum(0, Math.max(max ?? 0, kind.leastTop), 0.05, true) } },
      axes: [
        {
          ...axis,
          size: textPx + 10,
          space: 5 * textPx,
          incrs: timeSteps,
          values: (_, at) => at.map((one) => clock(one)),
        },
        {
          ...axis,
          // The same width in all charts, so that a time has the same position, unless the numbers are millions.
          size: (_, values) => Math.max(5 * textPx, ...(values ?? []).map((text) => text.length * textPx * 0.65 + 6)),
          space: 2.4 * textPx,
          incrs: wholeSteps,
          values: (_, at) => at.map((one) => kind.say(one)),
        },
      ],
      series: [{}, ...layersOf(kind).map((line) => seriesOf(line, figure))],
    },
    [[], ...kind.lines.map(() => [])],
    container,
  )

  const recolor = (): void => uplot.redraw(false)
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'])
    matchMedia(query).addEventListener('change', recolor)
  new ResizeObserver(() => uplot.setSize(size())).observe(container)
  uplot.over.addEventListener('pointermove', ({ offsetX }) => onPoint(uplot.posToIdx(offsetX)))
  uplot.over.addEventListener('pointerleave', () => onPoint(null))

  return {
    show: (series, at) => {
      const points = pointsOf(kind, series)
      const time = at === null ? undefined : points[0][at]
      // `batch` applies the new scale at once, so that the cursor uses it.
      uplot.batch(() => uplot.setData(points))
      uplot.setCursor({ left: time === undefined ? -10 : uplot.valToPos(time, 'x'), top: 0 })
    },
  }
}
