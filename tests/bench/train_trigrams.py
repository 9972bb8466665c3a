#!/usr/bin/env python3
"""Makes src/rules/credential/trigrams.txt from words.txt beside it: how surprising a letter is after two others.

Line 27·a + b holds 27 characters, c = 0 … 26 (0: no letter, 1 … 26: a … z): -log2 p(c | a, b) in quarters of a bit as the
character '0' + n. Add-a-quarter smoothing towards the bigram.
"""
import math, os

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../src/rules/credential')
with open(f'{here}/words.txt', encoding='ascii') as f:
    words = f.read().split()
three = [[[0] * 27 for _ in range(27)] for _ in range(27)]
two = [[1] * 27 for _ in range(27)]
for word in words:
    a = b = 0
    for letter in word:
        c = ord(letter) - 96
        three[a][b][c] += 1
        two[b][c] += 1
        a, b = b, c
with open(f'{here}/trigrams.txt', 'w', encoding='ascii') as f:
    for a in range(27):
        for b in range(27):
            total, below = sum(three[a][b]), sum(two[b][1:])
            line = '0'
            for c in range(1, 27):
                p = (three[a][b][c] + 4 * two[b][c] / below) / (total + 4)
                line += chr(48 + min(63, round(-4 * math.log2(p))))
            f.write(line + '\n')
