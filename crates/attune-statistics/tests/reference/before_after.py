"""Writes before_after.json: Friedman and the conditional odds ratio.

Needs scipy and mpmath. Run from this folder: python before_after.py > before_after.json
"""

import json

import mpmath
import scipy
from mpmath import mp, mpf
from scipy import stats

mp.dps = 40


def conditional_odds_ratio(table):
    """Odds ratio and 95 % limits of the noncentral hypergeometric distribution, to 30 digits."""
    (a, b), (c, d) = table
    row, first, second = a + b, a + c, b + d
    cells = range(max(0, row - second), min(row, first) + 1)
    weight = {x: mp.binomial(first, x) * mp.binomial(second, row - x) for x in cells}

    def share(odds, wanted):
        total = sum(w * odds**x for x, w in weight.items())
        return sum(wanted(x) * w * odds**x for x, w in weight.items()) / total

    def solve(function):
        return mp.exp(mp.findroot(lambda u: function(mp.exp(u)), (mpf(-8), mpf(8)), solver="illinois", tol=mpf(10) ** -60))

    estimate = solve(lambda odds: share(odds, lambda x: x) - a)
    lower = solve(lambda odds: share(odds, lambda x: x >= a) - mpf("0.025"))
    upper = solve(lambda odds: share(odds, lambda x: x <= a) - mpf("0.025"))
    return [mp.nstr(x, 20) for x in (estimate, lower, upper)]


rows = [[i * 7 % 11, i * 5 % 7 + 2, i * i % 9, i % 4 + 3] for i in range(1, 13)]
friedman = stats.friedmanchisquare(*zip(*rows))
print(json.dumps({
    "made_by": f"before_after.py, scipy {scipy.__version__}, mpmath {mpmath.__version__}",
    "friedman": [friedman.statistic, friedman.pvalue],
    "conditional_odds_ratio": [
        {"table": t, "estimate_and_limits": conditional_odds_ratio(t)}
        for t in ([[3, 11], [9, 4]], [[40, 12], [25, 31]], [[1, 6], [5, 2]])
    ],
}, indent=1, default=float))
