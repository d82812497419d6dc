# What the scripts beside it share; `root` is the repository.

fail() { echo "error: $*" >&2; exit 1; }

# Waits for something to be true, at most so many seconds.
wait_for() {
  local seconds=$1 what=$2 n
  shift 2
  for ((n = 0; n < seconds * 5; n++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  fail "$what not within $seconds s"
}

# Sets `program`: what the first argument names, or else what is built here.
find_program() {
  if [ $# -gt 0 ]; then
    program=$(realpath "$1")
  else
    cargo build --quiet --locked -p cc-math
    program=$root/target/debug/cc-math
  fi
}
