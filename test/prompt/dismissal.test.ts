// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDismissalMemory, isSnoozed } from '../../src/prompt/dismissal.ts'

const day = 86_400_000
const at = Date.UTC(2026, 10, 23)

describe('the silence after a dismissal', () => {
  it.each([
    [1, 7],
    [2, 14],
    [3, 28],
    [4, 56],
  ])('dismissal number %i hides the prompt for %i days', (count, days) => {
    expect(isSnoozed([count, at], at, 7)).toBe(true)
    expect(isSnoozed([count, at], at + days * day - 1, 7)).toBe(true)
    expect(isSnoozed([count, at], at + days * day, 7)).toBe(false)
  })

  it('follows the days that the site has set', () => {
    expect(isSnoozed([2, at], at + 2 * day - 1, 1)).toBe(true)
    expect(isSnoozed([2, at], at + 2 * day, 1)).toBe(false)
    expect(isSnoozed([1, at], at, 0)).toBe(false)
  })

  it.each([
    ['there was none', 0, 0],
    ['what is stored is no dismissal', Number.NaN, Number.NaN],
    ['it lies in the future, left there by a wrong clock', 1, at + 400 * day],
  ])('no longer hides the prompt when %s', (_why, count, when) => {
    expect(isSnoozed([count, when], at, 7)).toBe(false)
  })

  it('of somebody who has said no for years does not overflow', () => {
    expect(isSnoozed([2000, at], at + 1e6 * day, 7)).toBe(true)
  })
})

describe('the memory of dismissals', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    localStorage.clear()
  })

  it('is shared by all prompts and pages of the site', () => {
    createDismissalMemory().write(2, at)
    expect(createDismissalMemory().read()).toEqual([2, at])
  })

  it('starts empty', () => {
    expect(createDismissalMemory().read()).toEqual([0, 0])
  })

  it.each(['abc', '{"count":1}', '1', ' ', `Infinity ${at}`, `99 ${at}`, '1e300 0', `-1 ${at}`, `1 -5`, 'null null'])(
    'reads %j as a dismissal that silences nothing',
    (text) => {
      localStorage.setItem('pushferry-prompt', text)
      const [count, when] = createDismissalMemory().read()
      expect(isSnoozed([count, when], at, 7)).toBe(false)
    },
  )

  it('lasts as long as the page where storage is blocked', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new DOMException('denied', 'SecurityError')
      },
      setItem: () => {
        throw new DOMException('denied', 'SecurityError')
      },
    })
    const memory = createDismissalMemory()
    memory.write(1, at)
    expect(memory.read()).toEqual([1, at])
  })

  it('lasts as long as the page where there is no storage at all', () => {
    vi.stubGlobal('localStorage', undefined)
    const memory = createDismissalMemory()
    memory.write(1, at)
    expect(memory.read()).toEqual([1, at])
  })

  it('lasts as long as the page where storage is full or wiped', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    const memory = createDismissalMemory()
    memory.write(1, at)
    localStorage.clear()
    expect(memory.read()).toEqual([1, at])
  })
})
