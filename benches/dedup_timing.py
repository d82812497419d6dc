"""What the benches of `dedup` share: processes timed with all that they started, and tables."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple

Cost = namedtuple("Cost", "wall cpu rss")


def timed(command, log):
    """Runs a command, whose output goes to a file: seconds by the clock, seconds of processor of it and
    of all it waited for, and the largest resident set in bytes."""
    with open(log, "w") as file:
        began = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=file, stderr=file)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with open(log) as file:
            sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{file.read()[-3000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def median(costs):
    return Cost(*map(statistics.median, zip(*costs)))


def in_turn(rounds, rivals):
    """Each rival, a name and what to call for a `Cost`, once a round: medians by name."""
    costs = {name: [] for name, _ in rivals}
    for _ in range(rounds):
        for name, run in rivals:
            costs[name].append(run())
    return {name: median(runs) for name, runs in costs.items()}


def emptied(folder):
    """The folder, new and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def table(head, rows):
    """Prints a table in Markdown."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def verdict(name, value, bar, least=True):
    """Whether a figure is at a bar, in words."""
    met = value >= bar if least else value <= bar
    return f"{'met' if met else 'MISSED'}: {name} {value:.4g}, {'at least' if least else 'at most'} {bar} wanted"
