"""Peak memory of a pipeline that reads, filters, shuffles, limits and partitions documents.

    python3 benches/memory.py target/release/cc-math [MEGABYTES...]

Makes JSON Lines of so many megabytes (200 and 2000 where none are given) in a temporary folder, runs
the pipeline over them with one thread, and prints the largest resident set of the run.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

PIPELINE = """\
name: memory
seed: 3
source: { documents: { paths: [in] } }
stages:
  - where: "score > 0.1 AND length(text) > 100"
  - shuffle
  - limit: 100000000
output: { path: out, partition_by: tables }
"""

FILE_BYTES = 200_000_000


def make(folder, megabytes):
    generator = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(generator.choices(letters, k=generator.randint(2, 10))) for _ in range(20000)]
    left = megabytes * 1_000_000
    for number in range(10**6):
        if left <= 0:
            return
        written = 0
        with open(os.path.join(folder, f"{number:03}.jsonl"), "w") as f:
            while written < min(FILE_BYTES, left):
                text = " ".join(generator.choices(words, k=generator.randint(50, 3000)))
                row = {"url": f"https://example.org/{number}", "text": text, "score": generator.random()}
                written += f.write(json.dumps(row) + "\n")
        left -= written


def peak(program, megabytes):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "in"))
        make(os.path.join(folder, "in"), megabytes)
        with open(os.path.join(folder, "p.yaml"), "w") as f:
            f.write(PIPELINE)
        command = [program, "--quiet", "run", "p.yaml", "--threads", "1"]
        began = time.monotonic()
        subprocess.run(command, cwd=folder, check=True)
        kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"{megabytes} MB: {kilobytes // 1024} MiB at most, {time.monotonic() - began:.0f} s")


def main():
    program = os.path.abspath(sys.argv[1])
    # The largest of all children so far is told, so the smallest input comes first.
    for megabytes in sorted(map(int, sys.argv[2:])) or [200, 2000]:
        peak(program, megabytes)


if __name__ == "__main__":
    main()
