"""Runs one extractor over pages that come in on standard input, timing extraction alone.

usage: rival.py NAME, NAME one of the keys of RIVALS.

Answers first with one frame: the version as text; or ends with exit status 3 if the extractor
is not installed. Then, for each pair of frames (address, page bytes), answers with the seconds
taken on the clock and on the processor (two float64) and one frame: the text. A frame is a little-endian uint32 length and that many
bytes. A page that takes longer than LIMIT seconds ends the process by SIGALRM; the other side
counts it as failed and starts again.
"""
import signal
import struct
import sys
import time
from importlib.metadata import PackageNotFoundError, version

LIMIT = 60


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def run(_url, page):
        return extract_plain_text(bytes_to_str(page, detect_encoding(page)), main_content=True)

    return version("resiliparse"), run


def trafilatura():
    from trafilatura import extract

    def run(url, page):
        return extract(page, url=url or None)

    return version("trafilatura"), run


RIVALS = {"resiliparse": resiliparse, "trafilatura": trafilatura}


def read_frame(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack("<I", head)[0])


def write_frame(stream, body):
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def timed(run, url, page):
    signal.alarm(LIMIT)
    start, start_cpu = time.perf_counter(), time.process_time()
    try:
        text = run(url, page) or ""
    except Exception:
        text = ""
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    signal.alarm(0)
    return seconds, cpu_seconds, text


def main():
    try:
        name, run = RIVALS[sys.argv[1]]()
    except (ImportError, PackageNotFoundError):
        sys.exit(3)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    write_frame(stdout, name.encode())
    while (url := read_frame(stdin)) is not None:
        page = read_frame(stdin)
        seconds, cpu_seconds, text = timed(run, url.decode(errors="replace"), page)
        stdout.write(struct.pack("<dd", seconds, cpu_seconds))
        write_frame(stdout, text.encode(errors="replace"))


main()
