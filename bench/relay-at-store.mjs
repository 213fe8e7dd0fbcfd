// The built relay on the store that its one argument names, which stays when it ends.
import { serveRelay } from './support/serve-relay.mjs'

await serveRelay(process.argv[2], () => {})
