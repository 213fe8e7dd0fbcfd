import { levelWords, slotsOf } from '../view/slots.ts'
import type { PageState } from '../view/snapshot.ts'
import { find, setAttribute, setText } from './find.ts'

/** Updates the page's texts, its title, and the list of accounts. */
export const showTexts = (state: PageState): void => {
  for (const [name, text] of Object.entries(slotsOf(state)))
    for (const element of document.querySelectorAll(`[data-slot="${name}"]`)) setText(element, text)
  setAttribute(document.body, 'data-level', state.account.verdict.level)
  for (const { account, level } of state.accounts) {
    const link = document.querySelector(`[data-account-link="${CSS.escape(account)}"]`)
    if (!link) continue
    setAttribute(find('.dot', link), 'class', `dot ${level}`)
    setText(find('[data-level]', link), levelWords[level])
  }
}
