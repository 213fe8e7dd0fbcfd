// Runs the built relay on the store in its argument, and keeps the store at the end.
import { serveRelay } from './support/serve-relay.mjs'

await serveRelay(process.argv[2], () => {})
