import type { PageState } from '../view/snapshot.ts'
import { counted } from '../view/words.ts'
import { find } from './find.ts'

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

/** Makes the buttons that retry rejected records work. Each asks for confirmation and shows the result. */
export const createRetry = (current: () => PageState): void => {
  const dialog = find<HTMLDialogElement>('dialog')
  const outcome = find('.outcome')
  let wanted: { code: number | undefined } | undefined

  const questionFor = (code: number | undefined, { account }: PageState): string => {
    const of = account.rejected.codes.find((one) => one.code === code)
    const records = code === undefined ? account.settled.rejected : (of?.records ?? 0)
    const which = of ? ` that were rejected with code ${of.code}` : ' that were rejected'
    return `${counted(records, 'record')}${which} will be sent to CleverTap again. Records of browsers without proof are left out, because the relay does not keep their tokens.`
  }

  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-retry]') : null
    if (!button) return
    const code = button.dataset.retry === 'all' ? undefined : Number(button.dataset.retry)
    const state = current()
    wanted = { code }
    find('#confirm-text').textContent = questionFor(code, state)
    find('.note', dialog).textContent = state.account.rejected.codes.find((one) => one.code === code)?.remedy ?? ''
    dialog.returnValue = ''
    dialog.showModal()
  })
  dialog.addEventListener('close', () => {
    if (dialog.returnValue !== 'yes' || !wanted) return
    outcome.textContent = 'Asking the relay …'
    ask(current().account.account, wanted.code)
      .catch(() => 'Not done: the relay cannot be reached.')
      .then((text) => {
        outcome.textContent = text
      })
  })
}
