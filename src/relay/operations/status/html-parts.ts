import { chartKinds, numberColumns, numbersOf, summaryOf, wordsOf } from './view/charts.ts'
import { type ListName, type Row, rowsOf } from './view/rows.ts'
import { levelWords, rangeWords, slotsOf } from './view/slots.ts'
import { type PageState, type Range, ranges } from './view/snapshot.ts'
import { clock } from './view/words.ts'

/** Escapes a string for HTML, also inside quotes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The data from which the page is rendered. */
export interface PageOptions {
  state: PageState
  range: Range
  /** Whether the page's address names the account; if so, its links name it too. */
  asked: boolean
}

const query = (account: string | undefined, range: Range): string =>
  `status?${new URLSearchParams({ ...(account === undefined ? {} : { account }), range })}`

const row = ({ cells }: Row, tag: 'li'): string =>
  `<${tag}>${cells
    .map((cell) =>
      'retry' in cell
        ? `<button type="button" data-retry="${cell.retry}" hidden>${escaped(cell.text)}</button>`
        : `<span${cell.as ? ` class="${cell.as}"` : ''}>${escaped(cell.text)}</span>`,
    )
    .join('')}</${tag}>`

/** The parts of the page that the script updates, as the server renders them first. */
export const createFillers = ({ state, range, asked }: PageOptions) => {
  const slots = slotsOf(state)
  const rows = rowsOf(state)
  const series = state.account.series[range]
  const { per } = rangeWords[range]
  const slot = (name: string, tag = 'p', classes = name): string =>
    `<${tag} class="${classes}" data-slot="${name}">${escaped(slots[name] ?? '')}</${tag}>`
  return {
    slot,
    tile: (name: string, label: string): string =>
      `<div class="tile ${name}"><dt>${label}</dt>${slot(name, 'dd', 'value')}${slot(`${name}Note`, 'dd', 'note')}</div>`,
    list: (name: ListName): string =>
      `<ul class="${name}" data-rows="${name}" role="list">${rows[name].map((one) => row(one, 'li')).join('')}</ul>`,
    chart: (name: string): string => {
      const kind = chartKinds.find((one) => one.name === name)
      if (!kind) return ''
      const { legend, gap } = wordsOf(kind, series, null)
      const legendItem = ({ name: line, label }: (typeof kind.lines)[number]): string =>
        `<li class="${line}">${label} <b data-legend="${line}">${escaped(legend[line] ?? '')}</b></li>`
      return `<figure class="chart" data-chart="${name}">
<figcaption><span>${kind.title}${name === 'flow' ? ` <span data-per>${per}</span>` : ''} <span class="note" data-gap>${gap}</span></span>
<ul class="legend" role="list">${kind.lines.map(legendItem).join('')}</ul></figcaption>
<div class="plot" role="img" aria-label="${escaped(summaryOf(kind, series, range))}"></div>
</figure>`
    },
    accounts: (): string =>
      state.accounts.length < 2
        ? ''
        : `<nav class="accounts" aria-label="Accounts"><ul role="list">${state.accounts
            .map(({ account, level }) => {
              const current = account === state.account.account ? ' aria-current="page"' : ''
              return `<li><a href="${escaped(query(account, range))}"${current} data-account-link="${escaped(account)}"><span class="dot ${level}"></span>${escaped(account)} <span class="note" data-level>${levelWords[level]}</span></a></li>`
            })
            .join('')}</ul></nav>`,
    ranges: (): string =>
      `<nav class="ranges" aria-label="Time shown"><ul role="list">${ranges
        .map((one) => {
          const current = one === range ? ' aria-current="true"' : ''
          return `<li><a href="${escaped(query(asked ? state.account.account : undefined, one))}" data-range="${one}"${current}>${rangeWords[one].name}</a></li>`
        })
        .join('')}</ul></nav>`,
    /** The state that the script draws before the first event arrives. */
    series: (): string => escaped(JSON.stringify(series)),
    numbers: (): string =>
      `<table><caption>Times are UTC until the page has been updated once.</caption><thead><tr><th scope="col">From</th>${numberColumns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody data-numbers>${numbersOf(series, (at) => clock(at, { zone: 'UTC', seconds: range === 'live' }))
        .map(
          ([time, ...cells]) =>
            `<tr><th scope="row">${time}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
        )
        .join('')}</tbody></table>`,
  }
}
