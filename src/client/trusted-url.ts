/** A script URL that Trusted Types let through (w3.org/TR/trusted-types). Not in TypeScript's libraries. */
export interface TrustedScriptUrl {
  toString(): string
}

/** The part of `window.trustedTypes` that is used. */
export interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: unknown): TrustedScriptUrl }
}
