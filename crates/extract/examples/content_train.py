"""Trains the scorer of main content. See docs/decisions/0005-main-content.md.

    cargo run --release -p cc-math-extract --example content_dump -- BENCH/warc/wcxb.warc.gz blocks > blocks.jsonl
    pip install catboost numpy tld
    python content_train.py BENCH blocks.jsonl cross              # 5-fold cross-validation inside the tune half
    python content_train.py BENCH blocks.jsonl fit MODEL          # trains on the tune half, writes MODEL
    python content_train.py BENCH docs.jsonl score                # word F1 per half and page type of {url, text} rows

BENCH holds truth.jsonl ({url, page_type, gold_text}) and the gold texts. A page
is in the tune half if the first byte of the SHA-256 of its registrable domain is
even; the second byte modulo 5 is its fold.
"""

import collections
import hashlib
import json
import pathlib
import re
import struct
import sys
import tempfile

import numpy as np
from catboost import CatBoostClassifier, Pool
from tld import get_fld

WORD = re.compile(r"[^\W_]+", re.U)
SHORT = 6  # blocks of fewer words are aligned by position, not by n-grams
PARAMETERS = dict(
    iterations=220, learning_rate=0.08, depth=6, l2_leaf_reg=10, rsm=0.2, border_count=64,
    bootstrap_type="Bernoulli", subsample=0.7, loss_function="CrossEntropy", random_seed=0,
    verbose=0, allow_writing_files=False,
)


def words(text):
    text = re.sub(r"\\[A-Za-z]+", " ", text)
    text = re.sub(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])", r" \1 ", text)
    return WORD.findall(text.lower())


def domain_hash(url):
    domain = get_fld(url, fail_silently=True, fix_protocol=True) or url
    return hashlib.sha256(domain.encode()).digest()


def grams(tokens, size):
    return [tuple(tokens[i:i + size]) for i in range(len(tokens) - size + 1)]


# ---- labels: which share of a block's words the gold text has, each gold word used once


def label_long(blocks, gold):
    """Coverage of long blocks by four-word sequences of the gold, and where in the gold they lie."""
    left = collections.Counter(grams(gold, 4))
    places = collections.defaultdict(list)
    for at, gram in enumerate(grams(gold, 4)):
        places[gram].append(at)
    labels, spans = [0.0] * len(blocks), [None] * len(blocks)
    for index, block in enumerate(blocks):
        if len(block) < SHORT:
            continue
        covered, offsets = np.zeros(len(block), bool), collections.Counter()
        for at, gram in enumerate(grams(block, 4)):
            offsets.update(place - at for place in places.get(gram, ())[:20])
            if left[gram] > 0:
                left[gram] -= 1
                covered[at:at + 4] = True
        labels[index] = float(covered.mean())
        if labels[index] > 0.5 and offsets:
            start = offsets.most_common(1)[0][0]
            spans[index] = (start, start + len(block))
    return labels, spans


def label_short(blocks, gold, lines, labels, spans):
    """A short block is in the gold if its words stand there, unused, near those of its neighbours."""
    free = np.ones(len(gold), bool)
    for span in filter(None, spans):
        free[max(span[0], 0):span[1]] = False
    places = collections.defaultdict(list)
    for at, word in enumerate(gold):
        places[word].append(at)
    after, last = [None] * len(blocks), None
    for index in reversed(range(len(blocks))):
        if spans[index]:
            last = (index, spans[index][0])
        after[index] = last
    before = None
    for index, block in enumerate(blocks):
        if spans[index]:
            before = (index, spans[index][1])
        size = len(block)
        if size >= SHORT or not block:
            continue
        anchors = [anchor for anchor in (before, after[index]) if anchor]
        found = [at for at in places[block[0]] if gold[at:at + size] == block and free[at:at + size].all()]
        if not found:
            continue

        def distance(at):
            gaps = [abs(at - before[1])] if before else []
            gaps += [abs(after[index][1] - at - size)] if after[index] else []
            return min(gaps, default=at)

        at = min(found, key=distance)
        steps = min((abs(index - anchor[0]) for anchor in anchors), default=999)
        line = tuple(block) in lines
        if distance(at) <= (60 * steps + 200 if line else 8 * steps + 8):
            labels[index], free[at:at + size], before = 1.0, False, (index, at + size)
    return labels


def label(blocks, gold_text):
    gold = words(gold_text)
    lines = {tuple(words(line)) for line in gold_text.split("\n")}
    labels, spans = label_long(blocks, gold)
    return np.array(label_short(blocks, gold, lines, labels, spans))


