import { describe, expect, it } from 'vitest'
import { type PromptOptions, resolveOptions } from '../../src/prompt/options.ts'

const push = { register: async () => {}, status: async () => ({ state: 'prompt' }) }

describe('prompt options', () => {
  it('have a default for everything but push', () => {
    const settings = resolveOptions({ push })
    expect(settings).toMatchObject({ push, askAgainAfterDays: 7 })
    for (const text of [settings.title, settings.body, settings.accept, settings.dismiss]) expect(text).toBeTruthy()
    expect(settings.install.steps).toHaveLength(3)
  })

  it('replace every text, one by one', () => {
    const settings = resolveOptions({ push, title: 'Titel', install: { steps: ['Erst', 'Dann'] } })
    expect(settings.title).toBe('Titel')
    expect(settings.install.steps).toEqual(['Erst', 'Dann'])
    expect(settings.install.title).toBe(resolveOptions({ push }).install.title)
  })

  it('that are undefined count as not given', () => {
    const given = { push, title: undefined, install: undefined } as unknown as PromptOptions
    expect(resolveOptions(given)).toEqual(resolveOptions({ push }))
  })

  it('that do not exist are refused with the list of those that do', () => {
    expect(() => resolveOptions({ push, titel: 'x' } as unknown as PromptOptions)).toThrow(
      new TypeError(
        'Unknown option titel. Known: push, title, body, accept, dismiss, install, askAgainAfterDays, onChoice',
      ),
    )
    expect(() => resolveOptions({ push, install: { step: [] } } as unknown as PromptOptions)).toThrow(
      new TypeError('Unknown option step. Known: title, body, steps, dismiss'),
    )
  })

  it('are not taken from Object.prototype, which other scripts extend', () => {
    Object.defineProperty(Object.prototype, 'steps', { value: () => {}, configurable: true, writable: true })
    try {
      expect('steps' in resolveOptions({ push })).toBe(false)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'steps')
    }
  })

  it('without push are refused', () => {
    expect(() => resolveOptions({} as unknown as PromptOptions)).toThrow(TypeError)
  })
})
