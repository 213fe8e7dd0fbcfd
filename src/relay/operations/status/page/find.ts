/** The element of a page that the server wrote; without it nothing can be shown, and that is a fault of ours. */
export const find = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T => {
  const found = within.querySelector<T>(selector)
  if (!found) throw new Error(`the page has no ${selector}`)
  return found
}

/** Sets a text where it differs, so that nothing is announced, selected away or redrawn that did not change. */
export const setText = (element: Element, text: string): void => {
  if (element.textContent !== text) element.textContent = text
}

export const setAttribute = (element: Element, name: string, value: string): void => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}
