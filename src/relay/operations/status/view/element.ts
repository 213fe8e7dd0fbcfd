/** Describes an element of the page. The server writes it as HTML, and the page's script updates the document to match it. */
export interface View {
  tag: string
  /** By name; undefined for an attribute that must be absent. */
  attributes: Readonly<Record<string, string | undefined>>
  /** null: not described, and left as it is. */
  children: readonly (View | string)[] | null
}

/** Makes an element: `element('p.note', 'None.')`. In a list that changes, `data-key` identifies each item. */
export const element = (
  selector: string,
  content: View | string | readonly (View | string)[] | null = '',
  attributes: View['attributes'] = {},
): View => {
  const [tag = '', ...classes] = selector.split('.')
  return {
    tag,
    attributes: classes.length > 0 ? { class: classes.join(' '), ...attributes } : attributes,
    children: content === null ? null : [content].flat().filter((child) => child !== ''),
  }
}

/** A list. Its role is explicit, because Safari does not treat a list without bullets as a list. */
export const listOf = (selector: string, items: readonly View[]): View => element(selector, items, { role: 'list' })

/** A navigation in which one link is the current one. */
export const linksOf = (
  className: string,
  label: string,
  current: 'page' | 'true',
  links: readonly { href: string; isCurrent: boolean; content: string | readonly (View | string)[] }[],
): View =>
  element(
    `nav.${className}`,
    listOf(
      'ul',
      links.map(({ href, isCurrent, content }) =>
        element('li', element('a', content, { href, 'aria-current': isCurrent ? current : undefined })),
      ),
    ),
    { 'aria-label': label },
  )
