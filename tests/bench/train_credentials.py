#!/usr/bin/env python3
"""Trains src/rules/credential/model.txt on the labelled half of the benchmark and says what cross-validation makes of it.

    cargo build --release --example credential_candidates
    pip install --target target/py numpy && PYTHONPATH=target/py \\
    tests/bench/train_credentials.py ../shared/data/creddata-dev target/release/examples/credential_candidates [--write]

Stochastic gradient boosting (Friedman 2002) of complete decision trees on the logistic loss. Gradients are rounded to integers before they are
summed, and what is drawn is drawn by checksums, so that the table is the same bit for bit wherever it runs. Folds: whole repositories (top
folders) for files, blocks of adjacent lines for single lines of code. Without --write only the figures are printed.
"""
import argparse, collections, csv, os, subprocess, sys, tempfile, zlib

import numpy as np

SOFT = {'UUID', 'Nonce', 'Salt', 'AWS S3 Bucket', 'Firebase Domain', 'Tencent WeChat API App ID', 'AWS Client ID', 'IPv4', 'IPv6'}
DEPTH, TREES, RATE, LEAST, RIDGE, FOLDS, BLOCK, FIXED = 6, 240, 0.08, 6, 8.0, 5, 60, 1 << 16
# Each tree sees this share of the features and of the candidates, so that none of them is leant on too much.
COLUMNS, ROWS = 0.2, 0.9
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../src/rules/credential/model.txt')


def read_truth(data):
    """{path: [(lines, label, category, value span or None)]} and the text of every code line."""
    truth, lines = collections.defaultdict(list), []
    for r in csv.DictReader(open(f'{data}/labels.tsv', encoding='utf-8'), delimiter='\t', quoting=csv.QUOTE_NONE):
        span = range(int(r['line_start']), int(r['line_end'] or r['line_start']) + 1)
        truth[r['path']].append((span, r['label'], r['category'], None))
    for i, l in enumerate(open(f'{data}/code-lines.tsv', encoding='utf-8')):
        if i:
            ext, label, cat, a, b, line = l.rstrip('\n').split('\t', 5)
            name = f'{ext[1:]}/{i}{ext}'
            truth[name].append((range(1, 2), label, cat, (int(a), int(b)) if a and b else None))
            lines.append((name, line))
    return truth, lines


def export(program, data, lines):
    """Every candidate: (path, line, offset, length) and its features."""
    names = subprocess.run([program, '--names'], capture_output=True, text=True, check=True).stdout.strip().split('\t')
    with tempfile.TemporaryDirectory() as tmp:
        for name, line in lines:
            os.makedirs(os.path.dirname(f'{tmp}/{name}'), exist_ok=True)
            with open(f'{tmp}/{name}', 'w', encoding='utf-8') as f:
                f.write(line + '\n')
        rows = []
        for folder in (f'{data}/files', tmp):
            out = subprocess.run([program, folder], capture_output=True, check=True).stdout.decode()
            rows += [r.split('\t') for r in out.splitlines()]
    places = [(r[0], int(r[1]), int(r[2]), int(r[3])) for r in rows]
    return names, places, np.array([[int(v) for v in r[5:]] for r in rows], dtype=np.int32)


def label(places, truth):
    """1, 0, or -1 for what is left out; 2 where a true line has several candidates and no span says which."""
    on_line = collections.Counter((p, n) for p, n, _, _ in places)
    y = []
    for path, line, at, length in places:
        rows = [r for r in truth[path] if line in r[0]]
        hard = [r for r in rows if r[1] == 'T' and not set(r[2].split(':')) & SOFT]
        if hard:
            spans = [r[3] for r in hard if r[3]]
            if spans:
                y.append(1 if any(at < b and a < at + length for a, b in spans) else -1)
            else:
                y.append(1 if on_line[path, line] == 1 else 2)
        elif any(r[1] in 'TX' for r in rows):
            y.append(-1)
        else:
            y.append(0)
    return np.array(y)


