#!/usr/bin/env bash
# A pipeline of many legs on a real Ray cluster that loses a node half-way gives the bytes that a
# run on one machine gives; an input that cannot be read is among its inputs.
#
# usage: tests/ray.sh [CC_MATH]
#
# Needs Linux (the cluster's two nodes are the loopback addresses 127.0.0.2 and 127.0.0.3), python3
# with venv, pip with a place to get Ray from, curl and pgrep. Without an argument it builds cc-math. Ray is
# installed once, below target/. Takes about two minutes; says nothing but what went wrong. Ends with
# 77 where Ray cannot be installed or a tool is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
RAY_VERSION=2.60.0 SKIPPED=77
export RAY_USAGE_STATS_ENABLED=0 RAY_DISABLE_IMPORT_WARNING=1 NO_PROXY=127.0.0.2,127.0.0.3
export no_proxy=$NO_PROXY
# A node that is gone is noticed after seconds, not after half a minute.
export RAY_health_check_initial_delay_ms=1000 RAY_health_check_period_ms=1000
export RAY_health_check_timeout_ms=1000 RAY_health_check_failure_threshold=3

root=$PWD
work=$(mktemp -d -t cc-math-ray-XXXXXX)
nodes=()
finish() {
  local code=$?
  trap - EXIT INT TERM
  # Each node is a process group of its own: `ray stop` would stop other people's, too.
  for node in "${nodes[@]}"; do kill -TERM -- "-$node" 2>/dev/null || true; done
  [ "${#nodes[@]}" -eq 0 ] || sleep 3
  for node in "${nodes[@]}"; do kill -KILL -- "-$node" 2>/dev/null || true; done
  if [ "$code" -ne 0 ] && [ "$code" -ne "$SKIPPED" ]; then
    for log in "$work"/*.log "$work"/ray/.cc-math/ray/logs/*; do
      [ -s "$log" ] && { echo "== ${log#"$work"/}"; tail -n 15 "$log"; } >&2
    done
    echo "tests/ray.sh failed" >&2
  fi
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

. "$root/tests/common.sh"

for tool in curl pgrep setsid; do command -v "$tool" >/dev/null || exit "$SKIPPED"; done

venv=$root/target/ray-$RAY_VERSION
if ! "$venv/bin/ray" --version >/dev/null 2>&1; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "ray[default]==$RAY_VERSION" >&2 ||
    { rm -rf "$venv"; exit "$SKIPPED"; }
fi
export PATH=$venv/bin:$PATH

find_program "$@"

cd "$work"
mkdir crawl
for n in $(seq 100 123); do
  for _ in 1 2 3; do cat "$root/tests/fixtures/mini-crawl/mini.warc.gz"; done >"crawl/$n.warc.gz"
done
{ ls crawl; echo gone.warc.gz; } >list
mv list crawl/warc.paths
cat >pipeline.yaml <<'YAML'
name: two nodes
seed: 7
source: { warc: { paths: [crawl/warc.paths] } }
stages:
  - extract
  - sample: { rate: 0.9 }
  - minhash_dedup: { annotate: true, join: sharded }
  - shuffle
  - exact_dedup
output: local
YAML

node() {
  local name=$1
  shift
  setsid "$venv/bin/ray" start --block --disable-usage-stats --num-cpus=1 \
    --object-store-memory=100000000 "$@" >"node-$name.log" 2>&1 &
  nodes+=($!)
  disown $! # The shell would tell of its end.
}
# Two nodes on one machine need ports of their own.
node head --head --node-ip-address=127.0.0.2 --port=26379 --temp-dir="$work/t" \
  --include-dashboard=true --dashboard-host=127.0.0.2 --dashboard-port=28265 \
  --ray-client-server-port=20001 --min-worker-port=21000 --max-worker-port=21499
address=http://127.0.0.2:28265
wait_for 60 "the head node answers" curl --noproxy '*' -fsS "$address/api/version"
node second --address=127.0.0.2:26379 --node-ip-address=127.0.0.3 \
  --min-worker-port=21500 --max-worker-port=21999
joined() { [ "$(curl --noproxy '*' -fsS "$address/nodes?view=summary" | grep -o '"state": "ALIVE"' | wc -l)" -ge 2 ]; }
wait_for 60 "the second node joins" joined

code=0
"$program" --quiet run pipeline.yaml --threads 2 2>local.log || code=$?
[ "$code" -eq 1 ] || fail "the run here ended with $code, not 1"
"$program" run pipeline.yaml -o ray --engine ray --ray-address "$address" >run.log 2>&1 &
run=$!

second_works() { pgrep -s "${nodes[1]}" -f -- "task --plan .* --leg 0 --index"; }
second_rests() { ! second_works; }
done_tasks() { [ "$(find ray/.cc-math/tasks -name '*.json' 2>/dev/null | wc -l)" -ge "$1" ]; }
wait_for 120 "six tasks are done" done_tasks 6
wait_for 30 "the second node works on a task" second_works
raylet=$(pgrep -f "raylet/raylet .*--node_ip_address=127.0.0.3" | head -n 1) || true
[ -n "$raylet" ] || fail "the second node has no raylet"
[ -e ray/manifest.json ] && fail "the run ended before a node could be killed"
kill -KILL "$raylet"
wait_for 30 "what the second node worked on is gone" second_rests

code=0
wait "$run" || code=$?
[ "$code" -eq 1 ] || fail "the run on Ray ended with $code, not 1"
for folder in documents rejects manifest.json; do
  diff -r "local/$folder" "ray/$folder" >&2 || fail "$folder differs"
done
