/** The prompt on the page, as a user sees it. Throws when there is none. */
export const shown = () => {
  const root = document.querySelector('pushferry-prompt')?.shadowRoot
  const dialog = root?.querySelector('dialog')
  if (!root || !dialog) throw new Error('no prompt is shown')
  const part = (name: string) => root.querySelector<HTMLElement>(`[part=${name}]`)
  return {
    root,
    dialog,
    part,
    text: (name: string) => part(name)?.textContent,
    steps: () => [...root.querySelectorAll('li')].map((step) => step.textContent),
    press: (name: 'accept' | 'dismiss') => part(name)?.click(),
    /** Closes without a value, as the browser does for Escape, Android's back, and a request to close. */
    escape: () => dialog.close(),
  }
}

export const isShown = () => document.querySelector('pushferry-prompt') !== null
