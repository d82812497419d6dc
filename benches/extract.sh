#!/bin/sh
# Measures extraction; see README.md beside this file. Writes runs/<date>-extract.json.
#
#   PYTHON  a Python with resiliparse, trafilatura and FastWARC [python3]
#   DATA    the development data [../shared/data/dev]
#   ROUNDS  rounds of every measurement [5]
#   SLOW_EVERY  lynx and trafilatura see every N-th page [10]
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3} DATA=${DATA:-../shared/data/dev} ROUNDS=${ROUNDS:-5}
SLOW_EVERY=${SLOW_EVERY:-10}
if [ ! -f "$DATA/truth.jsonl" ]; then
    echo "no development data at $DATA: nothing is measured"
    exit 0
fi
cargo build --release --locked -p cc-math
cargo build --release --locked -p cc-math-eval --example inflate
BIN=${CARGO_TARGET_DIR:-target}/release
PARTS=$(mktemp -d)
trap 'rm -rf "$PARTS"' EXIT
one_core() { if command -v taskset >/dev/null; then taskset -c 0 "$@"; else "$@"; fi; }

dev="--truth $DATA/truth.jsonl --pages $DATA --gold $DATA"
wcxb="--truth $DATA/extraction-bench/wcxb/truth.jsonl --warc $DATA/extraction-bench/wcxb/warc/wcxb.warc.gz --gold $DATA/extraction-bench/wcxb"
race() { # NAME EVERY RIVALS ARGUMENTS...
    name=$1 every=$2 rivals=$3
    shift 3
    echo "== $name: every page in $every, against $rivals"
    one_core "$BIN/cc-math" eval extract "$@" --python "$PYTHON" --rounds "$ROUNDS" \
        --every "$every" --against "$rivals" --json > "$PARTS/$name.json"
    "$PYTHON" -c 'import json, sys
for r in json.load(open(sys.argv[1]))["race"]:
    print("{name:12} {pages_per_second:8.1f} pages/s {megabytes_per_second:7.2f} MB/s p99 {p99_ms:7.2f} ms {first_is_faster_by:7.2f} x slower".format(**r))' "$PARTS/$name.json"
}
race dev-pages 1 resiliparse $dev
race wcxb-pages 1 resiliparse $wcxb
race dev-pages-slow-rivals "$SLOW_EVERY" resiliparse,trafilatura,lynx $dev
race wcxb-pages-slow-rivals "$SLOW_EVERY" resiliparse,trafilatura,lynx $wcxb

archive=$DATA/warc/dev-mixed-5pct-00000.warc.gz
run() { echo "$BIN/cc-math --quiet extract $1 --threads $2 -o \$(mktemp -d $PARTS/out-XXXXXX)"; }
echo "== whole archive"
one_core "$PYTHON" benches/measure.py "$ROUNDS" "$PARTS/archive.json" \
    libdeflate "$BIN/examples/inflate $archive" \
    cc-math "$(run "$archive" 1)" \
    fastwarc-resiliparse "$PYTHON benches/fastwarc_resiliparse.py $archive"

echo "== threads and memory"
for _ in $(seq 100); do cat "$archive"; done > "$PARTS/gigabyte.warc.gz"
"$PYTHON" benches/measure.py 1 "$PARTS/threads.json" \
    libdeflate "$BIN/examples/inflate $PARTS/gigabyte.warc.gz" \
    fastwarc-resiliparse "$PYTHON benches/fastwarc_resiliparse.py $PARTS/gigabyte.warc.gz" \
    one-thread "$(run "$PARTS/gigabyte.warc.gz" 1)" \
    two-threads "$(run "$PARTS/gigabyte.warc.gz" 2)" \
    sixteen-threads "$(run "$PARTS/gigabyte.warc.gz" 16)"

echo "== pages that hurt"
"$BIN/cc-math" eval pathological --json > "$PARTS/pathological.json" || true

mkdir -p benches/runs
out=benches/runs/$(date +%Y-%m-%d)-extract.json
"$PYTHON" benches/collect.py "$out" dev_pages="$PARTS/dev-pages.json" wcxb_pages="$PARTS/wcxb-pages.json" \
    dev_pages_slow_rivals="$PARTS/dev-pages-slow-rivals.json" \
    wcxb_pages_slow_rivals="$PARTS/wcxb-pages-slow-rivals.json" \
    archive="$PARTS/archive.json" threads_and_memory="$PARTS/threads.json" \
    pathological="$PARTS/pathological.json"
echo "wrote $out"
"$PYTHON" benches/chart.py "$out" docs/extract.svg
echo "drew docs/extract.svg"
