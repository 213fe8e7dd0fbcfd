// @vitest-environment happy-dom
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Prompt, PromptOptions, PromptPush } from '../../src/prompt/index.ts'
import { eventually } from '../support/eventually.ts'
import { shown } from './shown.ts'

/** What the two scripts put on the page. */
const page = globalThis as unknown as {
  pushferry?: PromptPush
  pushferryPrompt: (options?: Partial<PromptOptions>) => Prompt
}

beforeAll(() => import('../../src/prompt/script-tag.ts'))
afterEach(() => {
  delete page.pushferry
  document.body.replaceChildren()
  localStorage.clear()
})

describe('the script tag', () => {
  it('gives the page a prompt for its own pushferry, even if that arrives later', async () => {
    const prompt = page.pushferryPrompt({ title: 'Know when it ships?' })
    const register = vi.fn(async () => {})
    page.pushferry = { register, status: async () => ({ state: 'prompt' }) }
    const outcome = prompt.show()
    await eventually(() => expect(shown().text('title')).toBe('Know when it ships?'))
    shown().press('accept')
    expect(register).toHaveBeenCalledOnce()
    expect(await outcome).toBe('accepted')
  })

  it('calls pushferry as its own method', async () => {
    const own = {
      register: async () => {},
      async status() {
        return { state: this === own ? 'registered' : 'prompt' }
      },
    }
    page.pushferry = own
    expect(await page.pushferryPrompt().show()).toBe('not-needed')
  })

  it('says so when there is no pushferry', async () => {
    await expect(page.pushferryPrompt().show()).rejects.toThrow(TypeError)
  })
})
