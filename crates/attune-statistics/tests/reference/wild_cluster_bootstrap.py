"""Reference values of the restricted wild cluster bootstrap by its definition: for each multiplier of the clusters the
response is made anew from the restricted fit, the model is refitted, and t is computed with the cluster-robust
standard error. All sign patterns (Rademacher), and all six-point patterns (Webb) for four sites.
Run in tests/reference: python wild_cluster_bootstrap.py   (writes wild_cluster_bootstrap.json; numpy)

The p value counts |t*| >= |t| with ties, among them the data themselves. wildboottest 0.3.2 (Python) counts |t*| > |t|
and so is smaller by the patterns that repeat |t|; its t statistic, printed beside, is the same.
"""
import csv
import itertools
import json

import numpy as np

rows = [row for row in csv.DictReader(open("../oracles/data/sites_did.csv")) if row["score"]]


def design(rows):
    group = np.array([float(row["group"] == "programme") for row in rows])
    time = np.array([float(row["time"]) for row in rows])
    return np.column_stack([np.ones(len(rows)), group, time, group * time])


def bootstrap(x, y, sites, column, null, values):
    names = sorted(set(sites))
    member = np.array([[float(site == name) for name in names] for site in sites])
    bread = np.linalg.inv(x.T @ x)
    n, p = x.shape
    m = len(names)
    small_sample = m * (n - 1) / ((m - 1) * (n - p))

    def t_of(y):
        beta = bread @ (x.T @ y)
        residuals = y - x @ beta
        scores = member.T @ ((x @ bread[:, column]) * residuals)
        return (beta[column] - null) / np.sqrt(small_sample * (scores @ scores)), beta[column]

    t, estimate = t_of(y)
    others = [k for k in range(p) if k != column]
    restricted = x[:, others] @ np.linalg.lstsq(x[:, others], y - null * x[:, column], rcond=None)[0] + null * x[:, column]
    residuals = y - restricted
    t_star = np.array([t_of(restricted + residuals * (member @ np.array(v)))[0] for v in itertools.product(values, repeat=m)])
    return estimate, t, float(np.mean(np.abs(t_star) >= abs(t) * (1 - 1e-9))), float(np.mean(np.abs(t_star) > abs(t) * (1 + 1e-9)))


x, y = design(rows), np.array([float(row["score"]) for row in rows])
sites = [row["site"] for row in rows]
out = {}
for column in (2, 3):
    for null in (0.0, -1.5, 3.0):
        estimate, t, p, p_strict = bootstrap(x, y, sites, column, null, [1.0, -1.0])
        out[f"rademacher {column} {null}"] = {"estimate": estimate, "t": t, "p": p, "p_strict": p_strict}
four = [i for i, row in enumerate(rows) if row["site"] in ("S1", "S2", "S5", "S6")]
webb = [1.0, -1.0, np.sqrt(1.5), -np.sqrt(1.5), np.sqrt(0.5), -np.sqrt(0.5)]
estimate, t, p, p_strict = bootstrap(x[four], y[four], [sites[i] for i in four], 3, 0.0, webb)
out["webb four sites"] = {"estimate": estimate, "t": t, "p": p, "p_strict": p_strict}
out["versions"] = f"numpy {np.__version__}"
json.dump(out, open("wild_cluster_bootstrap.json", "w"), indent=1)
