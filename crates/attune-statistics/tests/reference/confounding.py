"""Writes confounding.json: weighted and doubly robust differences of two arms with their standard errors.

Needs numpy and mpmath. Run from this folder: python confounding.py > confounding.json
Every estimator is written as one system of stacked estimating equations and solved with 40 digits (mpmath), its
sandwich variance from finite differences of that system: no formula of the engine's influence functions is used.
The people are made by rules that the Rust test repeats.
"""

import json
import sys

import mpmath

mpmath.mp.dps = 40
M = mpmath.mpf
N = 90

people = []
for i in range(1, N + 1):
    age = (i * 37) % 23 + 18
    parity = (i * 53) % 4
    housing = (i * 29) % 3  # three levels, the first is the reference
    noise = (i * 71) % 19 - 9
    treated = 1 if (i * 61) % 101 < 28 + age - 8 * (housing == 2) + 4 * parity else 0
    score = 70 + M(age) / 2 - 3 * parity + 4 * (housing == 1) + 5 * treated + noise
    secure = 1 if (i * 43) % 97 < 30 + age + 9 * treated - 4 * parity else 0
    people.append((treated, [M(1), M(age), M(parity), M(housing == 1), M(housing == 2)], score, secure, (i - 1) % 15))

K = 5


def inverse_logit(eta):
    return 1 / (1 + mpmath.exp(-eta))


def newton(function, start):
    x = list(start)
    for _ in range(60):
        f = function(x)
        jacobian = jacobian_of(function, x)
        step = mpmath.lu_solve(jacobian, mpmath.matrix(f))
        x = [a - b for a, b in zip(x, step)]
        if max(abs(s) for s in step) < M(10) ** -34:
            return x
    raise RuntimeError("no convergence")


def jacobian_of(function, x):
    """Central differences: 40 digits leave 24 right ones at this step."""
    n = len(x)
    columns = []
    for j in range(n):
        h = M(10) ** -9 * max(1, abs(x[j]))
        up, down = list(x), list(x)
        up[j] += h
        down[j] -= h
        columns.append([(a - b) / (2 * h) for a, b in zip(function(up), function(down))])
    return mpmath.matrix(n, n) if n == 0 else mpmath.matrix([[columns[j][i] for j in range(n)] for i in range(n)])


def tilt(target, e):
    return {"everybody": M(1), "treated": e, "comparison": 1 - e, "overlap": e * (1 - e), "matching": min(e, 1 - e)}[target]


def equations(target, model, outcome):
    """Each person's estimating function of all parameters: score, outcome models, four means."""

    def person(z, x, y, theta):
        alpha, b0, b1 = theta[:K], theta[K : 2 * K], theta[2 * K : 3 * K]
        t0, t1, r0, r1 = theta[3 * K :]
        e = inverse_logit(sum(a * v for a, v in zip(alpha, x)))
        eta0, eta1 = (sum(b * v for b, v in zip(bs, x)) for bs in (b0, b1))
        if model == "none":
            m0, m1, psi0, psi1 = M(0), M(0), [b for b in b0], [b for b in b1]
        else:
            link = inverse_logit if model == "logistic" else (lambda eta: eta)
            m0, m1 = link(eta0), link(eta1)
            psi0 = [(1 - z) * v * (y - m0) for v in x]
            psi1 = [z * v * (y - m1) for v in x]
        h = tilt(target, e)
        return (
            [v * (z - e) for v in x]
            + psi0
            + psi1
            + [h * (m0 - t0), h * (m1 - t1), (1 - z) * h / (1 - e) * (y - m0 - r0), z * h / e * (y - m1 - r1)]
        )

    return person


def estimate(target, model, which):
    person = equations(target, model, which)
    rows = [(z, x, M(y if which == "score" else s), c) for z, x, y, s, c in people]

    def total(theta):
        sums = [M(0)] * len(theta)
        for z, x, y, _ in rows:
            for k, value in enumerate(person(z, x, y, theta)):
                sums[k] += value
        return sums

    # Stage by stage, so that Newton starts near.
    start = [M(0)] * (3 * K)
    start = newton(lambda t: total(list(t) + [M(0)] * 4)[: 3 * K], start)
    full = newton(total, start + [M(0)] * 4) if model != "none" else newton(total, start + [M(60), M(60), M(60), M(60)])
    bread = jacobian_of(total, full)
    gradient = mpmath.matrix([[M(0)] * (3 * K) + [M(-1), M(1), M(-1), M(1)]])
    mean0, mean1 = full[3 * K] + full[3 * K + 2], full[3 * K + 1] + full[3 * K + 3]
    ratio = mpmath.matrix([[M(0)] * (3 * K) + [-1 / mean0, 1 / mean1, -1 / mean0, 1 / mean1]])

    def variance(contrast, clustered):
        weights = mpmath.lu_solve(bread.T, contrast.T)
        influences = {}
        for index, (z, x, y, c) in enumerate(rows):
            psi = person(z, x, y, full)
            key = c if clustered else index
            influences[key] = influences.get(key, M(0)) + sum(w * p for w, p in zip(weights, psi))
        g = len(influences)
        return sum(v * v for v in influences.values()) * (M(g) / (g - 1) if clustered else 1)

    result = {
        "target": target,
        "model": model,
        "outcome": which,
        "comparison": float(mean0),
        "treated": float(mean1),
        "difference": float(mean1 - mean0),
        "se": float(mpmath.sqrt(variance(gradient, False))),
        "cluster_se": float(mpmath.sqrt(variance(gradient, True))),
    }
    if which == "secure":
        result["log_ratio_se"] = float(mpmath.sqrt(variance(ratio, False)))
    return result


cases = []
for target in ["everybody", "treated", "comparison", "overlap", "matching"]:
    for model, which in [("none", "score"), ("linear", "score"), ("none", "secure"), ("logistic", "secure")]:
        cases.append(estimate(target, model, which))
json.dump(
    {
        "program": f"confounding.py, Python {sys.version.split()[0]}, mpmath {mpmath.__version__}, 40 digits",
        "n_treated": sum(p[0] for p in people),
        "n_secure": sum(p[3] for p in people),
        "cases": cases,
    },
    sys.stdout,
    indent=1,
)
