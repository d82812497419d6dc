#!/usr/bin/env python3
"""Peak memory of finding clusters among many documents, joined in memory and in rounds.

    benches/dedup_many.py BIN OUT [DOCUMENTS]

Makes DOCUMENTS (20,000,000) documents of eight words, of which a fifth repeat earlier ones, most of them
of a few thousand texts, so that clusters are of all sizes up to some hundred thousand. Runs `dedup minhash
--annotate` with `join: memory` and `join: sharded`, and prints wall and processor time and the peak memory of
each, and whether both wrote the same documents.
"""

import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import time


def make(path, documents):
    draw = random.Random(7)
    letters = "abcdefghijklmnop"
    vocabulary = ["".join(draw.choice(letters) for _ in range(5)) for _ in range(20000)]
    files = 20
    for number in range(files):
        with open(f"{path}/{number:02}.jsonl", "w") as file:
            for row in range(number, documents, files):
                text = row
                if row % 5 == 0:
                    # A text of a few thousand: the first of them by far the most often.
                    text = -1 - int(3000 * draw.random() ** 4)
                words = random.Random(text)
                text = " ".join(words.choice(vocabulary) for _ in range(8))
                file.write(json.dumps({"id": f"{row:09}", "url": "", "text": text}) + "\n")


def run(binary, source, out, join):
    began = time.time()
    command = [binary, "--quiet", "dedup", "minhash", source, "-o", out, "--overwrite", "--annotate"]
    command += ["--bands", "4", "--rows", "2", "--keep", "[]", "--join", join, "--threads", "2"]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    seconds = usage.ru_utime + usage.ru_stime
    print(f"{join:8} {time.time() - began:7.0f} s by the clock, {seconds:7.0f} s of processor, "
          f"{usage.ru_maxrss / 1024:6.0f} MiB", flush=True)


def digest(out):
    whole = hashlib.sha256()
    for root, dirs, files in os.walk(os.path.join(out, "documents")):
        dirs.sort()
        for name in sorted(files):
            # Names of files tell the plan, which says how clusters are joined.
            with open(os.path.join(root, name), "rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def main():
    binary, out = sys.argv[1:3]
    documents = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000_000
    source = os.path.join(out, "in")
    if not os.path.isdir(source):
        os.makedirs(source)
        make(source, documents)
    joins = ["memory", "sharded"]
    for join in joins:
        run(binary, source, os.path.join(out, join), join)
    same = len({digest(os.path.join(out, join)) for join in joins}) == 1
    print("same documents" if same else "OTHER DOCUMENTS")
    sys.exit(0 if same else 1)


main()
