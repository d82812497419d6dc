"""The plain-text pipeline we compare with: FastWARC reads an archive, resiliparse makes text
with `main_content` of every HTML response. Prints pages and the seconds it took, imports aside.

usage: fastwarc_resiliparse.py FILE.warc.gz
"""
import sys
import time

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def main():
    start, start_cpu = time.perf_counter(), time.process_time()
    pages = characters = 0
    with open(sys.argv[1], "rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            if "html" not in (record.http_content_type or ""):
                continue
            page = record.reader.read()
            text = extract_plain_text(bytes_to_str(page, detect_encoding(page)), main_content=True)
            pages += 1
            characters += len(text)
    print(f"pages: {pages}, characters: {characters}")
    print(f"seconds: {time.perf_counter() - start:.4f}")
    print(f"cpu_seconds: {time.process_time() - start_cpu:.4f}")


main()
