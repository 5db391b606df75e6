"""CR2 standard errors of the difference in differences with site fixed effects, with 50 digits.

clubSandwich inverts X'X and loses six digits on this design; this says who is right in the tenth. With Q the
orthonormalised columns, the adjusted score of a site is (I - S)^(-1/2) Q'e for S = Q'Q over its rows.
Run in tests/reference: python cluster_robust_digits.py   (mpmath 1.3.0)
Prints the standard errors of time, boy, mother_age and did.
"""
import csv

import mpmath as mp

mp.mp.dps = 50
rows = [row for row in csv.DictReader(open("../oracles/data/sites_did.csv")) if row["score"]]
sites = sorted({row["site"] for row in rows})


def design(row):
    time = mp.mpf(row["time"])
    dummies = [mp.mpf(int(row["site"] == site)) for site in sites[1:]]
    return [mp.mpf(1), *dummies, time, mp.mpf(row["boy"]), mp.mpf(row["mother_age"]), time * (row["group"] == "programme")]


x = mp.matrix([design(row) for row in rows])
y = mp.matrix([mp.mpf(row["score"]) for row in rows])
p = x.cols
root = (mp.cholesky(x.T * x) ** -1).T
q = x * root
residuals = y - q * (q.T * y)
inner = mp.zeros(p)
for site in sites:
    chosen = [i for i, row in enumerate(rows) if row["site"] == site]
    q_site = mp.matrix([[q[i, k] for k in range(p)] for i in chosen])
    values, vectors = mp.eigsy(q_site.T * q_site)
    inverse_roots = [1 / mp.sqrt(1 - value) if 1 - value > mp.mpf(10) ** -20 else mp.mpf(0) for value in values]
    score = vectors * mp.diag(inverse_roots) * vectors.T * (q_site.T * mp.matrix([residuals[i] for i in chosen]))
    inner += score * score.T
vcov = root * inner * root.T
for k, name in enumerate(["time", "boy", "mother_age", "did"], start=len(sites)):
    print(name, mp.nstr(mp.sqrt(vcov[k, k]), 18))
