import { describe, expect, it } from 'vitest'
import { planClicks, readClick } from '../../sw/click-plan.ts'
import { scope } from './display-worker.ts'

const redirect = 'https://eu1.clevertap-prod.com/br?e=AbC&c=dEf&br=Chrome'
const planOf = (link: unknown, buttons: { [name: string]: unknown }[] = []) => ({
  pushferry: planClicks(link, buttons, redirect, scope),
})
const target = (link: unknown) => readClick(planOf(link), '')?.url

describe('where a click leads', () => {
  it.each([
    ['https://shop.example/sale', 'https://shop.example/sale'],
    ['http://other.example/a?b#c', 'http://other.example/a?b#c'],
    ['/sale', 'https://shop.example/sale'],
    ['sale?x=1', 'https://shop.example/sale?x=1'],
    ['https://shop.example', 'https://shop.example/'],
  ])('a click on the link %s leads to %s', (link, url) => {
    expect(target(link)).toBe(url)
  })

  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'intent://scan#Intent;end',
    'https://',
    'https://a b/',
    '\ud800',
    '',
    undefined,
    null,
    7,
    {},
  ])('%j is no link, so the site’s scope it is', (link) => {
    expect(target(link)).toBe(scope)
  })

  it('is a button’s own link for a button', () => {
    const plan = planOf('/', [
      { action: 'action1', deepLink: '/one' },
      { action: 'archive', navigate: '/two' },
      { action: 'later' },
    ])
    expect(readClick(plan, 'action1')?.url).toBe('https://shop.example/one')
    expect(readClick(plan, 'archive')?.url).toBe('https://shop.example/two')
    expect(readClick(plan, 'later')?.url).toBe(scope)
  })

  it('is the notification’s for a button that the push did not name', () => {
    expect(readClick(planOf('/sale'), 'toString')?.url).toBe('https://shop.example/sale')
  })
})

describe('CleverTap’s clicked request', () => {
  it('carries the link as it came, the number of the button and the mark of a silent call', () => {
    const plan = planOf('https://shop.example/sale?week=47', [
      { action: 'action1', deepLink: '/one' },
      { action: 'action2', deepLink: 'https://shop.example/two' },
    ])
    expect(readClick(plan, '')?.report).toBe(
      `${redirect}&r=https%3A%2F%2Fshop.example%2Fsale%3Fweek%3D47&b=button0&s=true`,
    )
    expect(readClick(plan, 'action1')?.report).toBe(`${redirect}&r=%2Fone&b=button1&s=true`)
    expect(readClick(plan, 'action2')?.report).toBe(`${redirect}&r=https%3A%2F%2Fshop.example%2Ftwo&b=button2&s=true`)
  })

  it.each([undefined, '', 'javascript:alert(1)', '\ud800'])('leaves out the link %j', (link) => {
    expect(readClick(planOf(link), '')?.report).toBe(`${redirect}&b=button0&s=true`)
  })
})

describe('a notification that is not ours', () => {
  it.each([undefined, null, 'x', {}, { wzrk_id: '1' }, { FCM_MSG: {} }])(
    'plans nothing for the foreign notification data %j',
    (data) => {
      expect(readClick(data, '')).toBeUndefined()
    },
  )
})
