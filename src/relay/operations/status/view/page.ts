import { chartSection } from './chart-section.ts'
import { element, linksOf, listOf, type View } from './element.ts'
import type { PageOptions } from './page-options.ts'
import { type Cell, type ListName, rowsOf } from './rows.ts'
import { levelWords, slotsOf } from './slots.ts'
import type { Range } from './snapshot.ts'
import { clock } from './words.ts'

const addressOf = (account: string | undefined, range: Range): string =>
  `status?${new URLSearchParams({ ...(account === undefined ? {} : { account }), range })}`

/**
 * Describes the page for the server and for the page's script: its title, and the parts of its body that change. Only the script
 * draws the charts. Their numbers are also in a table, so that the page can be read without its script. All URLs are relative, so
 * that it works behind a proxy under another path.
 */
export const viewOf = (options: PageOptions) => {
  const { state, range, asked, script } = options
  const { account } = state.account
  const slots = slotsOf(state)
  const rows = rowsOf(state)
  const hidden = (isHidden: boolean): string | undefined => (isHidden ? '' : undefined)
  const slot = (name: string, selector = `p.${name}`): View => element(selector, slots[name], { 'data-slot': name })
  const tile = (name: string, label: string): View =>
    element(`div.tile.${name}`, [element('dt', label), slot(name, 'dd.value'), slot(`${name}Note`, 'dd.note')])
  const cell = (one: Cell): View =>
    'retry' in one
      ? element('button', one.text, { type: 'button', 'data-retry': String(one.retry), hidden: hidden(!script) })
      : element(one.as ? `span.${one.as}` : 'span', one.text)
  const list = (name: ListName): View =>
    listOf(
      `ul.${name}`,
      rows[name].map(({ key, cells }) => element('li', cells.map(cell), { 'data-key': key })),
    )
  const section = (className: string, id: string, title: string, ...content: readonly View[]): View =>
    element(`section.${className}`, [element('h2', title, { id }), ...content], { 'aria-labelledby': id })
  const retryAll = { type: 'button', 'data-retry': 'all', hidden: hidden(!script || rows.codes.length < 2) }
  const accountLinks = state.accounts.map((one) => ({
    href: addressOf(one.account, range),
    isCurrent: one.account === account,
    content: [element(`span.dot.${one.level}`), `${one.account} `, element('span.note', levelWords[one.level])],
  }))

  return {
    title: slots.title ?? '',
    header: element('header', [
      element('h1', 'Pushferry'),
      accountLinks.length < 2 ? element('p.account', account) : linksOf('accounts', 'Accounts', 'page', accountLinks),
      element('p.freshness', script?.freshness ?? `As of ${clock(state.generatedAt, { zone: 'UTC', seconds: true })}`),
    ]),
    main: element('main', [
      section(
        'verdict',
        'question',
        'Is everything arriving?',
        element('div', [slot('answer'), slot('headline'), slot('remedy')], {
          role: 'status',
          'aria-live': 'polite',
          'aria-atomic': 'true',
        }),
      ),
      element('dl.tiles', [
        tile('queue', 'In the queue'),
        tile('oldest', 'Oldest'),
        tile('accepted', 'Accepted, 1 hour'),
        tile('rejected', 'Rejected, 1 hour'),
        tile('latency', 'Upload latency'),
        tile('slots', 'Requests in flight'),
      ]),
      section(
        'why',
        'why',
        'If not, why?',
        element('div.upload', [slot('state'), slot('cause'), slot('uploadRemedy'), slot('nextTry')]),
        element('div.rejections', [
          element('h3', 'Rejected by CleverTap'),
          slot('rejectedTotal'),
          list('codes'),
          element('button.all', 'Try all rejected records again', retryAll),
          element('p.outcome', null, { role: 'status' }),
        ]),
      ),
      chartSection(options, (one) => addressOf(asked ? account : undefined, one)),
      section('latest-section', 'latest', 'Latest rejections', list('latest'), slot('latestNote', 'p.note')),
      section('capacity-section', 'capacity', 'Queue by sender', list('capacity')),
      section('browsers-section', 'browsers', 'Registered browsers', list('browsers')),
      section('else', 'else', 'Other events, last 24 hours', list('events')),
      section('changes-section', 'changes', 'Changes since this relay started', list('changes')),
      section('others-section', 'others', 'Other processes of this store', list('others')),
    ]),
    footer: element('footer', [
      slot('facts'),
      element(
        'p.links',
        ['status.json', 'metrics', 'openapi.json'].flatMap((href) => [element('a', href, { href }), ' ']),
      ),
    ]),
  }
}
