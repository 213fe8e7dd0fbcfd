export { createPrompt, type Prompt, type PromptOutcome } from './create-prompt.ts'
export type { PromptChoice, PromptOptions, PromptPush } from './options.ts'
