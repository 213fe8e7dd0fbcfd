import type { Page } from 'playwright-core'

/** The visible part of a line in the picture of a chart. */
export interface DrawnLine {
  /** The line's height at each step, as a share of the chart's height; null where it is not drawn. */
  heights: (number | null)[]
  /** The share of the chart's width in which the line is drawn. */
  extent: number
  color: string
}

/**
 * Finds the pixels of a line by the colour of its legend.
 *
 * @param steps which steps to look at
 * @param count how many steps there are
 */
export const drawnLine = (
  page: Page,
  { chart, line, steps, count = 60 }: { chart: string; line: string; steps: readonly number[]; count?: number },
): Promise<DrawnLine> =>
  page.evaluate(
    ({ chart, line, steps, count }) => {
      const figure = document.querySelector(`[data-chart="${chart}"]`)
      const canvas = figure?.querySelector('canvas')
      const over = figure?.querySelector('.u-over')?.getBoundingClientRect()
      const legend = figure?.querySelector(`.legend .${line}`)
      const context = canvas?.getContext('2d')
      if (!canvas || !over || !legend || !context) throw new Error(`nothing is drawn in ${chart}`)
      const { color } = getComputedStyle(legend)
      const [red = 0, green = 0, blue = 0] = color.match(/\d+/g)?.map(Number) ?? []
      const bounds = canvas.getBoundingClientRect()
      const scale = canvas.width / bounds.width
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      const isLine = (x: number, y: number): boolean => {
        const at = 4 * (y * canvas.width + x)
        const [r = 0, g = 0, b = 0, a = 0] = data.subarray(at, at + 4)
        return a > 200 && Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < 24
      }
      const left = (over.left - bounds.left) * scale
      const bottom = (over.bottom - bounds.top) * scale
      const height = over.height * scale
      const rowsAt = (x: number): number[] => [...Array(canvas.height).keys()].filter((y) => isLine(Math.round(x), y))
      const heightAt = (step: number): number | null => {
        // Between two pixels a line may be in either.
        const x = left + (over.width * scale * step) / (count - 1)
        const rows = [...rowsAt(x - 1), ...rowsAt(x), ...rowsAt(x + 1)]
        if (rows.length === 0) return null
        return (bottom - rows.reduce((sum, y) => sum + y + 0.5, 0) / rows.length) / height
      }
      const width = Math.floor(over.width * scale)
      const seen = [...Array(width).keys()].filter((x) => rowsAt(left + x).length > 0).length
      return { heights: steps.map(heightAt), extent: seen / width, color }
    },
    { chart, line, steps, count },
  )
