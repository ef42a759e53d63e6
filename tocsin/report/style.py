"""How the page looks: on a wide screen, on a phone, by night and on paper."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1c1f26; --soft: #5b6270; --line: #e3e1dc; --grid: #e9e7e2;
  --curve: #22506b; --band: #c9d8df; --bandtext: #7d98a5; --negative: #b4452f;
  --watch: #5d7fa3; --elevated: #c98a00; --severe: #d4561c; --critical: #a3123f;
  --watch-t: #5d7fa31f; --elevated-t: #e0a31038; --severe-t: #d4561c33; --critical-t: #a3123f2e;
  --on: #ffffff; --on-elevated: #221700; --calm: #2f7d5b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1c2027; --ink: #eceae5; --soft: #a3abb8; --line: #2e343e; --grid: #272c35;
    --curve: #8cc4e2; --band: #2d4250; --bandtext: #6f93a6; --negative: #f08468;
    --watch: #86a8cc; --elevated: #f0b73a; --severe: #f5834c; --critical: #f0527f;
    --watch-t: #86a8cc24; --elevated-t: #f0b73a30; --severe-t: #f5834c38; --critical-t: #f0527f3d;
    --on: #14171c; --on-elevated: #14171c; --calm: #6cc79c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
}
main { max-width: 1060px; margin: 0 auto; padding: 40px 28px 64px; }
h1, h2, h3, p, ul, ol, figure { margin: 0; }
a { color: inherit; }
bdi { unicode-bidi: isolate; }
.eyebrow { color: var(--soft); font-size: 14px; letter-spacing: .01em; display: flex; flex-wrap: wrap;
  gap: 4px 14px; }
.eyebrow b { color: var(--ink); font-weight: 650; }
h1 { font-size: clamp(27px, 4.6vw, 44px); line-height: 1.12; letter-spacing: -.022em; font-weight: 720;
     margin: 14px 0 14px; text-wrap: balance; }
h1 span { display: block; }
.lead { font-size: clamp(16px, 1.9vw, 19px); line-height: 1.5; color: var(--soft); max-width: 44em; }
.lead b { color: var(--ink); font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 0; margin: 30px 0 34px;
         border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: 0; list-style: none; }
.facts li { padding: 14px 16px 15px 0; }
.facts b { display: block; font-size: 27px; line-height: 1.15; font-weight: 680; letter-spacing: -.02em;
           font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: 14px; line-height: 1.35; display: block; margin-top: 3px; }
.overview { margin: 0 0 48px; }
.overview h2, .small-title { font-size: 13px; font-weight: 620; color: var(--soft); margin: 0 0 10px; }
section.calm { margin-bottom: 34px; }
section.calm > h2 { font-size: 20px; } section.calm .plot { height: 92px; } section.calm .lane { display: none; }
section.calm .key { display: none; }
.terms { display: flex; flex-wrap: wrap; gap: 5px 6px; font-size: 14px; }
.terms span { background: var(--grid); border-radius: 4px; padding: 1px 8px 2px; }
.second { margin-top: 14px; }
.track-row { display: grid; grid-template-columns: minmax(92px, 150px) 1fr; gap: 14px; align-items: center;
             margin: 0 0 6px; }
.track-row > a, .track-row > span { font-weight: 620; font-size: 15px; text-decoration: none; overflow: hidden;
             text-overflow: ellipsis; white-space: nowrap; }
.track { position: relative; height: 24px; background: var(--grid); border-radius: 4px; overflow: hidden; }
.track i { position: absolute; top: 0; bottom: 0; min-width: 5px; border-radius: 2px; }
.track i.watch { background: var(--watch); opacity: .5; top: 8px; bottom: 8px; }
.track i.elevated { background: var(--elevated); z-index: 1; }
.track i.severe { background: var(--severe); z-index: 2; }
.track i.critical { background: var(--critical); z-index: 3; }
.days { position: relative; height: 18px; font-size: 12px; color: var(--soft); }
.days span { position: absolute; white-space: nowrap; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin-top: 10px;
       padding: 0; list-style: none; }
.key li { display: flex; align-items: center; gap: 7px; }
.key i { width: 18px; height: 10px; border-radius: 2px; flex: none; }
.key .curve { height: 0; border-top: 2.5px solid var(--curve); border-radius: 0; }
.key .band { background: var(--band); }
.key .negative { background: var(--negative); opacity: .75; }
.key .watch { background: var(--watch); opacity: .6; }
.key .elevated { background: var(--elevated); }
.key .severe { background: var(--severe); }
.key .critical { background: var(--critical); }
section.brand { margin: 0 0 56px; }
section.brand > h2 { font-size: 27px; letter-spacing: -.018em; line-height: 1.2; font-weight: 700; }
section.brand > p { color: var(--soft); max-width: 46em; margin: 5px 0 16px; }
.chart { margin: 0 0 24px; }
.lane { position: relative; }
.lane a { position: absolute; width: 21px; height: 21px; margin-left: -10.5px; border-radius: 50%; font-size: 12px;
          line-height: 21px; text-align: center; text-decoration: none; font-weight: 680;
          font-variant-numeric: tabular-nums; }
.plot { position: relative; height: 220px; border-bottom: 1.5px solid var(--soft); }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: visible; }
.plot svg * { vector-effect: non-scaling-stroke; }
.plot .y { position: absolute; left: 0; font-size: 12px; line-height: 1; color: var(--soft); padding: 0 4px 3px 0;
           font-variant-numeric: tabular-nums; text-shadow: 0 0 3px var(--paper), 0 0 3px var(--paper); }
.plot .peak { position: absolute; font-size: 12px; font-weight: 650; line-height: 1; white-space: nowrap;
              padding-bottom: 5px; transform: translate(-50%, 0);
  text-shadow: 0 0 3px var(--paper), 0 0 4px var(--paper); }
.plot .peak.left { transform: none; padding-left: 6px; } .plot .peak.right { transform: translate(-100%, 0);
  padding-right: 6px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.s-band { fill: var(--band); opacity: .75; }
.s-curve { fill: none; stroke: var(--curve); stroke-width: 1.8; stroke-linejoin: round; }
.s-negative { fill: var(--negative); opacity: .72; }
.s-span.watch { fill: var(--watch-t); } .s-span.elevated { fill: var(--elevated-t); }
.s-span.severe { fill: var(--severe-t); } .s-span.critical { fill: var(--critical-t); }
.s-mark { fill: none; stroke-width: 2; } .s-mark.watch { stroke: var(--watch); opacity: .6; }
.s-mark.elevated { stroke: var(--elevated); } .s-mark.severe { stroke: var(--severe); }
.s-mark.critical { stroke: var(--critical); }
.badge { display: inline-block; border-radius: 4px; padding: 2px 9px 3px; font-size: 13px; line-height: 1.35;
         font-weight: 680; }
.fill-watch { background: var(--watch); color: var(--on); } .fill-elevated { background: var(--elevated);
  color: var(--on-elevated); }
.fill-severe { background: var(--severe); color: var(--on); } .fill-critical { background: var(--critical);
  color: var(--on); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 20px 22px 20px;
        margin: 0 0 16px; scroll-margin-top: 12px; }
.card:target { outline: 2px solid var(--curve); }
.card header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; color: var(--soft);
  font-size: 14px; }
.card header .n { width: 23px; height: 23px; line-height: 23px; border-radius: 50%; text-align: center;
  font-size: 13px;
                  font-weight: 680; flex: none; }
.card h3 { font-size: 20px; line-height: 1.3; letter-spacing: -.012em; font-weight: 680; margin: 9px 0 6px;
           text-wrap: balance; }
.card .meaning { max-width: 50em; text-wrap: pretty; }
.card.brief { padding: 11px 22px 13px; } .card.brief h3 { font-size: 16px; margin: 5px 0 0; }
.columns { display: grid; grid-template-columns: 1.1fr 1fr; gap: 14px 34px; margin-top: 16px; }
.columns > div { min-width: 0; }
.timeline { list-style: none; padding: 0; font-size: 14.5px; line-height: 1.45; }
.timeline li { display: grid; grid-template-columns: 10px max-content 1fr; gap: 9px; padding: 3px 0;
  align-items: baseline; }
.timeline i { width: 10px; height: 10px; border-radius: 50%; background: var(--calm); }
.timeline i.watch { background: var(--watch); } .timeline i.elevated { background: var(--elevated); }
.timeline i.severe { background: var(--severe); } .timeline i.critical { background: var(--critical); }
.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.timeline span { overflow-wrap: anywhere; }
.reasons { padding: 0 0 0 17px; font-size: 14.5px; line-height: 1.45; }
.reasons li { margin: 0 0 4px; overflow-wrap: anywhere; }
blockquote { margin: 0 0 12px; padding: 0 0 0 14px; border-left: 3px solid var(--line); }
blockquote.negative { border-left-color: var(--negative); }
blockquote p { overflow-wrap: anywhere; font-size: 15.5px; line-height: 1.45; }
blockquote footer { color: var(--soft); font-size: 13px; margin-top: 2px; overflow-wrap: anywhere; }
details { margin: 4px 0 0; } summary { cursor: pointer; color: var(--soft); font-size: 14.5px; padding: 4px 0; }
details .timeline { margin: 6px 0 0; }
.end { border-top: 1px solid var(--line); padding-top: 30px; display: grid; grid-template-columns: 1fr 1fr;
  gap: 30px 44px; }
.end h2 { font-size: 19px; letter-spacing: -.01em; margin: 0 0 8px; font-weight: 680; }
.end p, .end li { font-size: 15px; color: var(--soft); } .end ul { padding: 0 0 0 17px; } .end li { margin: 0 0 6px; }
.end .wide { grid-column: 1 / -1; }
table { border-collapse: collapse; margin: 12px 0 0; font-size: 15px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
th, td { padding: 6px 26px 6px 0; border-bottom: 1px solid var(--line); } tr.ran td { font-weight: 680; }
.foot { color: var(--soft); font-size: 13px; margin-top: 34px; }
@media (max-width: 640px) {
  main { padding: 24px 16px 44px; } .facts { grid-template-columns: 1fr 1fr; margin: 22px 0 26px; }
  .facts b { font-size: 23px; } .facts li { padding: 11px 10px 11px 0; }
  .track-row { grid-template-columns: 1fr; gap: 3px; margin-bottom: 10px; } .track-row.axis { gap: 0; }
  .track-row.axis > span { display: none; }
  .plot { height: 180px; } .days .minor { display: none; }
  .columns, .end { grid-template-columns: 1fr; } .card { padding: 16px 16px 16px; }
  .card.brief { padding: 10px 16px 12px; }
  .facts li:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .overview { margin-bottom: 36px; }
}
@media print {
  @page { margin: 15mm 14mm; }
  html { font-size: 10pt; } body { background: #fff; font-size: 10pt; line-height: 1.42; }
  :root { --paper: #fff; --card: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; } h1 { font-size: 23pt; } .lead { font-size: 12pt; }
  .facts { margin: 12pt 0; grid-template-columns: repeat(5, 1fr); } .facts b { font-size: 17pt; }
  .overview { margin-bottom: 20pt; }
  .card, .chart, blockquote, .track-row, .timeline li, .end > div, .overview { break-inside: avoid; }
  .card { padding: 11pt 13pt; margin-bottom: 9pt; } .card.brief { padding: 6pt 13pt; }
  .card.brief h3 { font-size: 10.5pt; } .card h3 { font-size: 12.5pt; }
  .columns { margin-top: 9pt; } blockquote p { font-size: 10pt; }
  .timeline, .reasons, .end p, .end li, table { font-size: 9.5pt; }
  h2, h3, header, section.brand > p { break-after: avoid; } section.brand { margin-bottom: 20pt; }
  .plot { height: 125pt; }
  section.calm .plot { height: 55pt; } section.calm { break-inside: avoid; margin-bottom: 12pt; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  summary { list-style: none; } a { text-decoration: none; }
}
"""
