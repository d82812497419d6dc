#!/usr/bin/env python3
"""Inputs that hurt deduplication: peak memory, time, and whether the answer is right.

    benches/dedup_hostile.py BIN OUT

Each input goes through every stage that compares documents. Exit code 1 if a run fails, takes more than
--memory MiB (1,000: the largest document is 58 MB, and is held as text, as JSON and once more), or gives
another number of documents than it has to.
"""

import json
import multiprocessing
import os
import random
import subprocess
import sys
import time

MEMORY = 1000


def line(number, text):
    return json.dumps({"id": f"{number:08}", "url": "", "text": text}) + "\n"


def words(seed, count):
    draw = random.Random(seed)
    return " ".join("".join(draw.choice("abcdefghij") for _ in range(7)) for _ in range(count))


def empty():
    yield ""


def blank_rows():
    yield from ("\n" * 5, '{"text": ""}\n' * 5, line(1, "one two three four five six"))


def giant():
    # A line of more than 64 MiB is a reject, with its reason.
    yield line(1, (words(1, 260_000) + " ") * 100)
    yield line(2, (words(1, 260_000) + " ") * 28)
    yield line(3, words(2, 100))


def same():
    text = words(3, 20)
    for number in range(1_000_000):
        yield line(number, text)


def one_word():
    for number in range(200_000):
        yield line(number, f"w{number % 1000}")


def invalid():
    yield line(1, words(4, 50))
    yield '{"id": "00000002", "text": "broken \xff'.encode("latin-1") + b'"}\n'
    yield line(3, words(5, 50))


def one_letter():
    yield line(1, "x" * 5_000_000)
    yield line(2, "x" * 5_000_000)


def one_band():
    # Documents that share most of their text and meet in bands, each through the next.
    base = words(6, 60_000).split()
    for number in range(20_000):
        yield line(number, " ".join(base[number : number + 40]))


def many_lines():
    yield line(1, "\n".join(f"line {n} of many lines with some words in it" for n in range(1_000_000)))
    yield line(2, "\n".join(f"line {n} of many lines with some words in it" for n in range(1_000_000)))


def marks():
    yield line(1, "\u0301" * 500_000)
    yield line(2, "a\u0301\u0327" * 300_000)
    yield line(3, "\ud7ff\U0010ffff" * 100_000)


KINDS = ["exact", "minhash", "paragraph", "substring", "bloom"]

# Documents that stay, by kind, where that can be said.
CASES = {
    "empty": (empty, {}),
    "blank rows": (blank_rows, {"exact": 2, "minhash": 6}),
    "one of 200, one of 58 MB": (giant, {kind: 2 for kind in KINDS}),
    "a million equal ones": (same, {kind: 1 for kind in ["exact", "minhash", "paragraph", "bloom"]}),
    "one word each": (one_word, {"exact": 1000, "minhash": 200_000, "paragraph": 200_000}),
    "invalid UTF-8": (invalid, {"exact": 2, "minhash": 2}),
    "one letter": (one_letter, {"exact": 1}),
    "a chain of 20,000": (one_band, {"exact": 20_000}),
    "a million lines": (many_lines, {"exact": 1, "minhash": 1, "paragraph": 1}),
    "combining marks": (marks, {"exact": 3}),
}


def make(rows, path):
    with open(path, "wb") as file:
        for row in rows():
            file.write(row if isinstance(row, bytes) else row.encode("utf-8", "surrogatepass"))


def kept(out):
    with open(os.path.join(out, "manifest.json")) as file:
        counts = json.load(file)["counts"]
    dropped = sum(n for reasons in counts["rejects"].values() for n in reasons.values())
    assert counts["records"] == counts["documents"] + dropped, counts
    return counts["documents"]


def main():
    binary, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    failed = False
    print(f"{'input':26} {'stage':10} {'seconds':>8} {'MiB':>6} {'kept':>8}")
    for name, (rows, expected) in CASES.items():
        path = os.path.join(out, "hostile.jsonl")
        # In a process of its own: what this one held would count as the peak of those it starts.
        writer = multiprocessing.get_context("spawn").Process(target=make, args=(rows, path))
        writer.start()
        writer.join()
        for kind in KINDS:
            folder = os.path.join(out, "out")
            began = time.time()
            process = subprocess.Popen(
                [binary, "--quiet", "dedup", kind, path, "-o", folder, "--overwrite", "--threads", "2"]
            )
            _, status, usage = os.wait4(process.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            memory = usage.ru_maxrss / 1024
            documents = kept(folder) if code in (0, 1) else -1
            wrong = code not in (0, 1) or memory > MEMORY
            wrong |= kind in expected and documents != expected[kind]
            failed |= wrong
            note = f"  WRONG (exit {code}, {expected.get(kind)} expected)" if wrong else ""
            print(f"{name:26} {kind:10} {time.time() - began:8.1f} {memory:6.0f} {documents:8}{note}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
