import type { View } from '../view/element.ts'

const keyOf = (view: View | string): string | undefined =>
  typeof view === 'string' ? undefined : view.attributes['data-key']

/** The node for a child: the one that is there, or the one with its key, where it fits; else a new one. */
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
 * Brings an element in line with its description. Nodes that fit stay, so that a focused button keeps the focus, and nothing that is
 * unchanged is announced, deselected or drawn again.
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
