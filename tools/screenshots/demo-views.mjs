// The views of the demo, from the first visit to a failing CleverTap.

/** Goes through the demo with the tests' browser, and calls back at each view for a screenshot. */
export const openDemo = async ({ page, browser, startDemo, makeDemoFolder, take }) => {
  const folder = makeDemoFolder()
  const pushService = new URL(browser.service.urlFor('https://push.example/')).origin
  const demo = await startDemo(folder, { DEMO_PUSH_SERVICE: pushService })
  try {
    await page.goto(demo.site)
    await page.getByText('CleverTap: simulated, working').waitFor()
    await take('demo-first')
    await browser.native.grantPermissions(['notifications'], { origin: demo.site })
    await page.getByRole('button', { name: 'Subscribe this browser' }).click()
    await page.locator('#journey > li.done').nth(4).waitFor()
    await page.getByRole('button', { name: 'Send a test notification' }).click()
    browser.desktop.click(await browser.desktop.next())
    await page.getByText('Clicked, and reported as clicked').waitFor()
    // Folded, because the five steps would fill three screens.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('#journey details')) details.open = false
    })
    await take('demo-done')
    await page.getByRole('radio', { name: '500 outage' }).check()
    await page.getByRole('button', { name: 'New one' }).click()
    await page.getByRole('button', { name: 'Post it to /1/upload' }).click()
    await page.getByText('2 tokens of yours wait; nothing is lost').waitFor()
    await page.getByText('Relay: uploads fail, trying again').waitFor()
    await take('demo-outage')
    await page.goto('about:blank')
  } finally {
    await demo.stop('SIGINT')
    folder.remove()
  }
}
