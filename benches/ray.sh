#!/usr/bin/env bash
# What a run costs more on a Ray cluster of one node than without one, on the same two CPUs.
#
#   benches/ray.sh ARCHIVE [ROUNDS] [TASKS] [COPIES]
#
# ARCHIVE is put behind itself COPIES times to make an input, and TASKS such inputs are extracted with
# `--math any`: choose them so that a task takes the time that is to be looked at. Each round runs both
# ways in turn; prints seconds, and the ratio of the medians. Needs what tests/ray.sh needs, and
# the venv that it leaves below target/. $CC_MATH is the program.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
archive=$(realpath "$1") rounds=${2:-3} tasks=${3:-6} copies=${4:-20}
program=${CC_MATH:-$root/target/release/cc-math}
export PATH=$(echo "$root"/target/ray-*/bin):$PATH RAY_USAGE_STATS_ENABLED=0 NO_PROXY=127.0.0.2 no_proxy=127.0.0.2
work=$(mktemp -d -t cc-math-ray-bench-XXXXXX)
cd "$work"
mkdir crawl
for n in $(seq 100 $((99 + tasks))); do
  for _ in $(seq "$copies"); do cat "$archive"; done >"crawl/$n.warc.gz"
done
cat >p.yaml <<'YAML'
name: bench
source: { warc: { paths: [crawl] } }
stages: [extract: { math: any }]
output: out
YAML
setsid ray start --block --disable-usage-stats --num-cpus=2 --object-store-memory=100000000 --head \
  --node-ip-address=127.0.0.2 --port=26379 --temp-dir="$work/t" --include-dashboard=true \
  --dashboard-host=127.0.0.2 --dashboard-port=28265 --ray-client-server-port=20001 >node.log 2>&1 &
node=$!
disown "$node" # The shell would tell of its end.
trap 'kill -TERM -- "-$node" 2>/dev/null || true; sleep 2; kill -KILL -- "-$node" 2>/dev/null || true; rm -rf "$work"' EXIT
. "$root/tests/common.sh"
wait_for 60 "the node answers" curl --noproxy '*' -fsS http://127.0.0.2:28265/api/version

seconds() { local from=$EPOCHREALTIME; "$@" >last.log 2>&1 || { cat last.log; exit 1; }; echo "$from $EPOCHREALTIME" | awk '{ printf "%.2f\n", $2 - $1 }'; }
for round in $(seq "$rounds"); do
  seconds "$program" --quiet run p.yaml -o local --overwrite --threads 2 >>local.times
  seconds "$program" --quiet run p.yaml -o ray --overwrite --engine ray --ray-address http://127.0.0.2:28265 >>ray.times
  cmp local/manifest.json ray/manifest.json
  echo "round $round: here $(tail -n 1 local.times) s, Ray $(tail -n 1 ray.times) s"
done
median() { sort -n "$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }
echo "$(median local.times) $(median ray.times) $tasks" |
  awk '{ printf "medians: here %.2f s, Ray %.2f s: %.3f times; %d tasks of %.1f s each on a thread\n", $1, $2, $2 / $1, $3, 2 * $1 / $3 }'
