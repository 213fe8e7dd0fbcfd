import type { PageState, Range } from './snapshot.ts'

/** The data from which the page is rendered. */
export interface PageOptions {
  state: PageState
  range: Range
  /** Whether the page's address names the account; if so, its links name it too. */
  asked: boolean
  /** State of the page's script; undefined on the server. */
  script?: {
    /** The selected step of the charts; null: none, and the legends show sums and last values. */
    step: number | null
    /** How old the numbers are; undefined until the first event. */
    freshness: string | undefined
    isTableOpen: boolean
  }
}
