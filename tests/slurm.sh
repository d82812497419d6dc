#!/usr/bin/env bash
# A pipeline of three legs run by Slurm, from the scripts that `cc-math plan --engine slurm --write`
# writes, gives the bytes that a run gives, an input that cannot be read included.
#
# usage: tests/slurm.sh [CC_MATH]
#
# Needs root, and Debian's slurm-wlm (with munge), on a machine that is part of no cluster: it starts
# munged, slurmctld and slurmd for one node with a configuration of its own, and stops them. Without
# an argument it builds cc-math. Takes about a minute; says nothing but what went wrong. CI does not
# call it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/cc-math-slurm-XXXXXX")
chmod 755 "$work"
daemons=()
finish() {
  local code=$?
  trap - EXIT INT TERM
  for daemon in "${daemons[@]}"; do kill -TERM "$daemon" 2>/dev/null || true; done
  [ "${#daemons[@]}" -eq 0 ] || sleep 1
  for daemon in "${daemons[@]}"; do kill -KILL "$daemon" 2>/dev/null || true; done
  if [ "$code" -ne 0 ]; then
    for log in "$work"/*.log "$work"/jobs/*.log; do
      [ -s "$log" ] && { echo "== ${log#"$work"/}"; tail -n 15 "$log"; } >&2
    done
    echo "tests/slurm.sh failed" >&2
  fi
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

. "$root/tests/common.sh"

find_program "$@"

daemon() {
  local name=$1
  shift
  "$@" >"$work/$name.out.log" 2>&1 &
  daemons+=($!)
  disown $!
}
host=$(hostname -s)
mkdir "$work/state" "$work/spool" "$work/munge"
chown munge "$work/munge"
chmod 711 "$work/munge"
head -c 1024 /dev/urandom >"$work/munge/key"
chown munge "$work/munge/key"
chmod 600 "$work/munge/key"
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SchedulerParameters=sched_interval=1,defer
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
# Debian's munged will not start as root.
daemon munged setpriv --reuid=munge --regid=munge --clear-groups munged --foreground --force \
  --socket="$work/munge/socket" --key-file="$work/munge/key" --log-file="$work/munge/log" \
  --pid-file="$work/munge/pid" --seed-file="$work/munge/seed"
wait_for 10 "munge answers" munge --socket="$work/munge/socket" -n
daemon slurmctld slurmctld -D
wait_for 20 "slurmctld answers" scontrol ping
daemon slurmd slurmd -D -N "$host"
ready() { sinfo --noheader --format=%t | grep -qx idle; }
wait_for 30 "the node is ready" ready

cd "$work"
mkdir crawl
for n in $(seq 100 107); do
  cp "$root/tests/fixtures/mini-crawl/mini.warc.gz" "crawl/$n.warc.gz"
done
{ ls crawl; echo gone.warc.gz; } >list
mv list crawl/warc.paths
cat >pipeline.yaml <<'YAML'
name: one node's
seed: 7
source: { warc: { paths: [crawl/warc.paths] } }
stages:
  - extract
  - sample: { rate: 0.9 }
  - shuffle
  - persist
output: slurm
YAML
code=0
"$program" --quiet run pipeline.yaml -o local 2>local.log || code=$?
[ "$code" -eq 1 ] || fail "the run here ended with $code, not 1"
"$program" plan pipeline.yaml --engine slurm --write jobs --workers 3 >plan.log
last=$(jobs/submit.sh 2>submit.log)
over() { [ -z "$(squeue --noheader --states=PENDING,RUNNING,CONFIGURING,COMPLETING)" ]; }
wait_for 180 "job $last ends" over
for folder in documents rejects manifest.json; do
  diff -r "local/$folder" "slurm/$folder" >&2 || fail "$folder differs"
done
