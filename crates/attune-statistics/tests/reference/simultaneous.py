# Studentised range and Dunnett's distribution by Gauss-Legendre quadrature in both variables (numpy, scipy):
# another rule on another scale than the crate's. Run: python3 simultaneous.py > simultaneous.csv
import numpy as np, scipy
from scipy.special import ndtr, log_ndtr, gammaln
print(f"# scipy {scipy.__version__}, numpy {np.__version__}, simultaneous.py")
print("function,q,k,df,value")
X, W = np.polynomial.legendre.leggauss(60)

def nodes(ends):
    ends = np.asarray(ends)
    half, mid = np.diff(ends) / 2, (ends[1:] + ends[:-1]) / 2
    return (mid[:, None] + half[:, None] * X).ravel(), (half[:, None] * W).ravel()

phi = lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

def range_tail(w, k):
    z, weight = nodes(w / 2 + np.linspace(-12, 12, 13))
    ratio = np.exp(log_ndtr(z - w) - log_ndtr(z))
    return np.sum(weight * k * phi(z) * ndtr(z) ** (k - 1) * -np.expm1((k - 1) * np.log1p(-ratio)))

def dunnett_tail(t, k):
    r = np.sqrt(0.5)
    z, weight = nodes(np.linspace(0, t + 12, 15))
    u = ndtr((-t - r * z) / r) + ndtr((-t + r * z) / r)
    return 2 * np.sum(weight * phi(z) * -np.expm1(k * np.log1p(-u)))

def mixed(tail, q, df):
    if np.isinf(df):
        return tail(q)
    width = 1 / np.sqrt(2 * df)
    ends = np.concatenate([[0], np.geomspace(1e-6, 1 + 14 * width, 30)])
    s, weight = nodes(ends)
    log_density = np.log(2) + df / 2 * np.log(df / 2) - gammaln(df / 2) + (df - 1) * np.log(s) - df * s * s / 2
    return np.sum(weight * np.exp(log_density) * np.array([tail(q * x) for x in s]))

for q, k, df in [(3.5, 3, 20), (1, 5, 4), (6, 4, 12.5), (9, 3, np.inf), (14, 6, 60), (4.2, 20, 8), (12, 3, 2), (0.3, 3, 7), (60, 4, 9), (30, 3, 1)]:
    print(f"studentised_range_upper_tail,{q},{k},{df},{mixed(lambda w: range_tail(w, k), q, df):.15e}")
for q, k, df in [(2.54, 3, 20), (1, 4, 6), (5, 2, 11.5), (7, 5, np.inf), (3, 8, 40), (25, 4, 6)]:
    print(f"largest_of_one_factor_upper_tail,{q},{k},{df},{mixed(lambda t: dunnett_tail(t, k), q, df):.15e}")