def fold_of(path, in_code):
    if in_code:
        return zlib.crc32(b'block %d' % (int(os.path.basename(path).split('.')[0]) // BLOCK)) % FOLDS
    return zlib.crc32(path.split('/')[0].encode()) % FOLDS


class Bins:
    def __init__(self, x):
        self.edges = [np.unique(np.quantile(c, np.linspace(0, 1, 33), method='lower')).astype(np.int32)[:-1] for c in x.T]
        self.codes = np.stack([np.searchsorted(e, c, side='left') for e, c in zip(self.edges, x.T)], 1)
        self.width = max(len(e) for e in self.edges) + 1


def best_splits(codes, node, nodes, g, h, width):
    """For each node the feature and bin with the highest gain, or None. All sums are of integers."""
    features = codes.shape[1]
    flat = (node[:, None] * features + np.arange(features)) * width + codes
    size = nodes * features * width
    # Weighted bincount adds float64; integers below 2^53 add exactly, in any order.
    G = np.bincount(flat.ravel(), np.repeat(g, features), size).reshape(nodes, features, width)
    H = np.bincount(flat.ravel(), np.repeat(h, features), size).reshape(nodes, features, width)
    GL, HL = G.cumsum(2)[:, :, :-1], H.cumsum(2)[:, :, :-1]
    GT, HT = G.sum(2)[:, :, None], H.sum(2)[:, :, None]
    ridge, least = RIDGE * FIXED, LEAST * FIXED / 8
    gain = GL**2 / (HL + ridge) + (GT - GL)**2 / (HT - HL + ridge) - GT**2 / (HT + ridge)
    gain = np.where((HL >= least) & (HT - HL >= least), gain, 0).reshape(nodes, -1)
    pick = gain.argmax(1)
    return [divmod(int(p), width - 1) if gain[i, p] > 2 * FIXED else None for i, p in enumerate(pick)]


def drawn(tree, what, count, share):
    """Which of `count` things a tree sees."""
    return np.array([zlib.crc32(b'%d %s %d' % (tree, what, i)) % 1000 < 1000 * share for i in range(count)])


def train(x, y, w):
    """The start and the trees: ([(feature, threshold)], [leaf]) in thousandths of a logit."""
    bins = Bins(x)
    start = int(round(1000 * np.log(max(1, (w * y).sum()) / max(1, (w * (1 - y)).sum()))))
    score, trees = np.full(len(y), start, dtype=np.int64), []
    for tree in range(TREES):
        columns, seen = np.flatnonzero(drawn(tree, b'column', x.shape[1], COLUMNS)), drawn(tree, b'row', len(y), ROWS)
        p = 1 / (1 + np.exp(-score / 1000))
        g, h = np.rint((y - p) * w * seen * FIXED), np.rint(p * (1 - p) * w * seen * FIXED)
        node, splits = np.zeros(len(y), dtype=np.int64), []
        for level in range(DEPTH):
            found = best_splits(bins.codes[:, columns], node, 2**level, g, h, bins.width)
            right = np.zeros(len(y), dtype=np.int64)
            for i, f in enumerate(found):
                column = int(columns[f[0]]) if f else 0
                if f is None or f[1] >= len(bins.edges[column]):
                    splits.append((0, 32767))
                    continue
                threshold = int(bins.edges[column][f[1]])
                splits.append((column, threshold))
                right |= (node == i) & (x[:, column] > threshold)
            node = 2 * node + right
        G, H = np.bincount(node, g, 2**DEPTH), np.bincount(node, h, 2**DEPTH)
        leaves = np.rint(1000 * RATE * G / (H + RIDGE * FIXED)).astype(np.int64)
        score += leaves[node]
        trees.append((splits, leaves.tolist()))
    return start, trees


def predict(model, x):
    start, trees = model
    score = np.full(len(x), start, dtype=np.int64)
    for splits, leaves in trees:
        node = np.zeros(len(x), dtype=np.int64)
        for _ in range(DEPTH):
            f = np.array([s[0] for s in splits])[node]
            t = np.array([s[1] for s in splits])[node]
            node = 2 * node + 1 + (x[np.arange(len(x)), f] > t)
        score += np.array(leaves)[node - len(splits)]
    return score


def fit(x, y, w):
    """Trains twice: of several candidates on a true line the best by the first model counts in the second."""
    sure = (y == 0) | (y == 1)
    return train(x[sure], y[sure].astype(float), w[sure])


def settle(places, x, y, w):
    """Decides the lines with several candidates by a model of the others."""
    first = fit(x, y, w)
    score, best = predict(first, x), {}
    for i in np.flatnonzero(y == 2):
        key = places[i][:2]
        if key not in best or score[i] > score[best[key]]:
            best[key] = i
    out = np.where(y == 2, -1, y)
    out[list(best.values())] = 1
    return out


def figures(places, score, truth, threshold, only=None):
    """(true, missed, false, unlabelled, by category) as score.py counts them."""
    hits = collections.defaultdict(set)
    for (path, line, _, _), s in zip(places, score):
        if s >= threshold:
            hits[path].add(line)
    tp = fn = fp = un = 0
    by, missed, wrong = collections.defaultdict(lambda: [0, 0]), [], []
    for path, rows in truth.items():
        if only and not only(path):
            continue
        t, f, x = set(), set(), set()
        for lines, lab, cat, _ in rows:
            (t if lab == 'T' else f if lab == 'F' else x).update(lines)
            if lab == 'T' and not set(cat.split(':')) & SOFT:
                ok = bool(hits[path] & set(lines))
                tp, fn = tp + ok, fn + (not ok)
                by[cat][0 if ok else 1] += 1
                if not ok:
                    missed.append((path, lines[0], cat))
        for n in hits[path] - t - x:
            fp, un = fp + (n in f), un + (n not in f)
            wrong.append((path, n, 'F' if n in f else '-'))
    return tp, fn, fp, un, by, missed, wrong


def told(name, r):
    tp, fn, fp, un = r[:4]
    recall, precision, all_ = tp / max(1, tp + fn), tp / max(1, tp + fp), tp / max(1, tp + fp + un)
    f1 = 2 * recall * precision / max(1e-9, recall + precision)
    print(f'{name:24s} recall {recall:.4f} precision {precision:.4f} F1 {f1:.4f} precision_all {all_:.4f} (tp {tp} fn {fn} fp {fp} un {un})')


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('data'), ap.add_argument('program'), ap.add_argument('--write', action='store_true'), ap.add_argument('--detail')
    ap.add_argument('--threshold', type=int, default=0)
    ap.add_argument('--found', help='jsonl of rules that need no training, counted as found')
    a = ap.parse_args()
    truth, lines = read_truth(a.data)
    names, places, x = export(os.path.abspath(a.program), a.data, lines)
    code = {n for n, _ in lines}
    y = label(places, truth)
    fold = np.array([fold_of(p[0], p[0] in code) for p in places])
    many = collections.Counter((p[0].split('/')[0], int(v)) for p, v in zip(places, y) if p[0] not in code)
    w = np.array([1.0 if p[0] in code else min(1.0, (60 / many[p[0].split('/')[0], int(v)])**0.5) for p, v in zip(places, y)])
    print(f'{len(y)} candidates: {(y == 1).sum()} true, {(y == 2).sum()} on true lines, {(y == 0).sum()} false')
    score = np.zeros(len(y), dtype=np.int64)
    for k in range(FOLDS):
        rest, here = fold != k, fold == k
        settled = settle([p for p, r in zip(places, rest) if r], x[rest], y[rest], w[rest])
        score[here] = predict(fit(x[rest], settled, w[rest]), x[here])
    extra = [tuple(l.rstrip('\n').split('\t')) for l in open(a.found)] if a.found else []
    extra = [((p, int(n), 0, 0), 99999) for p, n in extra]
    ps, ss = places + [e[0] for e in extra], list(score) + [e[1] for e in extra]
    for t in (-1500, -1000, -500, 0, 500, 1000):
        told(f'held out, at {t}', figures(ps, ss, truth, t))
    told('  of them files', figures(ps, ss, truth, a.threshold, lambda p: p not in code))
    told('  of them code lines', figures(ps, ss, truth, a.threshold, lambda p: p in code))
    r = figures(ps, ss, truth, a.threshold)
    for cat, (ok, no) in sorted(r[4].items(), key=lambda kv: -sum(kv[1]))[:30]:
        print(f'  {ok:5d} found {no:5d} missed  {cat}')
    if a.detail:
        cands = collections.defaultdict(list)
        for p, s in zip(places, score):
            cands[p[:2]].append(int(s))
        with open(a.detail, 'w') as f:
            for kind, rows in (('missed', r[5]), ('false', r[6])):
                for path, n, what in sorted(rows):
                    f.write(f'{kind}\t{path}\t{n}\t{what}\t{cands[path, n]}\n')
    model = fit(x, settle(places, x, y, w), w)
    told('fitted to all', figures(places, predict(model, x), truth, a.threshold))
    if a.write:
        with open(OUT, 'w') as f:
            f.write(f'{model[0]}\n')
            for splits, leaves in model[1]:
                f.write(','.join(f'{s} {t}' for s, t in splits) + '|' + ','.join(map(str, leaves)) + '\n')
    used = collections.Counter(names[s] for splits, _ in model[1] for s, t in splits if t != 32767)
    print('features by use:', ', '.join(f'{n} {c}' for n, c in used.most_common(24)), file=sys.stderr)


main()
