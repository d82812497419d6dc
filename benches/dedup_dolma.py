"""Exact, paragraph and Bloom deduplication beside dolma's deduper, in turn.

usage: benches/dedup_dolma.py CC_MATH CORPUS OUT [ROUNDS [FORMAT]]

CORPUS is what benches/dedup_corpus.py made; its real documents are written as gzipped JSON Lines that
both read. One thread each. dolma marks documents, lines, or lines of whose 13-grams .8 came before, by a
Bloom filter for what is there and a false-positive rate of .001; ours finds equal documents and lines
without false positives, and overlaps by a filter of the same rate. dolma makes no filter of less than a
mebibyte, doubles it from there, and hashes each entry as often as is best for that size: hundreds of
times where entries are few. So it is run twice: with the smallest filter that will do (ten hashes), which
is what ratios are of, and by its own reckoning. dolma writes attributes only;
the documents that are left are written by its mixer, which is run behind in a third row. Ours writes them
as FORMAT (parquet where none is given). Megabytes are of text. Needs dolma's compiled module; its other packages
need not be there.
"""

import glob
import gzip
import json
import math
import os
import re
import sys

from dedup_timing import emptied, in_turn, table, timed, verdict

THEIRS = """
import importlib.machinery, importlib.util, glob, sys
folders = importlib.util.find_spec("dolma").submodule_search_locations
[path] = [path for folder in folders for path in glob.glob(folder + "/dolma.*.so")]
loader = importlib.machinery.ExtensionFileLoader("dolma.dolma", path)
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dolma.dolma", loader))
loader.exec_module(module)
module.deduper_entrypoint(sys.argv[1])
if len(sys.argv) > 2:
    module.mixer_entrypoint(sys.argv[2])
"""
TOKEN = re.compile(r"\w+|[^\w\s]")
NGRAM, RATE = 13, 1e-3


def copy(corpus, folder):
    """Gzips the documents: bytes of text, and how many documents, lines and 13-grams there are."""
    size, documents, lines, ngrams = 0, 0, 0, 0
    for path in sorted(glob.glob(os.path.join(corpus, "real", "*.jsonl"))):
        with (
            open(path, encoding="utf-8") as rows,
            gzip.open(
                os.path.join(folder, os.path.basename(path) + ".gz"), "wt", encoding="utf-8", compresslevel=6
            ) as file,
        ):
            for row in map(json.loads, rows):
                text = row["text"]
                file.write(
                    json.dumps({**row, "source": "real", "added": "2026-01-01T00:00:00.000Z"}, ensure_ascii=False)
                    + "\n"
                )
                size += len(text.encode())
                documents += 1
                for line in text.split("\n"):
                    if line.strip():
                        lines += 1
                        ngrams += max(len(TOKEN.findall(line)) - NGRAM + 1, 0)
    return size, documents, lines, ngrams


def config(out, mode, count, size):
    """What dolma is asked; a filter of no size is of the size that it reckons."""
    paragraphs = {"attribute_name": mode, "paragraph_separator": "\n"}
    by_ngram = {"ngram_length": NGRAM, "stride": 1, "overlap_threshold": 0.8, "skip_short_paragraphs": True}
    what = {
        "exact": {"documents": {"attribute_name": mode, "key": "$.text"}},
        "paragraph": {"paragraphs": paragraphs},
        "bloom": {"paragraphs": {**paragraphs, "by_ngram": by_ngram}},
    }[mode]
    return {
        "documents": [os.path.join(out, "documents", "*.jsonl.gz")],
        "work_dir": {"input": os.path.join(out, "work/in"), "output": os.path.join(out, "work/out")},
        "dedupe": {
            "name": mode,
            **what,
            "skip_empty": True,
            "min_length": 0,
            "min_words": 0,
            "num_partitions": 1,
            "partition_index": 0,
            "file_partition": False,
            "document_dir": "documents",
        },
        "bloom_filter": {
            "file": os.path.join(out, "work/filter"),
            "read_only": False,
            "size_in_bytes": size,
            "estimated_doc_count": count,
            "desired_false_positive_rate": RATE,
        },
        "processes": 1,
        "is_s3_volume": False,
        "compression": {"input": None, "output": None},
    }


