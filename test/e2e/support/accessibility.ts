import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The rules of axe-core that depend on colours; the others give the same result in both schemes. */
const colourRules = ['color-contrast', 'link-in-text-block']

/** The violations that axe-core calls serious or critical, in both colour schemes and on a phone; each as `rule: element`. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  const found: string[] = []
  await page.evaluate(axe.source)
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [360, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const rules = colorScheme === 'dark' ? { runOnly: colourRules } : {}
    const { violations } = await page.evaluate(
      (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
      { resultTypes: ['violations' as const], ...rules },
    )
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        found.push(...nodes.map(({ target }) => `${id}: ${target} (${width}, ${colorScheme})`))
  }
  return found
}
