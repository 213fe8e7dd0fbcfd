import { element } from './dom.js'

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|[-\d.eE+]+|true|false|null/g

/**
 * Indented JSON, with different colours for names and values.
 *
 * @param {unknown} value
 */
const highlight = (value) => {
  const text = JSON.stringify(value, undefined, 2) ?? ''
  /** @type {(Node | string)[]} */
  const parts = []
  let at = 0
  for (const match of text.matchAll(token)) {
    const [whole, string, colon] = match
    parts.push(text.slice(at, match.index))
    parts.push(element('span', { class: colon ? 'json-name' : string ? 'json-text' : 'json-other' }, string ?? whole))
    if (colon) parts.push(colon)
    at = match.index + whole.length
  }
  parts.push(text.slice(at))
  return parts
}

/** On a phone JSON is folded at first, because it would take too much space. */
const isWide = matchMedia('(min-width: 40rem)').matches

/**
 * @param {string} id
 * @param {string} title
 * @param {unknown} value
 * @param {boolean} isOpen
 */
const foldable = (id, title, value, isOpen) =>
  element(
    'details',
    { id, class: 'json', ...(isOpen && { open: '' }) },
    element('summary', { id: `${id}-title` }, title),
    element('pre', {}, element('code', {}, ...highlight(value))),
  )

/**
 * A foldable block with a title and the JSON. A short value is shown beside its title instead.
 *
 * @param {string} id by which it stays folded when the page is updated
 * @param {string} title
 * @param {unknown} value
 * @param {boolean} [isMain] whether the block is open at first, if there is enough space
 */
export const jsonBlock = (id, title, value, isMain = true) =>
  typeof value !== 'object'
    ? element('p', { class: 'json one-line' }, title, ' ', element('code', {}, ...highlight(value)))
    : foldable(id, title, value, isMain && isWide)
