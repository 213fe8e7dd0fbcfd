import { type OpenDialog, openDialog } from './dialog.ts'
import { createDismissalMemory, isSnoozed } from './dismissal.ts'
import { type PromptChoice, type PromptOptions, resolveOptions } from './options.ts'

/**
 * The result of `show()`: the user's choice, `'snoozed'` (dismissed recently), `'not-needed'` (the user has decided
 * already, or push is unsupported), or `'closed'` (by `close()`).
 */
export type PromptOutcome = PromptChoice | 'snoozed' | 'not-needed' | 'closed'

export interface Prompt {
  /**
   * Shows the dialog where it is needed. In the state `prompt` it asks whether to continue to the browser's own prompt; in
   * `needs-install` (iPhone, iPad) it explains how to add the site to the home screen.
   *
   * Resolves with the choice and does not wait for the registration that follows; `push.onChange` and `onChoice` report that.
   * While a dialog is open, further calls return the same promise.
   *
   * @param options.force shows the dialog even after a recent dismissal, for example from a button of the site
   */
  show(options?: { force?: boolean }): Promise<PromptOutcome>
  /**
   * Removes an open dialog, or prevents one from opening, without counting as a dismissal. Call it before the page's body
   * is replaced (as Turbo does): the promise of a dialog that is removed with the body never settles.
   */
  close(): void
}

/**
 * Makes a soft prompt: one dialog that asks before the browser does, because the browser asks only once. Has no side
 * effects and needs no page before `show()`.
 *
 * It remembers a dismissal, and an acceptance after which the user dismissed the browser's prompt. It sends nothing.
 *
 * @example
 * const prompt = createPrompt({ push, title: 'Know when it ships?', accept: 'Yes, tell me' })
 * orderPlaced.addEventListener('done', () => prompt.show())
 *
 * @throws TypeError for an unknown option, or without `push`
 */
export const createPrompt = (options: PromptOptions): Prompt => {
  const settings = resolveOptions(options)
  const { push, install, onChoice } = settings
  const { read, write } = createDismissalMemory()
  const dismiss = () => write(read()[0] + 1, Date.now())
  let open: OpenDialog | undefined
  let showing: Promise<PromptOutcome> | undefined
  let wanted = false

  const ask = async (force: boolean): Promise<PromptOutcome> => {
    const { state } = await push.status()
    const texts = { prompt: settings, 'needs-install': install }[state]
    if (!texts) return 'not-needed'
    if (!force && isSnoozed(read(), Date.now(), settings.askAgainAfterDays)) return 'snoozed'
    if (!wanted) return 'closed'

    let registration: Promise<unknown> | undefined
    open = openDialog(texts, () => {
      // `async` runs up to the first await inside the click, and turns an exception of `register` into a rejection.
      registration = (async () => push.register())()
      registration.then(() => write(0, 0), dismiss)
    })
    const end = await open.ended
    open = undefined
    if (end === 'dismissed') dismiss()
    if (end !== 'closed') onChoice(end, registration)
    return end
  }

  return {
    show: ({ force = false } = {}) => {
      wanted = true
      showing ??= ask(force).finally(() => {
        showing = undefined
      })
      return showing
    },
    close: () => {
      wanted = false
      open?.close()
    },
  }
}
