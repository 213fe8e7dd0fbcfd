/**
 * The dialog's style. It uses the browser's system colours, so that dark mode and forced colours work, and its sizes follow
 * the page's text. A site can theme it with the custom properties `--pushferry-color-scheme` (`light` or `dark` fixes
 * one), `--pushferry-background`, `--pushferry-color`, `--pushferry-accent`, `--pushferry-accent-color`,
 * `--pushferry-radius` and `--pushferry-font`, and style the rest with `pushferry-prompt::part(…)`:
 * `dialog title body steps step buttons accept dismiss`; the bell is `::part(dialog)::before`.
 *
 * One rule per line, because no tool minifies it.
 */
export const style = `dialog{box-sizing:border-box;width:26em;padding:1.5em;background:var(--pushferry-background,Canvas);color:var(--pushferry-color,CanvasText);color-scheme:var(--pushferry-color-scheme,light dark);font-family:var(--pushferry-font);line-height:1.5;text-align:start;overflow-wrap:anywhere}
dialog,button{border:1px solid #888;border-radius:var(--pushferry-radius,.75em)}
dialog:before{content:"";display:block;width:24px;height:24px;background:var(--pushferry-accent,#2563eb);clip-path:path("M2 18h20l-3-4V9a7 7 0 0 0-14 0v5zm7 2a3 3 0 0 0 6 0z")}
::backdrop{background:#0006}
[part=title]{margin:.5em 0 -.5em;font-size:1.15em;outline:0}
[part=steps]{padding-inline-start:1.5em}
[part=buttons]{display:flex;flex-wrap:wrap;gap:.75em}
button{flex:auto;padding:.6em 1em;background:0;color:inherit;font:inherit}
[part=accept]{background:var(--pushferry-accent,#2563eb);color:var(--pushferry-accent-color,#fff)}
button:focus-visible{outline:3px solid var(--pushferry-accent,#2563eb);outline-offset:2px}
@media(max-width:30em){dialog{margin-bottom:1em}}
@media(prefers-reduced-motion:no-preference){dialog{animation:a .25s}@keyframes a{0%{transform:translateY(1em)}}}`