# ---- pages


def load(bench, path):
    truth = {row["url"]: row for row in map(json.loads, open(bench / "truth.jsonl"))}
    for row in map(json.loads, open(path)):
        page = truth[row["url"]]
        gold = (bench / page["gold_text"]).read_text(errors="replace")
        if words(gold):
            digest = domain_hash(row["url"])
            yield dict(row, type=page["page_type"], gold=gold, tune=digest[0] % 2 == 0, fold=digest[1] % 5)


def prepare(page):
    blocks = [words(block["text"]) for block in page["blocks"]]
    page["words"] = blocks
    page["rows"] = np.array([list(bytes.fromhex(b["features"])) for b in page["blocks"]], np.uint8)
    page["labels"] = label(blocks, page["gold"])
    sizes = np.array([max(len(block), 0.3) for block in blocks])
    # a page counts about once, a block by its share of the page's words
    page["weights"] = 1000 * sizes / (0.5 * sizes.sum() + 0.5 * len(words(page["gold"])))
    return page


def f1(found, gold):
    hits = sum((found & gold).values())
    return 2 * hits / (sum(found.values()) + sum(gold.values())) if hits else 0.0


def best_set(sizes, scores):
    """The blocks that promise the best F1 if scores are probabilities."""
    order = np.argsort(-scores)
    hits, kept = np.cumsum((sizes * scores)[order]), np.cumsum(sizes[order])
    best = np.argmax(2 * hits / (kept + (sizes * scores).sum() + 1e-9))
    return scores >= scores[order[best]]


def fit(pages):
    rows = np.vstack([page["rows"] for page in pages])
    labels, weights = (np.concatenate([page[key] for page in pages]) for key in ("labels", "weights"))
    return CatBoostClassifier(**PARAMETERS).fit(Pool(rows, labels, weight=weights))


def report(name, scores):
    table = collections.defaultdict(list)
    for kind, score in scores:
        table[kind].append(score)
        table["all"].append(score)
    print(name, " ".join(f"{kind} {np.mean(values):.3f} ({len(values)})" for kind, values in sorted(table.items())))


def cross(pages):
    scores = []
    for fold in range(5):
        model = fit([page for page in pages if page["fold"] != fold])
        for page in (page for page in pages if page["fold"] == fold):
            raw = model.predict(page["rows"], prediction_type="RawFormulaVal")
            sizes = np.array([len(block) for block in page["words"]], float)
            kept = best_set(sizes, 1 / (1 + np.exp(-raw)))
            found = collections.Counter(w for block, keep in zip(page["words"], kept) if keep for w in block)
            scores.append((page["type"], f1(found, collections.Counter(words(page["gold"])))))
    report("cross-validated, tune half:", scores)


def export(model, features, path):
    """Writes the format that crates/extract/src/content/model.rs reads."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        model.save_model(file.name, format="json")
        tree = json.load(open(file.name))
    scale, bias = tree["scale_and_bias"]
    bias = bias[0] if isinstance(bias, list) else bias
    trees = tree["oblivious_trees"]
    unit = max(abs(leaf) for one in trees for leaf in one["leaf_values"]) * scale / 32000
    index = [feature["feature_index"] for feature in tree["features_info"]["float_features"]]
    out = bytearray(b"obl1" + struct.pack("<HHff", features, len(trees), bias, unit))
    for one in trees:
        splits = one["splits"] or []
        out.append(len(splits))
        for split in splits:
            out += struct.pack("<HB", index[split["float_feature_index"]], int(np.floor(split["border"])))
        for leaf in one["leaf_values"]:
            out += struct.pack("<h", round(leaf * scale / unit))
    pathlib.Path(path).write_bytes(bytes(out))


def score(pages):
    rows = [(page["tune"], page["type"], f1(collections.Counter(words(page["text"])), collections.Counter(words(page["gold"])))) for page in pages]
    for name, half in (("tune half:", True), ("held-out half:", False)):
        report(name, [(kind, value) for tune, kind, value in rows if tune == half])


def main():
    bench, path, verb = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if verb == "score":
        return score(load(bench, path))
    pages = [prepare(page) for page in load(bench, path) if page["tune"] and page["blocks"]]
    if verb == "cross":
        cross(pages)
    else:
        export(fit(pages), pages[0]["rows"].shape[1], sys.argv[4])


main()
