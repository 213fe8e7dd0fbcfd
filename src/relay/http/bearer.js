/** The credential of `Authorization: Bearer …` (RFC 6750 §2.1); undefined for any other scheme or none. */
export const readBearer = ({ headers }) => /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
