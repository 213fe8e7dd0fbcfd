/** The prompt that is on the page, as a user meets it. Throws when there is none. */
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
    /** What the browser does for Escape, Android's back, and a request to close: it closes without a value. */
    escape: () => dialog.close(),
  }
}

export const isShown = () => document.querySelector('pushferry-prompt') !== null
