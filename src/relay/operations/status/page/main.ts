import { createCharts } from './charts.ts'
import { showLists } from './lists.ts'
import { listen } from './live.ts'
import { createRetry } from './retry.ts'
import { showTexts } from './texts.ts'

const charts = createCharts()
const retry = createRetry()

listen((state) => {
  showTexts(state)
  showLists(state)
  charts.show(state)
  retry.show(state)
})
