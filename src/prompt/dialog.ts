import { style } from './style.ts'

/** The strings of a dialog. */
export interface DialogTexts {
  readonly title: string
  readonly body: string
  /** A numbered list of steps. */
  readonly steps?: readonly string[]
  /** The first button, if the dialog asks a question. */
  readonly accept?: string
  /** The button that closes the dialog. */
  readonly dismiss: string
}

/** How a dialog ended: by a button, by Escape or a similar gesture (dismissed), or by the caller. */
export type DialogEnd = 'accepted' | 'dismissed' | 'closed'

export interface OpenDialog {
  /** Resolves when the dialog is removed from the page. */
  ended: Promise<DialogEnd>
  /** Removes the dialog without a choice. */
  close(): void
}

/**
 * Opens a modal dialog. The browser keeps the focus in it, restores it afterwards, and treats Escape (or Android's back
 * gesture) as a dismissal. The writing direction follows the strings.
 *
 * The dialog is in a shadow root with a constructed style sheet and contains text nodes only. So it works under
 * `default-src 'self'; require-trusted-types-for 'script'`, and the page's style rules do not apply to it.
 *
 * @param onAccept called inside the click on the first button, before the dialog closes
 */
export const openDialog = ({ title, body, steps, accept, dismiss }: DialogTexts, onAccept: () => void): OpenDialog => {
  const host = document.createElement('pushferry-prompt')
  const root = host.attachShadow({ mode: 'open' })
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets = [sheet]
  } catch {
    // Safari before 16.4 has no constructed style sheets; the browser's default style is good enough.
  }
  const add = <Tag extends keyof HTMLElementTagNameMap>(parent: ParentNode, tag: Tag, part: string, text = '') => {
    const element = document.createElement(tag)
    element.setAttribute('part', part)
    element.textContent = text
    parent.append(element)
    return element
  }

  const dialog = add(root, 'dialog', 'dialog')
  dialog.dir = 'auto'
  dialog.setAttribute('aria-labelledby', 'title')
  dialog.setAttribute('aria-describedby', 'body')
  const heading = add(dialog, 'h2', 'title', title)
  heading.id = 'title'
  add(dialog, 'p', 'body', body).id = 'body'
  if (steps) {
    const list = add(dialog, 'ol', 'steps')
    for (const step of steps) add(list, 'li', 'step', step)
  }
  const buttons = add(dialog, 'div', 'buttons')
  if (accept)
    add(buttons, 'button', 'accept', accept).onclick = () => {
      onAccept()
      dialog.close('accepted')
    }
  add(buttons, 'button', 'dismiss', dismiss).onclick = () => dialog.close('dismissed')

  const ended = new Promise<DialogEnd>((resolve) => {
    dialog.onclose = () => {
      host.remove()
      // Cast: only the calls of `close` in this file set `returnValue`, and Escape leaves it empty.
      resolve((dialog.returnValue || 'dismissed') as DialogEnd)
    }
  })
  document.body.append(host)
  dialog.showModal()
  // Focuses the heading, not a button, so that a key press meant for the page chooses nothing. Screen readers start here.
  heading.tabIndex = -1
  heading.focus()
  return { ended, close: () => dialog.close('closed') }
}
