import { nearest } from '../../relay/config/nearest.ts'
import { type Finding, failed, warning } from './finding.ts'
import type { Attributes, Page } from './page.ts'

/** The attributes that the script reads, in the order of docs/client.md. */
const known = [
  'data-relay',
  'data-service-worker',
  'data-scope',
  'data-vapid-key',
  'data-object-id',
  'data-fallback',
  'data-debug',
  'data-auto',
]

/** The letters of an attribute's name, so that `data-serviceworker`, `object-id` and `data-vapid_key` match the correct names. */
const simplify = (name: string): string => name.replace(/^data-/, '').replaceAll(/[-_]/g, '')

/** The attribute that an unknown one was probably meant to be; undefined when none is similar, as for attributes of others. */
const meant = (name: string): string | undefined => {
  const letters = simplify(name)
  if (letters === 'vapidpublickey') return 'data-vapid-key'
  const same = known.find((one) => simplify(one) === letters)
  if (same !== undefined || !name.startsWith('data-')) return same
  const longer = known.find((one) => letters.length > 3 && simplify(one).startsWith(letters))
  return longer ?? known.find((one) => simplify(one) === nearest(letters, known.map(simplify)))
}

/** Checks the attributes of the tag: names that the script does not read, and values that it cannot use. */
export const checkTag = (tag: Attributes, { namesSdk }: Pick<Page, 'namesSdk'>): Finding[] => {
  const misspelt = [...tag.keys()].flatMap((name) => {
    const right = known.includes(name) ? undefined : meant(name)
    return right === undefined ? [] : [failed('tag', `the script does not read ${name}`, `The attribute is ${right}.`)]
  })
  const relay = tag.get('data-relay')
  const fallback = tag.get('data-fallback')
  return [
    ...misspelt,
    ...(relay && !URL.canParse(relay)
      ? [failed('tag', 'data-relay is not an absolute URL', 'Write it as https://push.example.com')]
      : []),
    ...(fallback && fallback !== 'clevertap-sdk'
      ? [failed('tag', `there is no fallback ${JSON.stringify(fallback)}`, 'The only one is clevertap-sdk.')]
      : []),
    ...(tag.get('data-object-id') || namesSdk
      ? []
      : [
          warning(
            'objectId',
            "neither data-object-id in the tag, nor CleverTap's Web SDK in the page",
            'Load the SDK, or set data-object-id. Ignore this when another script loads the SDK.',
          ),
        ]),
  ]
}
