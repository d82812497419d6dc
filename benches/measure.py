"""Runs commands in turns and keeps what they took.

usage: measure.py ROUNDS OUT.json NAME COMMAND [NAME COMMAND ...]

Commands go to the shell, one after the other, ROUNDS times over (A B A B ...), after one round
that does not count. Kept per command: seconds by the clock and by the processor (the latter mean
more on a busy machine), peak memory of its largest process, and how many times as much as the
first command it took; all are medians over rounds. A command that times itself prints lines
`seconds: X` and `cpu_seconds: X`, which go before.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import time

TOLD = re.compile(rb"^(seconds|cpu_seconds): ([0-9.]+)$", re.M)


def run(command):
    start = time.perf_counter()
    child = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"failed with status {status}: {command}")
    told = {name.decode(): float(value) for name, value in TOLD.findall(output)}
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return {"seconds": wall, "cpu_seconds": cpu_seconds, "peak_mib": usage.ru_maxrss / 1024} | told


def summary(runs, first):
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    ratios = {
        "times_" + key: statistics.median(run[key] / base[key] for run, base in zip(runs, first))
        for key in ("seconds", "cpu_seconds")
    }
    rounded = {key: round(value, 4) for key, value in (medians | ratios).items()}
    return rounded | {"rounds": [round(run["seconds"], 4) for run in runs]}


def main():
    rounds, out, *rest = sys.argv[1:]
    commands = dict(zip(rest[::2], rest[1::2]))
    kept = {name: [] for name in commands}
    for turn in range(int(rounds) + 1):
        for name, command in commands.items():
            result = run(command)
            if turn:
                kept[name].append(result)
    first = next(iter(kept.values()))
    results = {name: summary(runs, first) for name, runs in kept.items()}
    for name, result in results.items():
        print(f"{name:36} {result['seconds']:9.3f} s {result['cpu_seconds']:9.3f} cpu s"
              f" {result['peak_mib']:8.1f} MiB {result['times_seconds']:8.3f} x"
              f" {result['times_cpu_seconds']:8.3f} x cpu")
    with open(out, "w") as file:
        json.dump(results, file, indent=1)


main()
