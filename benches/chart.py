"""Draws the chart of the README from a committed run.

usage: chart.py RUN.json OUT.svg
"""
import json
import sys

NAMES = ["cc-math", "resiliparse", "trafilatura", "lynx"]
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 }
.bar { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #d0d7de } .bar { fill: #6e7681 } .ours { fill: #4493f8 }
}
"""


def panel(x, title, rows, form):
    most = max(value for _, value in rows)
    yield f'<text class="title" x="{x}" y="20">{title}</text>'
    for line, (name, value) in enumerate(rows):
        y, width = 34 + 26 * line, max(2, round(170 * value / most))
        kind = "ours" if name == "cc-math" else "bar"
        yield f'<text x="{x}" y="{y + 14}">{name}</text>'
        yield f'<rect class="{kind}" x="{x + 85}" y="{y}" width="{width}" height="18" rx="2"/>'
        yield f'<text x="{x + 91 + width}" y="{y + 14}">{form(value)}</text>'


def main():
    run, out = sys.argv[1:]
    with open(run) as file:
        race = {row["name"]: row for row in json.load(file)["dev_pages_slow_rivals"]["race"]}
    named = [race[name] for name in NAMES if name in race]
    speed = [(row["name"], row["pages_per_second"]) for row in named]
    found = [(row["name"], row["substring_recall"]) for row in named]
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" width="680" height="146" role="img">', f"<style>{STYLE}</style>"]
    lines += panel(8, "Pages a second, one core", speed, lambda value: f"{value:,.0f}")
    lines += panel(352, "Formulas whose TeX is in the text", found, lambda value: f"{value:.0%}")
    with open(out, "w") as file:
        file.write("\n".join(lines + ["</svg>", ""]))


main()
