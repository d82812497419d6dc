"""`cc-math lookup` beside a join with Polars, over the same index, in turn.

usage: benches/lookup_polars.py CC_MATH INDEX_FOLDER [ROUNDS]

INDEX_FOLDER is what `cargo run -p cc-math-lookup --example cc_index -- FOLDER 20000000 10` wrote.
Polars is given the keys, which making them in Python would take its own time. Prints seconds by the
clock, seconds of processor and memory of each, and medians. Needs polars.
"""

import os
import statistics
import subprocess
import sys

program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
POLARS = """
import sys, time, polars as pl
keys = pl.scan_parquet(sys.argv[1] + "/table.parquet").select("url_surtkey").unique()
index = pl.scan_parquet(sys.argv[1] + "/cc-index/**/*.parquet", hive_partitioning=False)
columns = ["url_surtkey", "url", "fetch_time", "fetch_status", "warc_filename", "warc_record_offset", "warc_record_length"]
found = index.select(columns).filter(pl.col("fetch_status") == 200).join(keys, on="url_surtkey", how="semi")
print(found.collect(engine="streaming").height, file=sys.stderr)
"""


def timed(command, **options):
    """Seconds by the clock, seconds of processor, megabytes."""
    wrapped = ["python3", "-c", WRAP, *command]
    out = subprocess.run(wrapped, check=True, capture_output=True, text=True, **options)
    return [float(number) for number in out.stdout.split()[-3:]]


WRAP = """
import resource, subprocess, sys, time
began = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)
"""

ours = [program, "--quiet", "lookup", "urls.txt", "--index", "cc-index", "-o", "table.parquet", "--threads", "2"]
theirs = ["python3", "-c", POLARS, folder]
figures = {"cc-math lookup": [], "Polars, semi join": []}
for _ in range(rounds):
    figures["cc-math lookup"].append(timed(ours, cwd=folder))
    figures["Polars, semi join"].append(timed(theirs, cwd=folder, env={**os.environ, "POLARS_MAX_THREADS": "2"}))
for name, runs in figures.items():
    wall, processor, memory = (statistics.median(column) for column in zip(*runs))
    print(f"{name}: {wall:.1f} s, {processor:.1f} s of processor, {memory:.0f} MB (median of {rounds})")
