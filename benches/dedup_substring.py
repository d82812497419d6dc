"""Speed and memory of substring deduplication.

usage: benches/dedup_substring.py CC_MATH CORPUS OUT [ROUNDS]

CORPUS is what benches/dedup_corpus.py made; its real documents are deduplicated with one thread and with
two. The usual rival, which sorts suffixes (google-research/deduplicate-text-datasets), is built from
source and is not run here, so figures stand alone. Memory is the peak of the process by byte of text.
"""

import glob
import json
import os
import sys

from dedup_timing import median, table, timed, verdict


def main():
    program, corpus, out = map(os.path.abspath, sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    real, log = os.path.join(corpus, "real"), os.path.join(out, "log")
    os.makedirs(out, exist_ok=True)
    size = 0
    for path in glob.glob(os.path.join(real, "*.jsonl")):
        with open(path, encoding="utf-8") as file:
            size += sum(len(json.loads(line)["text"].encode()) for line in file)
    print(f"{size / 1e6:.1f} MB of text; medians of {rounds}; no rival was run")
    rows, costs = [], {}
    for threads in (1, 2):
        command = [program, "--quiet", "dedup", "substring", real, "-o", os.path.join(out, "ours"), "--overwrite"]
        cost = costs[threads] = median([timed([*command, "--threads", threads], log) for _ in range(rounds)])
        rows.append(
            [
                threads,
                f"{cost.wall:.2f}",
                f"{cost.cpu:.2f}",
                f"{size / 1e6 / cost.cpu:.2f}",
                f"{size / 1e6 / cost.wall:.2f}",
                f"{cost.rss / 1e6:.0f}",
                f"{cost.rss / size:.2f}",
            ]
        )
    table(["threads", "wall s", "CPU s", "MB/s of CPU", "MB/s by the clock", "peak MB", "peak, bytes a byte"], rows)
    print(verdict("MB/s of CPU, one thread", size / 1e6 / costs[1].cpu, 4))
    print(verdict("peak, bytes a byte of text", max(cost.rss for cost in costs.values()) / size, 9, least=False))


if __name__ == "__main__":
    main()
