import { createFillers, escaped, type PageOptions } from './html-parts.ts'
import { clock } from './view/words.ts'

/**
 * Renders the status page: everything but the pictures of the charts, whose numbers are in a table, so that the page can
 * be read without its script. It contains no inline script or style. All its URLs are relative, so that it works behind a
 * proxy under another path.
 */
export const renderPage = (options: PageOptions): string => {
  const { state, range } = options
  const { slot, tile, list, chart, accounts, ranges: rangeLinks, series, numbers } = createFillers(options)
  const { level } = state.account.verdict
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${slot('title', 'title', '').replace(' class=""', '')}
<link rel="icon" href="status/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="status/page.css">
<script src="status/page.js" defer></script>
</head>
<body data-level="${level}" data-account="${escaped(state.account.account)}" data-range="${range}">
<header>
<h1>Pushferry</h1>
${state.accounts.length < 2 ? `<p class="account">${escaped(state.account.account)}</p>` : accounts()}
<p class="freshness" data-freshness>As of ${clock(state.generatedAt, { zone: 'UTC', seconds: true })}</p>
</header>
<main>
<section class="verdict" aria-labelledby="question">
<h2 id="question">Is everything arriving?</h2>
<div role="status" aria-live="polite" aria-atomic="true">
${slot('answer')}
${slot('headline')}
${slot('remedy')}
</div>
</section>
<dl class="tiles">
${tile('queue', 'In the queue')}
${tile('oldest', 'Oldest')}
${tile('accepted', 'Accepted, 1 hour')}
${tile('rejected', 'Rejected, 1 hour')}
${tile('latency', 'Upload latency')}
${tile('slots', 'Requests in flight')}
</dl>
<section class="why" aria-labelledby="why">
<h2 id="why">If not, why?</h2>
<div class="upload">
${slot('state')}
${slot('cause')}
${slot('uploadRemedy')}
${slot('nextTry')}
</div>
<div class="rejections">
<h3>Rejected by CleverTap</h3>
${slot('rejectedTotal')}
${list('codes')}
<button type="button" class="all" data-retry="all" hidden>Try all rejected records again</button>
<p class="outcome" role="status" data-outcome></p>
</div>
</section>
<section class="charts" aria-labelledby="charts" data-series="${series()}">
<h2 id="charts">Over time</h2>
<noscript><p class="note">A script draws the charts; the table has the same numbers.</p></noscript>
${rangeLinks()}
${chart('flow')}
${chart('waiting')}
${chart('latency')}
<p class="pointer" data-pointer hidden><label for="step">Point in time</label>
<input type="range" id="step" min="0" max="${state.account.series[range].queued.length - 1}" value="${state.account.series[range].queued.length - 1}">
<output for="step" data-step-time>now</output></p>
<details data-numbers-shown><summary>The same as a table</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Numbers over time">${numbers()}</div></details>
</section>
<section class="latest-section" aria-labelledby="latest">
<h2 id="latest">Latest rejections</h2>
${list('latest')}
${slot('latestNote', 'p', 'note')}
</section>
<section class="capacity-section" aria-labelledby="capacity">
<h2 id="capacity">Who fills the queue</h2>
${list('capacity')}
</section>
<section class="browsers-section" aria-labelledby="browsers">
<h2 id="browsers">Registered browsers</h2>
${list('browsers')}
</section>
<section class="else" aria-labelledby="else">
<h2 id="else">What else happened, last 24 hours</h2>
${list('events')}
</section>
<section class="changes-section" aria-labelledby="changes">
<h2 id="changes">Changes since this relay started</h2>
${list('changes')}
</section>
<section class="others-section" aria-labelledby="others">
<h2 id="others">Other processes of this store</h2>
${list('others')}
</section>
</main>
<footer>
${slot('facts')}
<p class="links"><a href="status.json">status.json</a> <a href="metrics">metrics</a> <a href="openapi.json">openapi.json</a></p>
</footer>
<dialog aria-labelledby="confirm-title" aria-describedby="confirm-text">
<h2 id="confirm-title">Try again?</h2>
<p id="confirm-text" data-confirm-text></p>
<p class="note" data-confirm-remedy></p>
<form method="dialog"><button value="no" class="quiet">Leave them</button> <button value="yes" data-confirm>Try again</button></form>
</dialog>
</body>
</html>
`
}
