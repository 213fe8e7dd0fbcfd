/** The real CleverTap account that the relay uploads to; empty with the simulator. */
export const realAccount = document.documentElement.dataset.realAccount ?? ''
