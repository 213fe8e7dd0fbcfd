// A server under measurement is a process of its own: it says where it listens, what CPU time it has used when it is asked,
// and ends with the process that started it.

/** @param {string} url @param {() => unknown} [stop] */
export const answerAsChild = (url, stop = () => {}) => {
  process.send?.({ url })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuUs: user + system })
  })
  process.on('disconnect', async () => {
    await stop()
    process.exit()
  })
}
