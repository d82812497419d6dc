#!/usr/bin/env bash
# Reports of two runs in a real browser: light and dark, wide and narrow.
#
#   benches/report_screenshots.sh OUT [PAGES]
#
# Makes the report of pipelines/quickstart.yaml and, where PAGES (a folder of pages) is given, of a
# run over those and of the gates of pipelines/nemotron-cc-math.yaml measured on them; opens each in headless Chromium; fails on anything the console says, on
# a page that scrolls sideways, and on a page of 5 MB or more. Leaves OUT/NAME-SCHEME-WIDTH.png.
# Needs chromium, node and target/debug/cc-math or $CC_MATH.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
pages=${2:+$(cd "$2" && pwd)}
here=$(cd "$(dirname "$0")/.." && pwd)
cc_math=${CC_MATH:-$here/target/debug/cc-math}

make_report() { # NAME PIPELINE [arguments of run...]
  (cd "$here" && "$cc_math" --quiet run "$2" -o "$out/$1" --overwrite "${@:3}")
  "$cc_math" --quiet report "$out/$1" -o "$out/$1.html"
  test "$(wc -c <"$out/$1.html")" -lt 5000000
}

make_report quickstart pipelines/quickstart.yaml
reports=("$out/quickstart.html")
if [ -n "$pages" ]; then
  make_report pages pipelines/quickstart.yaml --set "vars.crawl=$pages" --set stages.extract.math=required
  make_report gates pipelines/nemotron-cc-math.yaml --set "vars.archives=$pages" --measure
  reports+=("$out/pages.html" "$out/gates.html")
fi
node "$here/benches/report_screenshots.mjs" "$(command -v chromium)" "$out" "${reports[@]}"
