import { type Cell, listNames, type Row, rowsOf } from '../view/rows.ts'
import type { PageState } from '../view/snapshot.ts'
import { find, setAttribute, setText } from './find.ts'

const cellFor = (cell: Cell, before: Element | undefined): Element => {
  const tag = 'retry' in cell ? 'BUTTON' : 'SPAN'
  const element = before?.tagName === tag ? before : document.createElement(tag)
  setText(element, cell.text)
  if ('retry' in cell) {
    setAttribute(element, 'type', 'button')
    setAttribute(element, 'data-retry', String(cell.retry))
    element.removeAttribute('hidden')
  } else if (cell.as) setAttribute(element, 'class', cell.as)
  return element
}

/** Rows that stay keep their elements, so that a focused button keeps the focus. */
const fillList = (list: Element, rows: readonly Row[]): void => {
  const known = new Map([...list.children].map((item) => [item.getAttribute('data-key'), item]))
  const items = rows.map(({ key, cells }) => {
    const item = known.get(key) ?? document.createElement('li')
    setAttribute(item, 'data-key', key)
    const elements = cells.map((cell, index) => cellFor(cell, item.children[index]))
    if (elements.some((element, index) => item.children[index] !== element)) item.replaceChildren(...elements)
    return item
  })
  for (const item of [...list.children]) if (!items.includes(item)) item.remove()
  for (const [index, item] of items.entries()) {
    const there = list.children[index]
    if (there !== item) list.insertBefore(item, there ?? null)
  }
}

/** Writes the page's lists. */
export const showLists = (state: PageState): void => {
  const rows = rowsOf(state)
  for (const name of listNames) fillList(find(`[data-rows="${name}"]`), rows[name])
}
