/** What the page carries between its style tags. The five shares go from red to green, and are told by numbers, too. */
export const pageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --bad: #f4b5a5; --good: #a9d8a9 }
@media (prefers-color-scheme: dark) { :root { --bad: #7a2f20; --good: #235c2b } }
body { max-width: 70rem; margin: 1rem auto; padding: 0 .75rem; overflow-wrap: anywhere }
.wide { overflow-x: auto; margin: .5rem 0 }
table { border-collapse: collapse }
caption { text-align: start; padding: .25rem 0; max-width: calc(100vw - 2rem) }
th, td { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .15rem .5rem; text-align: end }
th { font-weight: 600; vertical-align: bottom; max-width: 14rem; overflow-wrap: break-word }
tbody th { font-weight: 400 }
th:first-child { text-align: start; min-width: 8rem }
td { font-variant-numeric: tabular-nums }
.share-0 { background: var(--bad) }
.share-1 { background: color-mix(in srgb, var(--bad) 50%, transparent) }
.share-3 { background: color-mix(in srgb, var(--good) 50%, transparent) }
.share-4 { background: var(--good) }
figure { margin: 0 } svg { width: 100%; max-width: 32rem; font-size: 11px }
svg text { fill: currentColor } svg path { fill: none; stroke: currentColor } svg circle { fill: #3b7dd8; fill-opacity: .8 }
summary { cursor: pointer; padding: .25rem 0 }
pre { white-space: pre-wrap; overflow: hidden; margin: 0; padding: .5rem; font: 13px/1.5 ui-monospace, monospace; background: color-mix(in srgb, currentColor 7%, transparent) }
h4 { margin: .75rem 0 .25rem }
`;
