/** The CleverTap account that the relay really uploads to; empty while CleverTap is only simulated. */
export const realAccount = document.documentElement.dataset.realAccount ?? ''
