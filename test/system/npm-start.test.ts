import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { type DemoFolder, failToStart, makeDemoFolder, startDemo } from '../demo/start-demo.ts'

const sample: { d: { tokenData: { id: string; type: string }; objectId: string }[] } = JSON.parse(
  readFileSync(new URL('../fixtures/upload-six-types.json', import.meta.url), 'utf8'),
)

let folder: DemoFolder
beforeEach(() => {
  folder = makeDemoFolder()
})
afterEach(() => folder.remove())

const takePort = async (): Promise<{ port: string; release(): Promise<void> }> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = String(typeof address === 'object' ? address?.port : address)
  return { port, release: () => new Promise((resolve) => server.close(() => resolve())) }
}

describe('npm start', () => {
  test('prints every field of the six records that CleverTap received, at every start, and ends with 0 on Ctrl-C', async () => {
    const keys: string[] = []
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const demo = await startDemo(folder)
      expect(demo.out).toContain('{"status":"success","processed":6,"unprocessed":[]}')
      expect(demo.out).toContain('received 6 records in one call')
      const chrome = sample.d[0]
      expect(demo.out).toContain(`
  1  type                   token
     tokenData.id           ${chrome?.tokenData.id}
     tokenData.type         chrome
     tokenData.keys.p256dh  BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds=
     tokenData.keys.auth    5I2Bu2oKdyy9CwL8QVF0NQ==
     objectId               ${chrome?.objectId}
`)
      for (const { tokenData, objectId } of sample.d.slice(1))
        expect(demo.out).toMatch(
          new RegExp(
            `token\n +tokenData.id +${tokenData.id}\n +tokenData.type +${tokenData.type}\n +objectId +${objectId}\n`,
          ),
        )
      expect((await fetch(demo.site)).status).toBe(200)
      expect((await fetch(`${demo.relay}/healthz`)).status).toBe(200)
      expect(statSync(join(folder.path, 'vapid.json')).mode & 0o777).toBe(0o600)
      keys.push(readFileSync(join(folder.path, 'vapid.json'), 'utf8'))
      expect(await demo.stop(signal)).toMatchObject({ code: 0, err: '' })
      expect(readdirSync(folder.path).sort()).toEqual(['relay.log', 'vapid.json'])
    }
    expect(keys[0]).toBe(keys[1])
    const log = readFileSync(join(folder.path, 'relay.log'), 'utf8')
    for (const { tokenData, objectId } of sample.d) {
      expect(log).not.toContain(tokenData.id)
      expect(log).not.toContain(objectId)
    }
  })

  test('on a taken port it says which one, and how to change it', async () => {
    const { port, release } = await takePort()
    for (const name of ['PUSHFERRY_PORT', 'DEMO_PORT']) {
      const { code, err } = await failToStart(folder, { [name]: port })
      expect(err).toMatch(new RegExp(`^npm start: port ${port} of 127.0.0.1.* is taken: set ${name} .*\n$`))
      expect(code).toBe(1)
    }
    await release()
  })

  test('a setting that is wrong or not known ends it with one line and 2', async () => {
    const wrong = { DEMO_PORT: 'eighty', PUSHFERRY_PROT: '8080', PUSHFERRY_PORT: '99999' }
    for (const [name, value] of Object.entries(wrong)) {
      const { code, err } = await failToStart(folder, { [name]: value })
      expect(err).toMatch(new RegExp(`^npm start: ${name} .*\n$`))
      expect(code).toBe(2)
    }
  })

  test('with an account set it says that CleverTap is the real one, and sends the sample only when asked to', async () => {
    const clevertap = await startSimulator()
    const account = {
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
    }
    const quiet = await startDemo(folder, account)
    expect(quiet.out).toContain(`THE REAL ONE, account ${clevertap.accountId}`)
    expect(quiet.out).toContain('The sample tokens were not sent')
    const page = await (await fetch(quiet.site)).text()
    expect(page).toContain(`data-real-account="${clevertap.accountId}"`)
    expect(await quiet.stop('SIGINT')).toMatchObject({ code: 0 })
    // The relay has asked whether the credentials are taken, and nothing else.
    expect(clevertap.received().filter(({ dryRun }) => !dryRun)).toEqual([])

    const asked = await startDemo(folder, { ...account, DEMO_SEND_SAMPLE: '1' })
    expect(asked.out).toContain('says of each of them: accepted')
    expect(asked.out).not.toContain(clevertap.passcode)
    expect(await asked.stop('SIGINT')).toMatchObject({ code: 0 })
    expect(clevertap.counts.accepted).toBe(6)
    // What a real account is owed must outlive the run.
    expect(existsSync(join(folder.path, `${clevertap.accountId}.db`))).toBe(true)
    await clevertap.stop()
  })

  test('with a passcode that CleverTap refuses it says so, where the sample is sent, and what to compare', async () => {
    const clevertap = await startSimulator()
    const demo = await startDemo(folder, {
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: 'another-passcode',
      DEMO_SEND_SAMPLE: '1',
    })
    expect(demo.out).toContain('CleverTap refuses the credentials: compare CLEVERTAP_ACCOUNT_ID')
    expect(await demo.stop('SIGINT')).toMatchObject({ code: 0 })
    await clevertap.stop()
  })

  test.each(['--help', 'demo'])('takes no arguments, and says where its settings are: %s', async (argument) => {
    const { code, err } = await failToStart(folder, {}, [argument])
    expect(err).toMatch(/^npm start: there are no arguments; .*DEMO_PORT.*\n$/)
    expect(code).toBe(2)
  })

  test('half an account is an error, not the simulator', async () => {
    const { code, err } = await failToStart(folder, { CLEVERTAP_ACCOUNT_ID: 'TEST-123' })
    expect(err).toMatch(/^npm start: CLEVERTAP_PASSCODE .*\n$/)
    expect(code).toBe(2)
  })
})
