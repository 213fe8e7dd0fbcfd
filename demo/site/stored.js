import { clock } from './clock.js'
import { element, fill, find } from './dom.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */

const card = find('stored-card', HTMLElement)
const box = find('stored', HTMLElement)

/**
 * The beginning and the end of a long token.
 *
 * @param {string} id
 */
const shorten = (id) => (id.length <= 28 ? id : `${id.slice(0, 14)}…${id.slice(-10)}`)

/**
 * Shows the simulated CleverTap's profiles, one row each, newest first, and its Live Error Stream.
 *
 * @param {Snapshot} snapshot
 * @param {string} own this browser's CleverTap ID
 */
export const showStored = ({ clevertap }, own) => {
  card.hidden = !clevertap.simulated
  if (!clevertap.simulated) return
  const { profiles, errors, counts } = clevertap
  fill(box, [profiles, errors, counts, own], () => {
    if (profiles.length === 0) return [element('p', { class: 'hint' }, 'No token has arrived yet.')]
    const head = ['CleverTap ID', 'Device', 'Type', 'Since', 'Token'].map((text) =>
      element('th', { scope: 'col' }, text),
    )
    const rows = profiles.map(({ objectId, platform, token, storedAt }) =>
      element(
        'tr',
        objectId === own ? { class: 'own' } : {},
        element(
          'td',
          {},
          element('code', {}, objectId),
          ...(objectId === own ? [' ', element('span', { class: 'badge done' }, 'this browser')] : []),
        ),
        element('td', {}, platform),
        element('td', {}, token.type),
        element('td', {}, clock(storedAt)),
        element('td', {}, element('code', {}, shorten(token.id))),
      ),
    )
    return [
      element(
        'p',
        { class: 'hint' },
        `${counts.accepted} taken, ${counts.rejected} refused, in ${counts.calls} ${counts.calls === 1 ? 'call' : 'calls'}, since npm start. The first six are the sample that npm start sends.`,
      ),
      element(
        'table',
        { class: 'stacking' },
        element('thead', {}, element('tr', {}, ...head)),
        element('tbody', {}, ...rows),
      ),
      ...(errors.length === 0
        ? []
        : [
            element('h3', {}, 'Live Error Stream'),
            element(
              'ul',
              { class: 'errors' },
              ...errors.map(({ at, objectId, message }) =>
                element('li', {}, `${clock(at)}  `, element('code', {}, objectId), `  ${message}`),
              ),
            ),
          ]),
    ]
  })
}
