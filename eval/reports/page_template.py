"""The template of a report's page, for `eval.reports.page`."""

from __future__ import annotations

__all__ = ["TEMPLATE"]

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #ffffff; --ink: #1d1d1f; --muted: #6b6b70;
  --grid: #e4e2dd; --accent: #1f5fbf; --second: #c2570c; --good: #2e7d4f; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #141416; --card: #1e1e21; --ink: #ececee; --muted: #a0a0a8;
  --grid: #37373c; --accent: #7fb0ff; --second: #ffa461; --good: #7fd1a0; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .8rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
.quiet, figcaption, dt, th { color: var(--muted); } .quiet { font-size: .9rem; }
.ends { display: flex; gap: 2px; height: .8rem; margin: 1rem 0 .5rem; border-radius: .4rem; overflow: hidden; }
.ends span { min-width: 3px; } .key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; margin: 0;
  list-style: none; } .key i { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%;
  margin-right: .4rem; }
.answered, .judged { background: var(--accent); } .partial { background: var(--good); }
.abstained { background: var(--second); } .failed { background: var(--bad); }
.plots { columns: 27rem; column-gap: 1rem; } .plots figure { break-inside: avoid; margin-bottom: 1rem; }
figure, article { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--grid);
  border-radius: .6rem; }
figure svg { display: block; width: 100%; height: auto; max-width: 30rem; margin: 0 auto; overflow: visible; }
figcaption { font-size: .85rem; margin-top: .5rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--grid);
  vertical-align: top; overflow-wrap: normal; } .number { text-align: right; white-space: nowrap; }
tbody th { padding-top: 1rem; color: var(--ink); } thead th { font-weight: normal; font-size: .85rem; }
article { margin-bottom: .8rem; } article p { margin: .3rem 0; } .fault { color: var(--bad); font-size: .85rem; }
blockquote { margin: .5rem 0; padding: .1rem 0 .1rem .8rem; border-left: 3px solid var(--accent); }
cite { display: block; font-style: normal; font-size: .8rem; color: var(--muted); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .8rem 0; }
dd { margin: 0; } bdi { white-space: pre-line; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; }
  figure, article { padding: .7rem; } table { font-size: .9rem; } .interval { white-space: normal; } }
@media print { figure, article { break-inside: avoid; } }
"""

TEMPLATE = (
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ run.title }}</title>
<style>"""
    + _STYLE
    + """</style>
</head>
<body>
<main>
<h1>{{ run.title }}</h1>
<p class="quiet">{{ "{:,}".format(run.outcomes | length) }} cases
{%- if run.is_cut_off %}; the last line of cases.jsonl is cut off and its case left out{% endif %}</p>
<div class="ends" aria-hidden="true">
{% for end in ends %}<span class="{{ end.status }}" style="flex: {{ end.n }}"></span>{% endfor %}
</div>
<ul class="key">
{% for end in ends %}
<li><i class="{{ end.status }}"></i>{{ "{:,}".format(end.n) }} {{ end.status }}
({{ "%.1f" | format(end.percent) }} %)</li>
{% endfor %}
</ul>
<details>
<summary class="quiet">What the figures depend on</summary>
<dl>
<dt>run</dt><dd>{{ run.folder.name }}</dd>
<dt>commit</dt><dd>{{ run.record.commit or "unknown" }}</dd>
<dt>settings</dt><dd>{{ run.record.settings_fingerprint }}</dd>
<dt>data</dt><dd>{{ run.record.data_hash }}</dd>
<dt>machine</dt><dd>{{ run.record.machine }}</dd>
{% for name, version in run.record.versions.items() %}
<dt>{{ name }}</dt><dd>{{ version }}</dd>
{% endfor %}
</dl>
</details>

{% macro show(plot) %}
<figure>
<h3>{{ plot.title }}</h3>
{{ plot.svg }}
{% if plot.caption %}<figcaption>{{ plot.caption }}</figcaption>{% endif %}
</figure>
{% endmacro %}
<h2>Figures</h2>
<p class="quiet">Dots are the figures, bars their 95 % intervals, all on a scale from 0 to 1.</p>
<div class="plots">
{% for plot in interval_plots %}{{ show(plot) }}{% endfor %}
</div>

{% if curves %}
<h2>Curves and times</h2>
<div class="plots">
{% for plot in curves %}{{ show(plot) }}{% endfor %}
</div>
{% endif %}

<h2>All figures</h2>
<div class="wide">
<table>
<thead><tr><th>figure</th><th class="number">value</th><th class="number interval">95 % interval</th>
<th class="number">n</th></tr></thead>
<tbody>
{% for group in groups %}
<tr><th colspan="4" scope="rowgroup">{{ group.title }}</th></tr>
{% for line in group.lines %}
<tr><td>{{ line.measure.title }}{% if not line.measure.is_higher_better %} <span class="quiet">(low is good)</span>
{%- endif %}</td>
<td class="number">{{ "%.3f" | format(line.interval.figure.value) }}</td>
<td class="number interval">
{%- if line.interval.low is not none %}
{{ "%.3f" | format(line.interval.low) }}-<wbr>{{ "%.3f" | format(line.interval.high) }}
{%- endif %}</td>
<td class="number">{{ "{:,}".format(line.interval.figure.n) }}</td></tr>
{% endfor %}
{% endfor %}
</tbody>
</table>
</div>

{% if cases %}
<h2>Worst cases</h2>
{% for fault, outcome in cases %}
<article>
<p class="fault">{{ fault.value | capitalize }}</p>
<h3><bdi>{{ outcome.question }}</bdi></h3>
<p class="quiet">{{ outcome.case_id }}
{%- if outcome.judgement is not none %} · score {{ "%.2f" | format(outcome.judgement.score) }}{% endif %}</p>
{% if outcome.error %}<p>{{ outcome.error }}</p>{% endif %}
{% for cited in outcome.citations[:n_quotes] %}
<blockquote><bdi>{{ cited.quote }}</bdi><cite>{{ cited.place.document_id }},
characters {{ cited.place.span.start }}-{{ cited.place.span.end }}</cite></blockquote>
{% else %}
{% if outcome.text %}<p><bdi>{{ outcome.text }}</bdi></p>{% endif %}
{% endfor %}
{% if outcome.citations | length > n_quotes %}
<p class="quiet">and {{ outcome.citations | length - n_quotes }} more citations</p>
{% endif %}
</article>
{% endfor %}
{% endif %}
</main>
</body>
</html>
"""
)
