import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { barLine, showProgress } from '../../src/cli/status-line.ts'

const progress = {
  title: 'reading',
  share: 0.5,
  words: ['21,000 rows/s', 'about 20 s to go', '500,000 rows', '5,000 rejected'],
}
const words = progress.words.join(', ')

describe('the bar', () => {
  it('is drawn in full on a wide terminal', () => {
    expect(barLine(progress, 120)).toBe(`reading  [############............]  50 %  ${words}`)
  })

  it('leaves out whole words where there is no width, the last ones first', () => {
    expect(barLine(progress, 80)).toBe('reading  [####....]  50 %  21,000 rows/s, about 20 s to go, 500,000 rows')
    expect(barLine(progress, 60)).toBe('reading  [####....]  50 %  21,000 rows/s, about 20 s to go')
  })

  it('cuts the first words short and never reaches the last column, where a terminal would begin a new line', () => {
    const line = barLine({ ...progress, words: ['CleverTap cannot be reached, trying again'] }, 60)
    expect(line).toBe('reading  [####....]  50 %  CleverTap cannot be reached, tr…')
    expect(line).toHaveLength(59)
  })

  it('is left out where the share is not known', () => {
    expect(barLine({ ...progress, share: undefined }, 120)).toBe(`reading  ${words}`)
  })
})

describe('a progress', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const shown = (isTTY: boolean, env: Record<string, string> = {}) => {
    let text = ''
    const now = { ...progress }
    const stderr = {
      isTTY,
      columns: 120,
      write: (piece: string) => {
        text += piece
      },
    }
    return { now, text: () => text, line: showProgress({ stderr, env }, () => now) }
  }

  it('is a plain line every five seconds in a pipe and on a dumb terminal', () => {
    for (const { now, text, line } of [shown(false), shown(true, { TERM: 'dumb' })]) {
      vi.advanceTimersByTime(5_000)
      now.share = 1
      vi.advanceTimersByTime(5_000)
      line.stop()
      expect(text()).toBe(`reading 50 %: ${words}\nreading 100 %: ${words}\n`)
    }
  })

  it('is said again after a minute while it stays the same', () => {
    const { text, line } = shown(false)
    vi.advanceTimersByTime(120_000)
    line.stop()
    expect(text().trimEnd().split('\n')).toHaveLength(2)
  })

  it('is drawn over itself on a terminal and wiped away at the end', () => {
    const { text, line } = shown(true)
    vi.advanceTimersByTime(100)
    line.stop()
    expect(text().split('\r')).toHaveLength(4)
    expect(text().endsWith('\r\u001B[K')).toBe(true)
  })
})
