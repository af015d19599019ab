"""Checks a bundle without any other program:  verify_bundle.py FILE [--trust WORDS]...

WORDS is the fingerprint of a country, compared in person. Exit code 0: whole; 1: broken, with the
record's number (from 1), its byte offset and the reason; 2: no bundle at all."""
import argparse
import sys

import verify


def main():
    parser = argparse.ArgumentParser(description="Check a cairn bundle.")
    parser.add_argument("file")
    parser.add_argument("--trust", action="append", default=[], metavar="WORDS")
    arguments = parser.parse_args()
    try:
        with open(arguments.file, "rb") as file:
            data = file.read()
        report = verify.verify(data)
    except (OSError, verify.NoBundle) as error:
        print(f"{arguments.file}: {error}")
        return 2
    except verify.Fault as fault:
        print(f"{arguments.file}: broken at {fault}")
        return 1
    for country, words in report.fingerprints():
        print(f"country {country} {words} "
              f"{'compared' if words in arguments.trust else 'not compared'}")
    for line in report.lines:
        print(line)
    print(f"{arguments.file}: whole, scope {report.head[4]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
