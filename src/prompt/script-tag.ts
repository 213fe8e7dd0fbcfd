import { createPrompt, type Prompt } from './create-prompt.ts'
import type { PromptOptions, PromptPush } from './options.ts'

/** The globals of the two script tags. Cast: globals that scripts define have no types. */
const page = globalThis as unknown as {
  /** Defined by `pushferry.min.js`, or by its stub. */
  readonly pushferry: PromptPush
  pushferryPrompt: (options?: Partial<PromptOptions>) => Prompt
}

/**
 * `createPrompt` for the page's global `pushferry`. Looks it up on every call, because the two scripts may load in any
 * order, and a stub may be replaced in between.
 */
page.pushferryPrompt = (options) =>
  createPrompt({
    push: { register: () => page.pushferry.register(), status: async () => page.pushferry.status() },
    ...options,
  })
