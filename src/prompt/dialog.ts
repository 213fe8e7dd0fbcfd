import { style } from './style.ts'

/** What a dialog shows. */
export interface DialogTexts {
  readonly title: string
  readonly body: string
  /** A numbered list, where there is something to do. */
  readonly steps?: readonly string[]
  /** The first button, where there is something to accept. */
  readonly accept?: string
  /** The button that is always there. */
  readonly dismiss: string
}

/** How a dialog ended: by a button, by Escape and its like (dismissed), or by the caller. */
export type DialogEnd = 'accepted' | 'dismissed' | 'closed'

export interface OpenDialog {
  /** Settles when the dialog is gone from the page. */
  ended: Promise<DialogEnd>
  /** Takes it away without a choice. */
  close(): void
}

/**
 * Opens a modal dialog on top of the page: the browser holds the focus in it, gives it back afterwards and takes Escape
 * (or Android's back) as a dismissal. The direction of writing follows the texts.
 *
 * It lives in a shadow root with a constructed style sheet and is made of text nodes only, so that a policy of
 * `default-src 'self'; require-trusted-types-for 'script'` has nothing to object to, and the page's rules do not reach in.
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
    // Safari before 16.4 constructs none: the browser's own look of a dialog does as well.
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
      // The cast: only the calls of `close` in this file set it, and Escape leaves it empty.
      resolve((dialog.returnValue || 'dismissed') as DialogEnd)
    }
  })
  document.body.append(host)
  dialog.showModal()
  // Not a button: a key that was meant for the page must not choose. Screen readers read title and text from here.
  heading.tabIndex = -1
  heading.focus()
  return { ended, close: () => dialog.close('closed') }
}
