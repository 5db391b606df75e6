"""Writes interrupted_series.json: segmented regression with Newey-West and AR(1) errors.

Needs statsmodels, scipy and numpy. Run from this folder: python interrupted_series.py > interrupted_series.json
The series is made by a rule that the Rust test repeats. The autoregression maximises the
restricted likelihood with the full correlation matrix, without any whitening.
"""

import json

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy.optimize import minimize_scalar

n, start = 36, 20
t = np.arange(n, dtype=float)
after = (t >= start).astype(float)
noise = np.zeros(n)
for i in range(n):
    noise[i] = (0.5 * noise[i - 1] if i else 0.0) + ((i * 37 % 101) - 50) / 25
y = 40 + 0.3 * t + after * (6 - 0.2 * (t - start)) + noise
X = np.column_stack([np.ones(n), t - start, after, after * (t - start)])
ols = sm.OLS(y, X).fit()
hac = sm.OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True)


def parts(phi):
    R = phi ** np.abs(np.subtract.outer(t, t))
    Ri = np.linalg.inv(R)
    A = X.T @ Ri @ X
    beta = np.linalg.solve(A, X.T @ Ri @ y)
    e = y - X @ beta
    return R, A, beta, e @ Ri @ e


def objective(phi):
    R, A, _, rss = parts(phi)
    return 0.5 * ((n - 4) * np.log(rss) + np.linalg.slogdet(R)[1] + np.linalg.slogdet(A)[1])


phi = minimize_scalar(objective, bounds=(-0.9, 0.95), method="bounded", options={"xatol": 1e-12}).x
_, A, beta, rss = parts(phi)
sigma2 = rss / (n - 4)
print(json.dumps({
    "made_by": f"interrupted_series.py, statsmodels {statsmodels.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "beta": list(ols.params), "se": list(ols.bse), "sigma": np.sqrt(ols.scale),
    "durbin_watson": sm.stats.durbin_watson(ols.resid),
    "newey_west_se": list(hac.bse), "newey_west_p": list(hac.pvalues),
    "gls_phi": phi, "gls_beta": list(beta), "gls_se": list(np.sqrt(np.diag(np.linalg.inv(A)) * sigma2)),
    "gls_sigma": np.sqrt(sigma2),
}, indent=1, default=float))
