/** Finds an element of the page. A missing one is a bug of the relay, so it throws. */
export const find = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T => {
  const found = within.querySelector<T>(selector)
  if (!found) throw new Error(`the page has no ${selector}`)
  return found
}
