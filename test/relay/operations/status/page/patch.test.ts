// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { patch } from '../../../../../src/relay/operations/status/page/patch.ts'
import { element } from '../../../../../src/relay/operations/status/view/element.ts'

const list = (...names: readonly string[]) =>
  element(
    'ul',
    names.map((name) => element('li', element('button', name), { 'data-key': name })),
  )

describe('updating the document to match a description', () => {
  let root: HTMLElement
  beforeEach(() => {
    root = document.createElement('ul')
    document.body.replaceChildren(root)
  })
  const texts = () => [...root.children].map(({ textContent }) => textContent)

  it('makes elements, attributes and text', () => {
    patch(root, element('ul.codes', [element('li', ['a ', element('b', '7')]), 'end'], { hidden: '' }))
    expect(root.outerHTML).toBe('<ul class="codes" hidden=""><li>a <b>7</b></li>end</ul>')
  })

  it('takes away what is no longer described', () => {
    patch(root, element('ul', [element('li', 'a'), element('li', 'b')], { hidden: '' }))
    patch(root, element('ul', element('li', ''), { hidden: undefined }))
    expect(root.outerHTML).toBe('<ul><li></li></ul>')
  })

  it.each([
    ['a row before it is gone', ['b', 'c']],
    ['a row is new before it', ['new', 'a', 'b', 'c']],
    ['all rows after it are gone', ['b']],
  ])('keeps the focus of a button when %s', (_, names) => {
    patch(root, list('a', 'b', 'c'))
    const button = root.querySelectorAll('button')[1]
    button?.focus()
    patch(root, list(...names))
    expect(texts()).toEqual(names)
    expect(document.activeElement).toBe(button)
  })

  it('puts rows into another order', () => {
    patch(root, list('a', 'b', 'c'))
    patch(root, list('c', 'a', 'b'))
    expect(texts()).toEqual(['c', 'a', 'b'])
  })

  it('leaves the content of an element alone that is not described', () => {
    patch(root, element('ul', element('li', null)))
    const [item] = root.children
    item?.append('drawn by the script')
    patch(root, element('ul', element('li', null, { 'aria-label': 'chart' })))
    expect(root.innerHTML).toBe('<li aria-label="chart">drawn by the script</li>')
  })

  it('touches no node that is as described', async () => {
    patch(root, list('a', 'b'))
    const seen: MutationRecord[] = []
    const observer = new MutationObserver((records) => seen.push(...records))
    observer.observe(root, { attributes: true, childList: true, characterData: true, subtree: true })
    patch(root, list('a', 'b'))
    await Promise.resolve()
    expect([...seen, ...observer.takeRecords()]).toEqual([])
    observer.disconnect()
  })
})