def mixing(out, mode):
    """What dolma's mixer is asked: to write what is left."""
    without = {
        "exact": {"filter": {"include": [], "exclude": ["$.attributes[?(@.exact)]"], "syntax": "jsonpath"}},
    }
    spans = {
        "span_replacement": [
            {"span": f"$.attributes.{mode}", "min_score": 0.5, "replacement": "", "syntax": "jsonpath"}
        ]
    }
    stream = {
        "name": mode,
        **without.get(mode, spans),
        "documents": [os.path.join(out, "documents", "*.jsonl.gz")],
        "attributes": [mode],
        "output": {"path": os.path.join(out, "mixed"), "max_size_in_bytes": 1 << 31},
        "compression": {"input": None, "output": None},
    }
    work = {"input": os.path.join(out, "work/in"), "output": os.path.join(out, "work/out")}
    return {"work_dir": work, "processes": 1, "streams": [stream], "shuffle": False}


def marked(out, mode):
    """What dolma marked: how many, and how many characters."""
    count = characters = 0
    for path in glob.glob(os.path.join(out, "attributes", mode, "*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                for start, end, _ in row["attributes"].get(mode, []):
                    count += 1
                    characters += end - start
    return count, characters


def left(folder):
    """Documents and bytes of text that dolma's mixer wrote."""
    count = size = 0
    for path in glob.glob(os.path.join(folder, "*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                count += 1
                size += len(row["text"].encode())
    return count, size


def counted(folder):
    """Documents and bytes of text that we wrote."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        counts = json.load(file)["counts"]
    return counts["documents"], counts["text_bytes"]


def main():
    program, corpus, out = map(os.path.abspath, sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    form = sys.argv[5] if len(sys.argv) > 5 else "parquet"
    documents, log = emptied(os.path.join(out, "documents")), os.path.join(out, "log")
    size, *counts = copy(corpus, documents)
    print(
        f"{counts[0]} documents, {counts[1]} lines, {counts[2]} 13-grams, {size / 1e6:.1f} MB of text; "
        f"medians of {rounds}, one thread"
    )
    options = {
        "exact": [],
        "paragraph": ["--unit", "line", "--min-words", "1", "--spare", "[]"],
        "bloom": [
            "--what",
            "lines",
            "--ngram",
            "13",
            "--overlap",
            "0.8",
            "--false-positive-rate",
            str(RATE),
            "--spare",
            "[]",
        ],
    }
    bars = {"exact": 3, "paragraph": 5, "bloom": 8}
    rows, verdicts = [], []
    for (mode, given), count in zip(options.items(), counts):
        mine = os.path.join(out, "ours", mode)
        least = math.ceil(count * math.log(1 / RATE) / math.log(2) ** 2 / 8)

        def theirs(size, *mixed):
            asked = [json.dumps(config(out, mode, count, size)), *mixed]
            for folder in ("attributes", "work", "mixed"):
                emptied(os.path.join(out, folder))
            return timed([sys.executable, "-c", THEIRS, *asked], log)

        def ours():
            return timed(
                [
                    program,
                    "--quiet",
                    "dedup",
                    mode,
                    documents,
                    "-o",
                    mine,
                    "--threads",
                    "1",
                    "--format",
                    form,
                    "--overwrite",
                    *given,
                ],
                log,
            )

        found = in_turn(
            rounds,
            [
                ("cc-math", ours),
                ("dolma", lambda: theirs(least)),
                ("dolma, its own size", lambda: theirs(0)),
                ("dolma and its mixer", lambda: theirs(least, json.dumps(mixing(out, mode)))),
            ],
        )
        ratios = {name: cost.cpu / found["cc-math"].cpu for name, cost in found.items()}
        for name, cost in found.items():
            rows.append(
                [
                    mode,
                    name,
                    f"{cost.wall:.2f}",
                    f"{cost.cpu:.2f}",
                    f"{size / 1e6 / cost.cpu:.1f}",
                    f"{cost.rss / 1e6:.0f}",
                    f"{ratios[name]:.2f}",
                ]
            )
        number, characters = marked(out, mode)
        theirs_left, ours_left = left(os.path.join(out, "mixed", "documents")), counted(mine)
        print(
            f"{mode}: dolma marked {number}, {characters / 1e6:.2f} million characters; left by dolma's mixer "
            f"{theirs_left[0]} documents, {theirs_left[1] / 1e6:.2f} MB; by cc-math {ours_left[0]}, "
            f"{ours_left[1] / 1e6:.2f} MB"
        )
        verdicts.append(verdict(f"{mode}, ratio by CPU", ratios["dolma"], bars[mode]))
    table(["", "", "wall s", "CPU s", "MB/s of CPU", "peak MB", "ratio by CPU"], rows)
    print(
        f"Ours wrote the documents that are left, as {form}; dolma wrote attributes only, but in the "
        "last row of each (gzipped JSON Lines)."
    )
    print("\n".join(verdicts))


if __name__ == "__main__":
    main()
