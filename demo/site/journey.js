import { element, fill, find } from './dom.js'
import { stepsOf } from './journey-steps.js'
import { jsonBlock } from './json-view.js'

/** @typedef {import('./journey-steps.js').Step} Step */

/** @type {Readonly<Record<Step['state'], string>>} */
const words = { todo: 'to come', doing: 'under way', waiting: 'waiting', done: 'done', failed: 'failed' }

/**
 * @param {Step} step
 * @param {number} index
 */
const content =
  ({ state, title, text, json }, index) =>
  () => [
    element(
      'span',
      { class: `mark ${state}`, 'aria-hidden': 'true' },
      state === 'todo' || state === 'doing' ? `${index + 1}` : '',
    ),
    element(
      'div',
      { class: 'step' },
      element(
        'h3',
        {},
        title,
        ' ',
        element(
          'span',
          { class: state === 'waiting' || state === 'failed' ? `badge ${state}` : 'visually-hidden' },
          words[state],
        ),
      ),
      element('p', {}, text),
      ...json.map(([name, value], at) => jsonBlock(`step-${index}-${at}`, name, value, at === 0)),
    ),
  ]

const list = find('journey', HTMLOListElement)
const progress = find('progress', HTMLElement)

/**
 * Shows the steps of the token.
 *
 * @param {import('./journey-steps.js').Facts} facts
 */
export const showJourney = (facts) => {
  const steps = stepsOf(facts)
  for (const [index, step] of steps.entries()) {
    let item = list.children[index]
    if (!(item instanceof HTMLLIElement)) {
      item = element('li')
      list.append(item)
    }
    item.className = step.state
    if (item instanceof HTMLLIElement) fill(item, step, content(step, index))
  }
  const done = steps.filter(({ state }) => state === 'done').length
  const stuck = steps.find(({ state }) => state === 'failed' || state === 'waiting')
  const text = `${done} of ${steps.length} steps done.${stuck ? ` ${stuck.title}: ${stuck.text}` : ''}`
  // Set only when it changes, because screen readers announce every assignment.
  if (progress.textContent !== text) progress.textContent = text
}
