/** The part of a Pushferry client that the prompt uses. `createPush(…)` and the global `pushferry` have it. */
export interface PromptPush {
  /** Called inside the click on the accepting button, before anything else, so that the click's activation holds. */
  register(): Promise<unknown>
  status(): Promise<{ readonly state: string }>
}

/** The user's choice. */
export type PromptChoice = 'accepted' | 'dismissed'

/** The wording for iPhone and iPad, where a site must be on the home screen before it can send pushes. */
export interface InstallTexts {
  /** Heading. */
  title?: string
  /** The sentence above the steps. */
  body?: string
  /** One sentence per step. */
  steps?: readonly string[]
  /** The only button. */
  dismiss?: string
}

/** Options of the soft prompt. Its strings are plain text without markup, and have English defaults. */
export interface PromptOptions {
  push: PromptPush
  /** Heading of the question. It names the dialog for screen readers. */
  title?: string
  /** The benefit for the user, in one or two sentences. */
  body?: string
  /** The button that continues to the browser's own prompt. */
  accept?: string
  /** The button that dismisses the prompt for now. */
  dismiss?: string
  /** The wording for the state `needs-install`. */
  install?: InstallTexts
  /** Days until the prompt is shown again after the first dismissal. Each further dismissal doubles them. Default 7. */
  askAgainAfterDays?: number
  /**
   * Called with every choice, for statistics. `registration` comes with `'accepted'` and settles as `push.register()` does;
   * it may be ignored, because its rejection is handled.
   */
  onChoice?: (choice: PromptChoice, registration?: Promise<unknown>) => void
}

/** `PromptOptions` with all defaults. */
export type PromptSettings = Required<Omit<PromptOptions, 'install'>> & { install: Required<InstallTexts> }

// Plain ASCII: a script without a charset is read in the page's encoding.
const defaults: Omit<PromptSettings, 'push'> & { push: unknown } = {
  push: undefined,
  title: 'Turn on notifications?',
  body: 'Hear when something important happens. You can turn them off at any time.',
  accept: 'Turn on',
  dismiss: 'Not now',
  install: {
    title: 'Get notifications here',
    body: 'Add this site to your home screen first:',
    steps: [
      "Open the browser's Share menu.",
      'Choose "Add to Home Screen".',
      'Open it from there and turn on notifications.',
    ],
    dismiss: 'Got it',
  },
  askAgainAfterDays: 7,
  onChoice: () => {},
}

/** A copy without what other scripts have put on `Object.prototype`. */
const bare = <T extends object>(object: T): T => Object.assign(Object.create(null), object)

/** Merges the given options into the defaults. An option that is `undefined` counts as not given. */
const fill = <Settings extends object>(given: { readonly [Name in keyof Settings]?: unknown }, known: Settings) => {
  const filled = bare(known)
  for (const [name, value] of Object.entries(given)) {
    if (!(name in filled)) throw new TypeError(`Unknown option ${name}. Known: ${Object.keys(known).join(', ')}`)
    if (value !== undefined) Object.assign(filled, { [name]: value })
  }
  return filled
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError for an option that does not exist (the message lists those that do), and without `push`
 */
export const resolveOptions = (options: PromptOptions): PromptSettings => {
  const { push } = options
  if (!push) throw new TypeError('Option push is required')
  const settings = fill(options, defaults)
  return bare({ ...settings, push, install: fill(settings.install, defaults.install) })
}
