import { element } from './dom.js'

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|[-\d.eE+]+|true|false|null/g

/**
 * JSON as it would be sent, indented, with its names and values told apart by colour.
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

/** On a phone JSON is unfolded by those who want it: there it would push everything else out of reach. */
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
 * A block that can be folded, with a title and the JSON; a value that fits beside its title is just shown there.
 *
 * @param {string} id by which it stays folded when the page is brought up to date
 * @param {string} title
 * @param {unknown} value
 * @param {boolean} [isMain] what a step is about is open at first, where there is room
 */
export const jsonBlock = (id, title, value, isMain = true) =>
  typeof value !== 'object'
    ? element('p', { class: 'json one-line' }, title, ' ', element('code', {}, ...highlight(value)))
    : foldable(id, title, value, isMain && isWide)
