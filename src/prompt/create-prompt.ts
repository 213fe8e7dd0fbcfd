import { type OpenDialog, openDialog } from './dialog.ts'
import { createDismissalMemory, isSnoozed } from './dismissal.ts'
import { type PromptChoice, type PromptOptions, resolveOptions } from './options.ts'

/**
 * What became of `show()`: the user's choice, or `'snoozed'` (dismissed lately), `'not-needed'` (there is nothing to
 * ask: already decided, or push is not to be had here), `'closed'` (by `close()`).
 */
export type PromptOutcome = PromptChoice | 'snoozed' | 'not-needed' | 'closed'

export interface Prompt {
  /**
   * Asks, if there is something to ask. In the state `prompt` the user is asked whether to go on to the browser's own
   * question; in `needs-install` (iPhone, iPad) told how to add the site to the home screen.
   *
   * Settles with the choice, not with the registration that follows it: `push.onChange` and `onChoice` tell about that.
   * While a dialog is open, further calls get the same promise.
   *
   * @param options.force asks even if the user dismissed lately: for a button of the site's that says so
   */
  show(options?: { force?: boolean }): Promise<PromptOutcome>
  /**
   * Takes an open dialog away, or keeps one from opening, without counting as a dismissal. Call it where the page's
   * body is swapped (Turbo and its like): of a dialog that is torn out with the body nobody hears again.
   */
  close(): void
}

/**
 * A soft prompt: one dialog that asks before the browser does, because the browser asks only once. Nothing happens, and
 * no page is needed, until `show()`.
 *
 * A dismissal is remembered, and so is an acceptance that came to nothing (the user then dismissed the browser's
 * question). Nothing is sent anywhere.
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
  const dismiss = () => write((read()[0] || 0) + 1, Date.now())
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
      // Runs up to the first await, thus inside the click; what `register` throws becomes a rejection.
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
