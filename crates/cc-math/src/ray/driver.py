"""Works on the tasks of a cc-math plan with Ray: one cc-math task a Ray task, leg after leg.

usage: driver.py JOB.json

`cc-math run --engine ray` writes both files and submits this one as a job. A leg is a barrier: the
next begins when all tasks of the one before are done. Where a leg has thousands of tasks, a Ray task
is some of them, because each first looks at the notes of the leg before. Tasks are subprocesses
that leave the same bytes whoever runs them and however often, so Ray may repeat any of them. Progress
goes to standard output, a JSON object a line; a task's own words go to a log file of its own.
"""

import collections
import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
import time

os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"  # Those of tasks that are not waited for any more.
import ray  # noqa: E402

PR_SET_PDEATHSIG = 1
SOME_INPUTS_FAILED, OPERATOR_MUST_MEND = 1, 2
MOST_RAY_TASKS = 2000  # Of a leg.


def work(command, folder, log):
    """One task, on whichever node; gives its exit code.

    It does not outlive the Ray worker that waits for it, not even where that is killed: another
    node may have begun the same task by then.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else lambda *_: None
    with open(log, "ab") as out:
        process = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
        )
    if process.returncode in (0, SOME_INPUTS_FAILED, OPERATOR_MUST_MEND):
        return process.returncode
    raise RuntimeError(f"cc-math ended with {process.returncode}")


class Driver:
    def __init__(self, job):
        self.job = job
        self.began = self.told = time.monotonic()
        retries = job["retries"]
        self.work = ray.remote(work).options(
            num_cpus=job["cpus"],
            memory=job["memory"],
            max_retries=retries,
            retry_exceptions=retries > 0,
        )

    def run(self):
        self.warn()
        for leg in range(self.job["legs"]):
            self.run_leg(leg)

    def warn(self):
        """Ray waits for a node that is large enough, for ever if need be, and does not say so."""
        wanted = {"CPU": self.job["cpus"], "memory": self.job["memory"]}
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        if not any(all(node.get(what, 0) >= n for what, n in wanted.items()) for node in nodes):
            size = f"{wanted['CPU']} CPU and {wanted['memory'] >> 20} MiB"
            tell(note=f"a task wants {size}, which no node has so far; Ray waits for one that does")

    def run_leg(self, leg):
        listed = self.list(leg)
        done, failed, total = listed["tasks"] - len(listed["open"]), 0, listed["tasks"]
        groups = min(total, MOST_RAY_TASKS)
        open_tasks = collections.Counter(index % groups for index in listed["open"])
        waiting, under_way = iter(sorted(open_tasks)), {}
        self.tell(leg, done, failed, total, always=True)
        while True:
            room = max(0, self.width() - len(under_way))
            for index in itertools.islice(waiting, room):
                under_way[self.submit(leg, index, groups)] = index
            self.tell(leg, done, failed, total, always=not under_way)
            if not under_way:
                return
            for task in ended(list(under_way)):
                index = under_way.pop(task)
                failed += self.code(task, leg, index) == SOME_INPUTS_FAILED
                done += open_tasks[index]

    def list(self, leg):
        command = [*self.job["command"], "--leg", str(leg), "--list"]
        listing = subprocess.run(command, cwd=self.job["folder"], capture_output=True, text=True)
        if listing.returncode != 0:
            give_up(f"the tasks of leg {leg} cannot be listed", listing.stderr)
        return json.loads(listing.stdout)

    def width(self):
        """Tasks that Ray is given at once: those that run, and as many that wait for their turn."""
        cpus = ray.cluster_resources().get("CPU", 1)
        return max(2, int(2 * cpus / self.job["cpus"]))

    def submit(self, leg, index, groups):
        command = [*self.job["command"], "--leg", str(leg), "--index", str(index)]
        command += ["--of", str(groups), "--threads", str(self.job["cpus"])]
        return self.work.remote(command, self.job["folder"], self.log(leg, index))

    def log(self, leg, index):
        return os.path.join(self.job["logs"], f"leg-{leg}-task-{index}.log")

    def code(self, task, leg, index):
        try:
            code = ray.get(task)
        except ray.exceptions.RayError as error:
            cause = str(error).strip().splitlines()[-1:]
            give_up(f"task {index} of leg {leg} failed", *cause, *tail(self.log(leg, index)))
        if code == OPERATOR_MUST_MEND:
            give_up(f"task {index} of leg {leg} cannot be done", *tail(self.log(leg, index)))
        return code

    def tell(self, leg, done, failed, total, always):
        """Tells of progress, less often the longer it all takes: the log is read as a whole."""
        now = time.monotonic()
        if always or now - self.told > max(1, 0.01 * (now - self.began)):
            self.told = now
            tell(leg=leg, done=done, failed=failed, total=total)


def tell(**what):
    print(json.dumps(what), flush=True)


def give_up(*lines):
    tell(error="\n".join(lines).strip())
    sys.exit(1)


def ended(tasks):
    """Waits for one of the tasks to end; gives all that have."""
    ray.wait(tasks, num_returns=1)
    return ray.wait(tasks, num_returns=len(tasks), timeout=0)[0]


def tail(path, lines=10):
    try:
        with open(path, "rb") as log:
            log.seek(max(0, os.path.getsize(path) - 4096))
            return log.read().decode(errors="replace").splitlines()[-lines:]
    except OSError as error:
        return [str(error)]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    ray.init(log_to_driver=False, logging_level="ERROR")
    Driver(job).run()
