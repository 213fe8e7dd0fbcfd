/**
 * Makes an element. Strings become text nodes only, so that nothing in a token can become markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/**
 * The element of this id in index.html.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export const find = (id, kind) => {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new TypeError(`index.html has no ${kind.name} #${id}`)
}

/** @type {WeakMap<Element, string>} */
const shown = new WeakMap()

/**
 * Fills a container, but only if its content has changed. Keeps the focus and folded blocks, which it finds by their ids.
 *
 * @param {HTMLElement} container
 * @param {unknown} key what the content depends on, as JSON
 * @param {() => (Node | string)[]} make
 */
export const fill = (container, key, make) => {
  const text = JSON.stringify(key) ?? ''
  if (shown.get(container) === text) return
  shown.set(container, text)
  const focused = container.contains(document.activeElement) ? document.activeElement?.id : undefined
  const folds = new Map([...container.querySelectorAll('details')].map(({ id, open }) => [id, open]))
  container.replaceChildren(...make())
  for (const details of container.querySelectorAll('details')) details.open = folds.get(details.id) ?? details.open
  if (focused) document.getElementById(focused)?.focus()
}
