"""Writes checks.json: Shapiro-Wilk, Levene, Brown-Forsythe and Breusch-Pagan references.

Needs scipy and numpy. Run from this folder: python checks.py > checks.json
The samples are integers made by rules that the Rust test repeats.
"""

import json

import numpy
import scipy
from scipy import stats


def curved(n):
    """Squares modulo 101: bounded and lumpy."""
    return [i * i % 101 for i in range(1, n + 1)]


def bell(n):
    """A sum of four uniform-like parts: close to normal."""
    return [i * 37 % 101 + i * 61 % 103 + i * 17 % 107 + i * 29 % 109 for i in range(1, n + 1)]


shapiro = []
for name, rule in [("curved", curved), ("bell", bell)]:
    for n in [3, 4, 5, 6, 11, 12, 25, 60, 500, 5000]:
        result = stats.shapiro(rule(n))
        shapiro.append({"sample": name, "n": n, "statistic": result.statistic, "p": result.pvalue})
groups = [bell(12), [2 * x for x in bell(9)], curved(15)]
levene = stats.levene(*groups, center="mean")
brown_forsythe = stats.levene(*groups, center="median")
fitted = numpy.array(bell(40), dtype=float)
residuals = numpy.array(curved(40), dtype=float) - 50
r = numpy.corrcoef(residuals**2, fitted)[0, 1]
breusch_pagan = 40 * r * r
print(json.dumps({
    "made_by": f"checks.py, scipy {scipy.__version__}, numpy {numpy.__version__}",
    "shapiro": shapiro,
    "levene": [levene.statistic, levene.pvalue],
    "brown_forsythe": [brown_forsythe.statistic, brown_forsythe.pvalue],
    "breusch_pagan": [breusch_pagan, stats.chi2.sf(breusch_pagan, 1)],
}, indent=1, default=float))
