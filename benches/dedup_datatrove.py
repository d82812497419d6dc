"""MinHash deduplication from documents to documents beside datatrove's four steps, in turn.

usage: benches/dedup_datatrove.py CC_MATH CORPUS OUT [ROUNDS]

CORPUS is what benches/dedup_corpus.py made. Of it 1500 real documents and 750 planted pairs are taken,
in two files of JSON Lines. datatrove reads them in two tasks by two workers, forked (its default starts
processes that nobody waits for, whose time could not be counted), and writes JSON Lines as they are;
what its imports take is told apart. Ours has two threads, the same parameters (5 words, 14 bands of 8
rows, seed 1) and the same format. Then the clusters of both are compared, by the adjusted Rand index,
and each document that they put elsewhere is told, with a reason. Needs datatrove, spacy and orjson.
"""

import glob
import json
import os
import struct
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import islice
from math import comb

from dedup_timing import emptied, in_turn, median, table, timed, verdict

REAL, PAIRS = 1500, 750
THEIRS = """
import json, sys, time
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
if len(sys.argv) < 2:
    sys.exit()
documents, out = sys.argv[1:]
step = lambda name: f"{out}/{name}"
def run(name, tasks, *pipeline):
    options = {"workers": min(tasks, 2), "start_method": "fork", "logging_dir": step("logs/" + name)}
    LocalPipelineExecutor(list(pipeline), tasks=tasks, **options).run()
run("signature", 2, JsonlReader(documents), MinhashDedupSignature(step("signatures")))
run("buckets", 14, MinhashDedupBuckets(step("signatures"), step("buckets")))
run("cluster", 1, MinhashDedupCluster(step("buckets"), step("removed"), save_cluster_id=True))
writer = JsonlWriter(step("documents"), compression=None)
run("filter", 2, JsonlReader(documents), MinhashDedupFilter(step("removed")), writer)
"""


def lines(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)


