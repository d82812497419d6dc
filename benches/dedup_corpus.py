#!/usr/bin/env python3
"""A corpus with planted duplicates, and what was planted.

    benches/dedup_corpus.py OUT [--megabytes 60] [--pairs 20000] [--seed 1] [--files DIR ...]

OUT/real/*.jsonl     texts of real files (licences, documentation, sources, which repeat one another
                     in nature): by default what Python and Debian have installed, up to --megabytes
OUT/planted/*.jsonl  documents of 300 words drawn from the real files' words, each with a partner in
                     which words are changed until the Jaccard similarity of their word 5-grams is
                     about .7, .8 or .9
OUT/pairs.jsonl      {"a", "b", "jaccard"}: the planted pairs with their exact similarity

The same arguments give the same planted documents from the same real ones.
"""

import argparse
import json
import os
import random
import re

ENDINGS = (".py", ".md", ".rst", ".txt", ".html", "copyright", ".c", ".h")


def real(folders, limit):
    size = 0
    for folder in folders:
        for root, dirs, files in os.walk(folder):
            dirs.sort()
            for name in sorted(files):
                if not name.endswith(ENDINGS):
                    continue
                path = os.path.join(root, name)
                try:
                    with open(path, encoding="utf-8") as file:
                        text = file.read(1 << 20)
                except (OSError, UnicodeDecodeError):
                    continue
                if len(text) < 200:
                    continue
                size += len(text.encode())
                if size > limit:
                    return
                yield path, text


def shingles(words):
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(a, b):
    a, b = shingles(a), shingles(b)
    return len(a & b) / len(a | b)


def partner(words, target, vocabulary, draw):
    """Changes words, far enough apart, until the similarity falls to the target."""
    changed = list(words)
    # Each change alone takes 5 shingles of n away and adds 5: J = (n - 5k) / (n + 5k).
    n = len(words) - 4
    count = round(n * (1 - target) / (5 * (1 + target)))
    for place in draw.sample(range(4, len(words) - 4, 6), count):
        changed[place] = draw.choice(vocabulary)
    return changed


def write(folder, rows, files=4):
    os.makedirs(folder, exist_ok=True)
    handles = [open(os.path.join(folder, f"{n}.jsonl"), "w") for n in range(files)]
    for number, row in enumerate(rows):
        handles[number % files].write(json.dumps(row, ensure_ascii=False) + "\n")
    for handle in handles:
        handle.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    default = [os.path.dirname(os.__file__), "/usr/share/doc", "/usr/include", "/usr/share"]
    parser.add_argument("--files", nargs="*", default=default)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    rows, words = [], set()
    for number, (path, text) in enumerate(real(options.files, options.megabytes << 20)):
        rows.append({"id": f"r{number:07}", "url": "file://" + path, "text": text})
        if len(words) < 30000:
            words.update(re.findall(r"[a-z]{3,12}", text[:20000]))
    write(os.path.join(options.out, "real"), rows)
    vocabulary = sorted(words)
    planted = []
    with open(os.path.join(options.out, "pairs.jsonl"), "w") as pairs:
        for number in range(options.pairs):
            first = [draw.choice(vocabulary) for _ in range(300)]
            second = partner(first, (0.7, 0.8, 0.9)[number % 3], vocabulary, draw)
            a, b = f"p{number:07}a", f"p{number:07}b"
            pairs.write(json.dumps({"a": a, "b": b, "jaccard": jaccard(first, second)}) + "\n")
            for name, text in ((a, first), (b, second)):
                planted.append({"id": name, "url": "planted:" + name, "text": " ".join(text)})
    draw.shuffle(planted)
    write(os.path.join(options.out, "planted"), planted)
    size = sum(len(row["text"].encode()) for row in rows)
    print(f"{len(rows)} real documents, {size / 1e6:.1f} MB; {len(planted)} planted ones")


main()
