// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPrompt, type PromptOptions } from '../../src/prompt/index.ts'
import { eventually } from '../support/eventually.ts'
import { isShown, shown } from './shown.ts'

const day = 86_400_000

/** A page with a Pushferry client in the given state. */
const page = (state = 'prompt', options: Partial<PromptOptions> = {}) => {
  const push = {
    register: vi.fn(async (): Promise<unknown> => undefined),
    status: vi.fn(async () => ({ state })),
  }
  const onChoice = vi.fn()
  return { push, onChoice, prompt: createPrompt({ push, onChoice, ...options }) }
}
const opened = () => eventually(() => expect(shown().dialog.open).toBe(true))

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23) })
})
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
  localStorage.clear()
})

describe('accepting', () => {
  it('registers inside the click, while it still counts as one', async () => {
    const { push, prompt } = page()
    const outcome = prompt.show()
    await opened()
    shown().press('accept')
    expect(push.register).toHaveBeenCalledOnce()
    expect(await outcome).toBe('accepted')
  })

  it('tells the site, with the registration', async () => {
    const { push, prompt, onChoice } = page()
    push.register.mockResolvedValue('done')
    const outcome = prompt.show()
    await opened()
    shown().press('accept')
    await outcome
    expect(onChoice).toHaveBeenCalledExactlyOnceWith('accepted', expect.any(Promise))
    expect(await onChoice.mock.calls[0]?.[1]).toBe('done')
  })

  it('starts the count of dismissals anew', async () => {
    localStorage.setItem('pushferry-prompt', '3 1')
    const { prompt } = page()
    const outcome = prompt.show()
    await opened()
    shown().press('accept')
    await outcome
    await eventually(() => expect(localStorage.getItem('pushferry-prompt')).toBe('0 0'))
  })

  it.each([
    ['fails', () => Promise.reject(new Error('permission-dismissed'))],
    [
      'throws',
      () => {
        throw new Error('no such client')
      },
    ],
  ])('counts as a dismissal when the registration %s, and leaves no unhandled rejection', async (_how, register) => {
    const status = async () => ({ state: 'prompt' })
    const prompt = createPrompt({ push: { register, status } })
    const outcome = prompt.show()
    await opened()
    shown().press('accept')
    expect(await outcome).toBe('accepted')
    await eventually(() => expect(localStorage.getItem('pushferry-prompt')).toMatch(/^1 \d+$/))
    expect(await prompt.show()).toBe('snoozed')
  })
})

describe('dismissing', () => {
  const dismiss = async (options?: Partial<PromptOptions>) => {
    const { prompt } = page('prompt', options)
    const outcome = prompt.show()
    await opened()
    shown().press('dismiss')
    return outcome
  }

  it('registers nothing and is remembered for 7 days, then 14, then 28', async () => {
    for (const days of [7, 14, 28]) {
      expect(await dismiss()).toBe('dismissed')
      vi.setSystemTime(Date.now() + days * day - 1)
      expect(await page().prompt.show()).toBe('snoozed')
      vi.setSystemTime(Date.now() + 1)
    }
    const { push, prompt } = page()
    const outcome = prompt.show()
    await opened()
    shown().press('dismiss')
    await outcome
    expect(push.register).not.toHaveBeenCalled()
  })

  it('is remembered for the days that the site has set', async () => {
    await dismiss({ askAgainAfterDays: 1 })
    vi.setSystemTime(Date.now() + day)
    expect(await dismiss({ askAgainAfterDays: 1 })).toBe('dismissed')
  })

  it('is remembered after any number of dismissals', async () => {
    const options = { askAgainAfterDays: 1 / day }
    for (let count = 0; count < 22; count++) {
      expect(await dismiss(options)).toBe('dismissed')
      expect(await page('prompt', options).prompt.show()).toBe('snoozed')
      vi.setSystemTime(Date.now() + 2 ** count)
    }
  })

  it('is also what Escape does', async () => {
    const { prompt, onChoice } = page()
    const outcome = prompt.show()
    await opened()
    shown().escape()
    expect(await outcome).toBe('dismissed')
    expect(onChoice).toHaveBeenCalledExactlyOnceWith('dismissed', undefined)
    expect(await prompt.show()).toBe('snoozed')
  })

  it('does not stand in the way of a button of the site', async () => {
    await dismiss()
    const { prompt } = page()
    void prompt.show({ force: true })
    await opened()
    prompt.close()
  })
})

describe('what is asked', () => {
  it.each(['unsupported', 'denied', 'granted', 'subscribed', 'registered'])(
    'is nothing in the state %s, not even when forced',
    async (state) => {
      expect(await page(state).prompt.show({ force: true })).toBe('not-needed')
      expect(isShown()).toBe(false)
    },
  )

  it('is in the site’s words', async () => {
    const { prompt } = page('prompt', { title: 'A', body: 'B', accept: 'C', dismiss: 'D' })
    void prompt.show()
    await opened()
    expect(['title', 'body', 'accept', 'dismiss'].map(shown().text)).toEqual(['A', 'B', 'C', 'D'])
    prompt.close()
  })

  it('is nothing in needs-install: there it is told how to add the site to the home screen', async () => {
    const { prompt, push } = page('needs-install')
    const outcome = prompt.show()
    await opened()
    expect(shown().steps().join(' ')).toContain('Add to Home Screen')
    expect(shown().part('accept')).toBeNull()
    shown().press('dismiss')
    expect(await outcome).toBe('dismissed')
    expect(push.register).not.toHaveBeenCalled()
    expect(await prompt.show()).toBe('snoozed')
  })
})

describe('one dialog', () => {
  it('is open however often it is asked for', async () => {
    const { prompt, push } = page()
    const first = prompt.show()
    expect(prompt.show()).toBe(first)
    await opened()
    expect(prompt.show()).toBe(first)
    expect(document.querySelectorAll('pushferry-prompt')).toHaveLength(1)
    expect(push.status).toHaveBeenCalledOnce()
    shown().press('dismiss')
    await first
  })

  it('goes away when the site closes it, without counting as a dismissal', async () => {
    const { prompt, onChoice } = page()
    const outcome = prompt.show()
    await opened()
    prompt.close()
    expect(await outcome).toBe('closed')
    expect(isShown()).toBe(false)
    expect(onChoice).not.toHaveBeenCalled()
    void prompt.show()
    await opened()
    prompt.close()
  })

  it('does not open once the site has closed it while the state was being looked up', async () => {
    const { prompt } = page()
    const outcome = prompt.show()
    prompt.close()
    expect(await outcome).toBe('closed')
    expect(isShown()).toBe(false)
  })
})
