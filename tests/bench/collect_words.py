#!/usr/bin/env python3
"""Writes src/rules/credential/words.txt: the words that people write in code and prose, one a line, sorted.

    tests/bench/collect_words.py FOLDER… > src/rules/credential/words.txt

Each FOLDER holds unpacked packages, one a subfolder. A word is a run of 3 to 14 letters, split at capitals; it counts
where at least three packages use it, so that random text of one package does not get in. The committed list was made
from Django 5.1, ansible-core 2.19, boto3 and botocore 1.44, pandas 3.1, requests 2.34, scikit-learn 1.9, SQLAlchemy 2.1,
webpack 5.112, TypeScript 5.4 and the crates of Cargo.lock. It holds nothing of the labelled set.
"""
import collections, os, re, sys

LARGEST = 26_000
EXTENSIONS = ('.py', '.js', '.ts', '.rs', '.md', '.txt', '.rst', '.json')
WORD = re.compile(rb'[A-Z]?[a-z]{2,13}(?![a-z])|(?<![A-Za-z])[A-Z]{3,14}(?![A-Za-z])')

packages, counts = collections.defaultdict(set), collections.Counter()
for folder in sys.argv[1:]:
    for package in sorted(os.listdir(folder)):
        for where, _, names in os.walk(os.path.join(folder, package)):
            for name in names:
                if not name.endswith(EXTENSIONS):
                    continue
                with open(os.path.join(where, name), 'rb') as f:
                    text = f.read(400_000)
                for word in WORD.findall(text):
                    if len(word) >= 3:
                        w = word.lower()
                        counts[w] += 1
                        packages[w].add(package)
kept = [w for w in counts if len(packages[w]) >= 3]
kept.sort(key=lambda w: (-len(packages[w]), -counts[w], w))
for word in sorted(kept[:LARGEST]):
    print(word.decode())
