import type { PageState } from '../view/snapshot.ts'
import { counted } from '../view/words.ts'
import { find, setText } from './find.ts'

/** The buttons that retry rejected records, after a confirmation. */
export interface Retry {
  show(state: PageState): void
}

const ask = async (account: string, code: number | undefined): Promise<string> => {
  // `fetch` refuses relative URLs on a page that was opened with a password in its address.
  const url = new URL('status/retry', document.baseURI)
  url.username = url.password = ''
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, ...(code === undefined ? {} : { code }) }),
  })
  const body = (await response.json()) as { queued?: number; detail?: string } // our own server's answer
  return response.ok
    ? `${counted(body.queued ?? 0, 'record')} queued again. Watch the queue above.`
    : `Not done: ${body.detail ?? `the relay answered ${response.status}`}.`
}

/** Makes the buttons work. Each asks for confirmation and shows the result. */
export const createRetry = (): Retry => {
  const dialog = find<HTMLDialogElement>('dialog')
  const outcome = find('[data-outcome]')
  const all = find<HTMLButtonElement>('[data-retry="all"]')
  let state: PageState | undefined
  let wanted: { code: number | undefined; button: HTMLElement } | undefined

  const questionFor = (code: number | undefined, { account }: PageState): string => {
    const of = account.rejected.codes.find((one) => one.code === code)
    const records = code === undefined ? account.settled.rejected : (of?.records ?? 0)
    const which = of ? ` that were rejected with code ${of.code}` : ' that were rejected'
    return `${counted(records, 'record')}${which} will be sent to CleverTap again. Those of browsers that proved nothing are left out: the relay keeps no token of theirs.`
  }

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-retry]') : null
    if (!button || !state) return
    const code = button.dataset.retry === 'all' ? undefined : Number(button.dataset.retry)
    wanted = { code, button }
    setText(find('[data-confirm-text]'), questionFor(code, state))
    setText(find('[data-confirm-remedy]'), state.account.rejected.codes.find((one) => one.code === code)?.remedy ?? '')
    dialog.returnValue = ''
    dialog.showModal()
  })
  dialog.addEventListener('close', () => {
    const chosen = dialog.returnValue === 'yes' ? wanted : undefined
    wanted = undefined
    if (!chosen || !state) return
    setText(outcome, 'Asking the relay …')
    ask(state.account.account, chosen.code)
      .catch(() => 'Not done: the relay cannot be reached.')
      .then((text) => setText(outcome, text))
  })

  return {
    show: (next) => {
      state = next
      all.hidden = next.account.rejected.codes.length < 2
    },
  }
}
