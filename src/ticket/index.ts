export { type SignTicketOptions, signTicket } from './sign.ts'
export type { TicketAlg, TicketJwk, TicketSigningKey } from './signing-key.ts'
