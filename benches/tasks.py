"""What a task costs when there is nothing to do in it: many inputs of one document each.

usage: benches/tasks.py [CC_MATH] [TASKS]

Writes TASKS (100,000) files of one document, runs them through a `where` on two threads, and once
more when all is done. Prints seconds by the clock and of the processor, a task's share, and the
memory at most.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time

program = sys.argv[1] if len(sys.argv) > 1 else "target/release/cc-math"
tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
program = os.path.abspath(program)


def run(what, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run([program, "--quiet", "run", "p.yaml", "--threads", "2"], cwd=folder, check=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    print(
        f"{what}: {wall:.1f} s, {user:.1f} s of processor and {system:.1f} s of system; "
        f"{1000 * wall / tasks:.3f} ms a task; {after.ru_maxrss / 1000:.0f} MB"
    )


with tempfile.TemporaryDirectory(prefix="cc-math-tasks-") as folder:
    for number in range(tasks):
        inner = os.path.join(folder, "in", f"{number // 1000:04}")
        if number % 1000 == 0:
            os.makedirs(inner)
        document = {"url": f"https://example.org/{number}", "text": f"Document {number} says $x_{number}$."}
        with open(os.path.join(inner, f"{number:07}.jsonl"), "w", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")
    with open(os.path.join(folder, "p.yaml"), "w", encoding="utf-8") as file:
        file.write(
            "name: tasks\nsource: { documents: { paths: [in] } }\n"
            'stages: [where: "length(text) > 3"]\noutput: out\n'
        )
    run("all to do", folder)
    run("all done", folder)
