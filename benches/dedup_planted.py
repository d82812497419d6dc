"""Recall, precision and disk of MinHash deduplication on planted pairs.

usage: benches/dedup_planted.py CC_MATH CORPUS OUT

CORPUS is what benches/dedup_corpus.py made. Pairs are found if both of them are in one cluster; of pairs
planted at about the same similarity (.7, .8 or .9) the share that is found stands beside the mean of
1 - (1 - s^8)^14 over them. Precision is the share of all pairs in clusters whose exact similarity is at
least .5. Then what `cc-math eval dedup` says of a run that drops documents, and bytes of sketches a
document.
"""

import glob
import json
import os
import subprocess
import sys
from collections import defaultdict
from itertools import combinations

from dedup_timing import table, timed, verdict

BANDS, ROWS = 14, 8


def lines(pattern):
    for path in sorted(glob.glob(pattern)):
        with open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)


def entry(document, name):
    value = document.get(name)
    return document.get("metadata", {}).get(name) if value is None else value


def shingles(text):
    words = text.split()
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(a, b):
    a, b = shingles(a), shingles(b)
    return len(a & b) / len(a | b)


def sketches(out):
    """Bytes of the sketches that a run holds."""
    files = glob.glob(os.path.join(out, ".cc-math/legs/0/**/*.sketch"), recursive=True)
    return sum(map(os.path.getsize, files))


def main():
    program, corpus, out = map(os.path.abspath, sys.argv[1:4])
    planted, log = os.path.join(corpus, "planted"), os.path.join(out, "log")
    os.makedirs(out, exist_ok=True)
    dedup = [
        program,
        "--quiet",
        "dedup",
        "minhash",
        planted,
        "--preset",
        "fineweb",
        "--format",
        "jsonl",
        "--overwrite",
    ]
    annotated, dropped = os.path.join(out, "annotated"), os.path.join(out, "dropped")
    timed([*dedup, "-o", annotated, "--annotate"], log)
    cost = timed([*dedup, "-o", dropped], log)

    pairs = list(lines(os.path.join(corpus, "pairs.jsonl")))
    clusters, texts = {}, {}
    for document in lines(os.path.join(annotated, "documents", "*.jsonl")):
        texts[document["id"]] = document["text"]
        if (entry(document, "cluster_size") or 1) > 1:
            clusters[document["id"]] = entry(document, "cluster_id")
    ranges = defaultdict(lambda: [0, 0, 0.0, 0.0])
    for pair in pairs:
        together = pair["a"] in clusters and clusters[pair["a"]] == clusters.get(pair["b"])
        found = ranges[round(pair["jaccard"], 1)]
        found[0] += 1
        found[1] += together
        found[2] += 1 - (1 - pair["jaccard"] ** ROWS) ** BANDS
        found[3] += pair["jaccard"]
    print(f"{len(texts)} documents, {len(pairs)} planted pairs; {cost.wall:.1f} s, {cost.cpu:.1f} s of CPU")
    rows, worst = [], 0.0
    for planted_at, (count, found, expected, similarity) in sorted(ranges.items()):
        difference = 100 * (found - expected) / count
        worst = max(worst, abs(difference))
        rows.append(
            [
                planted_at,
                f"{similarity / count:.4f}",
                count,
                f"{found / count:.4f}",
                f"{expected / count:.4f}",
                f"{difference:+.2f}",
            ]
        )
    table(["planted", "mean Jaccard", "pairs", "recall", "S-curve", "points"], rows)

    known = {frozenset((pair["a"], pair["b"])): pair["jaccard"] for pair in pairs}
    members = defaultdict(list)
    for name, cluster in clusters.items():
        members[cluster].append(name)
    count = planted_count = similar = 0
    for names in members.values():
        for a, b in combinations(names, 2):
            count += 1
            exact = known.get(frozenset((a, b)))
            planted_count += exact is not None
            similar += (jaccard(texts[a], texts[b]) if exact is None else exact) >= 0.5
    print(f"{len(members)} clusters, {count} pairs in them: {planted_count} planted, {similar} of Jaccard .5 or more")
    told = json.loads(
        subprocess.run([program, "eval", "dedup", dropped, "--json"], check=True, capture_output=True).stdout
    )
    print("eval dedup:", json.dumps({name: value for name, value in told.items() if name != "ranges"}))
    table(
        ["Jaccard from", "pairs", "together", "expected"],
        [
            [f"{r['from']:.2f}", r["pairs"], r["together"], f"{r['expected']:.1f}"]
            for r in told["ranges"]
            if r["pairs"]
        ],
    )
    bytes_ = sketches(dropped)
    print(f"sketches: {bytes_} bytes, {bytes_ / len(texts):.1f} a document")
    print(verdict("points from the S-curve, at worst", worst, 2, least=False))
    print(verdict("precision, all pairs of clusters", similar / max(count, 1), 0.99))
    print(verdict("precision by eval dedup, .5 or more", told["precision"], 0.99))
    print(verdict("bytes of sketches a document", bytes_ / len(texts), 250, least=False))


if __name__ == "__main__":
    main()
