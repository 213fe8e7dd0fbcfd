// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDialog } from '../../src/prompt/dialog.ts'
import { style } from '../../src/prompt/style.ts'
import { isShown, shown } from './shown.ts'

const texts = { title: 'Know when it ships?', body: 'One message an order.', accept: 'Yes', dismiss: 'No' }

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

describe('the dialog', () => {
  it('is modal and named and described by its texts', () => {
    const modal = vi.spyOn(HTMLDialogElement.prototype, 'showModal')
    openDialog(texts, () => {})
    const { dialog, root } = shown()
    expect(modal).toHaveBeenCalledOnce()
    modal.mockRestore()
    expect(root.getElementById(dialog.getAttribute('aria-labelledby') ?? '')?.textContent).toBe('Know when it ships?')
    expect(root.getElementById(dialog.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'One message an order.',
    )
  })

  it('takes the direction of writing from its texts', () => {
    openDialog(texts, () => {})
    expect(shown().dialog.dir).toBe('auto')
  })

  it('takes the focus to its title, so that no key meant for the page chooses', () => {
    openDialog(texts, () => {})
    expect(shown().root.activeElement).toBe(shown().part('title'))
  })

  it('shows markup as text', () => {
    openDialog({ ...texts, title: '<img src=x onerror=alert(1)>', steps: ['<b>1</b>'] }, () => {})
    expect(shown().text('title')).toBe('<img src=x onerror=alert(1)>')
    expect(shown().steps()).toEqual(['<b>1</b>'])
  })

  it('has a list only for steps, and a first button only for something to accept', () => {
    openDialog({ title: 'A', body: 'B', steps: ['1', '2'], dismiss: 'Got it' }, () => {})
    expect(shown().steps()).toEqual(['1', '2'])
    expect(shown().part('accept')).toBeNull()
    document.body.replaceChildren()
    openDialog(texts, () => {})
    expect(shown().part('steps')).toBeNull()
    expect(shown().text('accept')).toBe('Yes')
  })

  it('is styled by a constructed sheet and by no element or attribute, which a policy could refuse', () => {
    openDialog(texts, () => {})
    const { root } = shown()
    expect(root.adoptedStyleSheets).toHaveLength(1)
    expect(root.querySelectorAll('style, link, [style]')).toHaveLength(0)
  })

  it('works unstyled where sheets cannot be constructed', () => {
    vi.stubGlobal('CSSStyleSheet', undefined)
    openDialog(texts, () => {})
    expect(shown().dialog.open).toBe(true)
  })
})

describe('the end of the dialog', () => {
  it.each(['accept', 'dismiss'] as const)('comes with the button %s, and the page is as before', async (button) => {
    const { ended } = openDialog(texts, () => {})
    shown().press(button)
    expect(await ended).toBe(`${button}ed`)
    expect(isShown()).toBe(false)
  })

  it('comes with Escape as a dismissal', async () => {
    const { ended } = openDialog(texts, () => {})
    shown().escape()
    expect(await ended).toBe('dismissed')
  })

  it('comes from the caller as neither', async () => {
    const { ended, close } = openDialog(texts, () => {})
    close()
    expect(await ended).toBe('closed')
    expect(isShown()).toBe(false)
  })

  it('tells of an acceptance inside the click, while the dialog is still open', () => {
    const onAccept = vi.fn(() => expect(shown().dialog.open).toBe(true))
    openDialog(texts, onAccept)
    shown().press('accept')
    expect(onAccept).toHaveBeenCalledOnce()
  })
})

describe('the style', () => {
  it('takes every promised property from the site', () => {
    const names = ['color-scheme', 'background', 'color', 'accent', 'accent-color', 'radius', 'font']
    for (const name of names) expect(style).toMatch(new RegExp(`var\\(--pushferry-${name}[,)]`))
  })

  it('moves nothing for a user who wants less motion', () => {
    const [still = ''] = style.split('@media(prefers-reduced-motion:no-preference)')
    expect(still).not.toMatch(/animation|transition|transform/)
  })

  it('loads nothing and knows no left or right', () => {
    expect(style).not.toMatch(/url\(|@import|left|right/)
  })
})
