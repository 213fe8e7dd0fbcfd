import { createPrompt, type Prompt } from './create-prompt.ts'
import type { PromptOptions, PromptPush } from './options.ts'

/** What the two script tags put on the page. The cast: a global has no type but the one its script gives it. */
const page = globalThis as unknown as {
  /** Comes with `pushferry.min.js`, or with the stub that stands in for it. */
  readonly pushferry: PromptPush
  pushferryPrompt: (options?: Partial<PromptOptions>) => Prompt
}

/**
 * `createPrompt` for the page's own `pushferry`, which is looked up at every call: the two scripts may load in any
 * order, and a stub be replaced in between.
 */
page.pushferryPrompt = (options) =>
  createPrompt({
    push: { register: () => page.pushferry.register(), status: async () => page.pushferry.status() },
    ...options,
  })
