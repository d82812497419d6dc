"""Kills a run of many legs at random points, again and again, and checks what comes of it.

    python3 benches/kills.py target/release/cc-math 100

Each round starts a run on an empty folder, kills it (SIGKILL) after a random time, goes on, kills
it again, up to three times, and lets it end. Then: the manifest and all files have the bytes of a
run that nobody killed, and no task that a killed run had finished was done again.
"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

PIPELINE = """\
name: kills
seed: 7
source: { warc: { paths: [crawl] } }
stages:
  - extract
  - sample: 0.9
  - minhash_dedup: { annotate: true, join: sharded }
  - shuffle
  - substring_dedup: { annotate: true }
  - exact_dedup: { annotate: true }
  - where: math_recovered >= 1
  - limit: 60
output: out
"""


def outputs(folder):
    found = {}
    for part in ["manifest.json", "documents", "rejects"]:
        path = os.path.join(folder, part)
        files = [path] if os.path.isfile(path) else []
        for root, _, names in os.walk(path):
            files += [os.path.join(root, name) for name in names]
        for file in files:
            with open(file, "rb") as f:
                found[os.path.relpath(file, folder)] = hashlib.sha256(f.read()).hexdigest()
    return found


def notes(folder):
    tasks = os.path.join(folder, ".cc-math", "tasks")
    if not os.path.isdir(tasks):
        return {}
    names = [name for name in os.listdir(tasks) if name.endswith(".json")]
    return {name: os.stat(os.path.join(tasks, name)).st_mtime_ns for name in names}


def main():
    program, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    fixture = os.path.abspath("tests/fixtures/mini-crawl")
    archives = [n for n in sorted(os.listdir(fixture)) if n.endswith(".warc.gz")]
    generator = random.Random(20240518)
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "crawl"))
        for copy in range(8):
            source = os.path.join(fixture, archives[copy % len(archives)])
            shutil.copy(source, os.path.join(folder, "crawl", f"{copy:03}.warc.gz"))
        with open(os.path.join(folder, "p.yaml"), "w") as f:
            f.write(PIPELINE)
        command = [program, "--quiet", "run", "p.yaml", "--threads", "2"]
        began = time.monotonic()
        subprocess.run([*command, "-o", "whole"], cwd=folder, check=True)
        whole, takes = outputs(os.path.join(folder, "whole")), time.monotonic() - began
        out = os.path.join(folder, "out")
        kills = again = 0
        for number in range(rounds):
            shutil.rmtree(out, ignore_errors=True)
            done = {}
            for _ in range(3):
                run = subprocess.Popen(command, cwd=folder)
                time.sleep(generator.random() * takes)
                running = run.poll() is None
                run.kill()
                run.wait()
                kills += running
                now = notes(out)
                again += sum(now.get(name) != time for name, time in done.items())
                done = now
            subprocess.run(command, cwd=folder, check=True)
            now = notes(out)
            again += sum(now.get(name) != time for name, time in done.items())
            if outputs(out) != whole:
                sys.exit(f"round {number}: the output differs")
        print(f"{rounds} rounds, {kills} kills: all the same bytes; finished tasks done again: {again}")


if __name__ == "__main__":
    main()