def sample(corpus, folder):
    """Writes the documents, two files of them, and gives them file by file."""
    with open(os.path.join(corpus, "pairs.jsonl"), encoding="utf-8") as file:
        pairs = [json.loads(line) for line in islice(file, PAIRS)]
    wanted = {pair[side] for pair in pairs for side in "ab"}
    rows = list(islice(lines(os.path.join(corpus, "real")), REAL))
    rows += [row for row in lines(os.path.join(corpus, "planted")) if row["id"] in wanted]
    files = [rows[::2], rows[1::2]]
    for number, rows in enumerate(files):
        with open(os.path.join(folder, f"{number}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return files


def their_clusters(folder, files):
    clusters = {}
    for number, rows in enumerate(files):
        path = os.path.join(folder, f"{number:06}.clusters")
        if os.path.exists(path):
            with open(path, "rb") as file:
                for row, cluster in struct.iter_unpack("<2I", file.read()):
                    clusters[rows[row]["id"]] = f"cluster {cluster}"
    return clusters


def entry(document, name):
    value = document.get(name)
    return document.get("metadata", {}).get(name) if value is None else value


def our_clusters(folder):
    documents = lines(os.path.join(folder, "documents"))
    documents = (document for document in documents if (entry(document, "cluster_size") or 1) > 1)
    return {document["id"]: entry(document, "cluster_id") for document in documents}


def rand_index(a, b):
    """The adjusted Rand index of two labellings of the same documents."""

    def pairs(labels):
        return sum(comb(count, 2) for count in Counter(labels).values())

    both, one, two, all_ = pairs(zip(a, b)), pairs(a), pairs(b), comb(len(a), 2)
    expected, most = one * two / all_, (one + two) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def bands(texts):
    """By datatrove, the bands of texts: what a pair has to have one of in common."""
    code = (
        "import json, sys, tempfile\n"
        "from datatrove.pipeline.dedup.minhash import MinhashDedupSignature\n"
        "hasher = MinhashDedupSignature(tempfile.mkdtemp())\n"
        "for text in json.load(sys.stdin):\n"
        "    shingles = hasher.get_shingles(text)\n"
        "    print(json.dumps(hasher.get_signature(shingles) if shingles.size else []))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], input=json.dumps(texts), capture_output=True, text=True)
    return [{(n, *band) for n, band in enumerate(json.loads(line))} for line in out.stdout.splitlines()]


def disagreements(texts, theirs, ours):
    """Documents whose companions differ, with the reason."""

    def companions(labels):
        members = defaultdict(set)
        for name, label in labels.items():
            members[label].add(name)
        return lambda name: members[labels[name]] if name in labels else {name}

    their, our = companions(theirs), companions(ours)
    different = [name for name in texts if their(name) != our(name)]
    everyone = sorted({other for name in different for other in their(name) | our(name)})
    known = dict(zip(everyone, bands([texts[name] for name in everyone]))) if everyone else {}
    for name in different:
        for other in sorted(their(name) ^ our(name)):
            joined = "datatrove" if other in their(name) else "cc-math"
            agree = known[name] & known[other]
            why = (
                f"{len(agree)} bands are the same by datatrove"
                if agree
                else "no band is the same by datatrove: joined through others, or by another signature"
            )
            yield f"{name} and {other}: together by {joined} only; {why}"


def main():
    program, corpus, out = map(os.path.abspath, sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    documents = emptied(os.path.join(out, "in"))
    files = sample(corpus, documents)
    texts = {row["id"]: row["text"] for rows in files for row in rows}
    megabytes = sum(len(text.encode()) for text in texts.values()) / 1e6
    log = os.path.join(out, "log")
    mine, their = os.path.join(out, "ours"), os.path.join(out, "theirs")
    dedup = [
        program,
        "--quiet",
        "dedup",
        "minhash",
        documents,
        "--threads",
        "2",
        "--format",
        "jsonl",
        "--overwrite",
        "-o",
    ]
    found = in_turn(
        rounds,
        [
            ("cc-math", lambda: timed([*dedup, mine], log)),
            ("datatrove", lambda: timed([sys.executable, "-c", THEIRS, documents, emptied(their)], log)),
        ],
    )
    imports = median([timed([sys.executable, "-c", THEIRS], log) for _ in range(rounds)])
    print(f"{len(texts)} documents, {megabytes:.1f} MB of text; medians of {rounds}, two threads or workers")
    table(
        ["", "wall s", "CPU s", "MB/s of CPU", "peak MB of a process"],
        [
            [name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{megabytes / cost.cpu:.2f}", f"{cost.rss / 1e6:.0f}"]
            for name, cost in [*found.items(), ("datatrove's imports alone", imports)]
        ],
    )
    ours, theirs = found["cc-math"], found["datatrove"]
    ratio, bare = theirs.cpu / ours.cpu, (theirs.cpu - imports.cpu) / ours.cpu
    print(f"ratio: {ratio:.0f} by CPU, {bare:.0f} without imports; {theirs.wall / ours.wall:.0f} by the clock")
    annotated = os.path.join(out, "annotated")
    timed([*dedup, annotated, "--annotate"], log)
    a, b = their_clusters(os.path.join(their, "removed"), files), our_clusters(annotated)
    labels = [[clusters.get(name, name) for name in texts] for clusters in (a, b)]
    index = rand_index(*labels)
    print(f"clusters: {len(set(a.values()))} theirs, {len(set(b.values()))} ours, of {len(a)} and {len(b)} documents")
    told = list(disagreements(texts, a, b))
    print(f"adjusted Rand index: {index:.6f}; pairs apart: {len(told) // 2}")
    print("\n".join(told))
    kept = [{row["id"] for row in lines(os.path.join(folder, "documents"))} for folder in (mine, their)]
    print(
        f"kept: {len(kept[0])} ours, {len(kept[1])} theirs, {len(kept[0] & kept[1])} by both "
        "(which one of a cluster stays is another rule)"
    )
    print(verdict("ratio by CPU, imports left out", bare, 50))
    print(verdict("adjusted Rand index", index, 0.995))


if __name__ == "__main__":
    main()
