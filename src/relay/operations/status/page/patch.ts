import type { View } from '../view/element.ts'

const keyOf = (view: View | string): string | undefined =>
  typeof view === 'string' ? undefined : view.attributes['data-key']

/** The node for a child: the one with its key, or without a key the one at its position; a new one if that has another tag. */
const nodeFor = (child: View | string, there: ChildNode | undefined, keyed: Map<string | null, Element>): ChildNode => {
  if (typeof child === 'string') {
    const text = there instanceof Text ? there : document.createTextNode('')
    if (text.data !== child) text.data = child
    return text
  }
  const key = keyOf(child)
  const known = key === undefined ? there : keyed.get(key)
  const element = known instanceof Element && known.localName === child.tag ? known : document.createElement(child.tag)
  patch(element, child)
  return element
}

/**
 * Updates an element to match its description. Nodes that match are kept, so that a focused button keeps the focus, and unchanged
 * content is not announced, deselected or drawn again.
 */
export const patch = (element: Element, { attributes, children }: View): void => {
  for (const [name, value] of Object.entries(attributes))
    if (value === undefined) element.removeAttribute(name)
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  if (!children) return
  const keys = new Set(children.map(keyOf))
  const keyed = new Map(
    [...element.querySelectorAll(':scope > [data-key]')].map((one) => [one.getAttribute('data-key'), one]),
  )
  for (const [key, one] of keyed) if (!keys.has(key ?? undefined)) one.remove()
  for (const [index, child] of children.entries()) {
    const there = element.childNodes[index]
    const node = nodeFor(child, there, keyed)
    if (node !== there) element.insertBefore(node, there ?? null)
  }
  while (element.childNodes.length > children.length) element.lastChild?.remove()
}
