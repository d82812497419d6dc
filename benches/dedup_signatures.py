"""MinHash signatures beside datatrove's, of the same documents, in turn.

usage: benches/dedup_signatures.py MINHASH_SPEED DOCUMENTS.jsonl [ROUNDS]

MINHASH_SPEED is what `cargo build --release -p cc-math-dedup --example minhash_speed` made; DOCUMENTS has
one object a line, of which `text` is read. Both make 14 bands of 8 rows of 5 words, on one core; only
seconds of the processor count, reading left out. Prints what each does a second (medians), the ratio, and
the share of documents whose signatures are the same. Needs datatrove, spacy, numpy and xxhash.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from datatrove.pipeline.dedup.minhash import MinhashDedupSignature

program, file = os.path.abspath(sys.argv[1]), sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
with open(file, encoding="utf-8") as lines:
    texts = [json.loads(line)["text"] for line in lines.read().split("\n") if line]
megabytes = sum(len(text.encode()) for text in texts) / 1e6
hasher = MinhashDedupSignature(tempfile.mkdtemp())
hasher.get_shingles("Loads the tokeniser before the clock starts.")


def theirs():
    """Seconds, and the signatures."""
    began = time.process_time()
    shingles = map(hasher.get_shingles, texts)
    signatures = [hasher.get_signature(one) if one.size else None for one in shingles]
    return time.process_time() - began, signatures


def ours():
    """Seconds."""
    out = subprocess.run([program, "fineweb", file, "1"], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)["signatures"]


def same(signatures):
    """Documents of which both say the same."""
    out = subprocess.run([program, "fineweb", file, "--print"], check=True, capture_output=True, text=True)
    mine = [json.loads(line)["signature"] for line in out.stdout.splitlines()]
    flat = [one and [row for band in one for row in band] for one in signatures]
    assert len(mine) == len(flat)
    return sum(a == b for a, b in zip(mine, flat))


figures = {"cc-math": [], "datatrove": []}
for _ in range(rounds):
    figures["cc-math"].append(ours())
    seconds, signatures = theirs()
    figures["datatrove"].append(seconds)
print(f"{len(texts)} documents, {megabytes:.1f} MB, median of {rounds}, one core")
medians = {name: statistics.median(runs) for name, runs in figures.items()}
for name, seconds in medians.items():
    runs = " ".join(f"{run:.3f}" for run in figures[name])
    print(f"{name}: {len(texts) / seconds:.0f} documents/s, {megabytes / seconds:.2f} MB/s ({runs} s)")
print(f"ratio: {medians['datatrove'] / medians['cc-math']:.0f}")
print(f"same signatures: {same(signatures)} of {len(texts)}")
