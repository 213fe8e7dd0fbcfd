import { createPush } from 'pushferry'
import { createPrompt } from 'pushferry/prompt'

const push = createPush({
  relay: 'http://127.0.0.1:8080',
  // Needed only because this page has no CleverTap SDK, which provides the ID.
  objectId: 'vite-visitor',
  serviceWorker: '/sw.js',
})
const prompt = createPrompt({ push, title: 'Hear about your order?', accept: 'Yes, please' })

const show = ({ state, reason }) => {
  document.querySelector('#state').textContent = reason ? `${state}: ${reason}` : state
  document.querySelector('#ask').hidden = !['prompt', 'needs-install'].includes(state)
}
document.querySelector('#ask').onclick = () => prompt.show({ force: true })
push.onChange(show)
push.sync().then(show, async () => show(await push.status()))
