/** What the prompt needs of a Pushferry client; `createPush(…)` and the global `pushferry` fit. */
export interface PromptPush {
  /** Called inside the click on the accepting button, before anything else, so that the click's activation holds. */
  register(): Promise<unknown>
  status(): Promise<{ readonly state: string }>
}

/** What the user did with the prompt. */
export type PromptChoice = 'accepted' | 'dismissed'

/** The guide for iPhone and iPad, where a site must be on the home screen before it may send pushes. */
export interface InstallTexts {
  /** Heading. */
  title?: string
  /** What stands above the steps. */
  body?: string
  /** One text a step. */
  steps?: readonly string[]
  /** The only button. */
  dismiss?: string
}

/** Texts are plain texts, never markup, and all have an English default. */
export interface PromptOptions {
  push: PromptPush
  /** Heading of the question. It names the dialog for screen readers. */
  title?: string
  /** What the user gets by accepting, in a sentence or two. */
  body?: string
  /** The button that goes on to the browser's own question. */
  accept?: string
  /** The button that puts it off. */
  dismiss?: string
  /** What is shown in the state `needs-install`. */
  install?: InstallTexts
  /** Days of silence after the first dismissal; every further one doubles them. Default 7. */
  askAgainAfterDays?: number
  /**
   * Told of every choice, for statistics. `registration` comes with `'accepted'` and settles as `push.register()` does;
   * it may be left alone, its failure is handled.
   */
  onChoice?: (choice: PromptChoice, registration?: Promise<unknown>) => void
}

/** `PromptOptions` with nothing missing. */
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

/** Puts what is given over the defaults; an option that is `undefined` was not given. */
const fill = <Settings extends object>(given: { readonly [Name in keyof Settings]?: unknown }, known: Settings) => {
  const filled = { ...known }
  for (const [name, value] of Object.entries(given)) {
    if (!(name in known)) throw new TypeError(`Unknown option ${name}. Known: ${Object.keys(known).join(', ')}`)
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
  return { ...settings, push, install: fill(settings.install, defaults.install) }
}
