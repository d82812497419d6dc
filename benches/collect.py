"""Puts the parts of a run and the machine's description into one file.

usage: collect.py OUT.json NAME=PART.json ...
"""
import json
import os
import platform
import subprocess
import sys


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.processor()


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.system(),
        "load_average": round(os.getloadavg()[2], 1),
    }


def commit():
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return asked.stdout.strip() or None


def part(path):
    with open(path) as file:
        content = json.load(file)
    if isinstance(content, dict) and "race" in content:
        return {"overall": content["overall"], "race": content["race"]}
    return content


def main():
    out, *parts = sys.argv[1:]
    named = dict(each.split("=", 1) for each in parts)
    run = {"machine": machine(), "commit": commit()}
    run |= {name: part(path) for name, path in named.items()}
    with open(out, "w") as file:
        json.dump(run, file, indent=1)
        file.write("\n")


main()
