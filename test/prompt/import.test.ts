import { describe, expect, it } from 'vitest'

describe('in bare Node', () => {
  it('every module can be imported, and a prompt be made', async () => {
    expect(globalThis).not.toHaveProperty('document')
    await import('../../src/prompt/script-tag.ts')
    const { createPrompt } = await import('../../src/prompt/index.ts')
    const push = { register: async () => {}, status: async () => ({ state: 'unsupported' }) }
    expect(await createPrompt({ push }).show()).toBe('not-needed')
  })
})
