"""Counts what betterleaks finds in a folder; the registries have it as a library only, so its memory includes Python's."""

import sys

from pybetterleaks import scan_dir

print(len(scan_dir(sys.argv[1], validation=False).findings))
