"""Writes distributions.csv: reference values of tails and quantiles to 17 digits.

Needs mpmath. Run from this folder: python distributions.py > distributions.csv
Every value is computed with 60 digits; quantiles are checked by putting them back.
"""

import mpmath
from mpmath import mp, mpf

mp.dps = 60


def beta_lower(x, a, b):
    return mp.betainc(a, b, 0, x, regularized=True)


def two_sided_t(t, df):
    t, df = mpf(t), mpf(df)
    if t == 0:
        return mpf(1)
    return beta_lower(df / (df + t * t), df / 2, mpf(1) / 2)


def f_upper(f, df1, df2):
    f, df1, df2 = mpf(f), mpf(df1), mpf(df2)
    return beta_lower(df2 / (df2 + df1 * f), df2 / 2, df1 / 2)


def chi_upper(x, df):
    return mp.gammainc(mpf(df) / 2, mpf(x) / 2, mp.inf, regularized=True)


def normal_upper(z):
    return mp.erfc(mpf(z) / mp.sqrt(2)) / 2


def noncentral_t_cdf(t, df, ncp):
    """P(Z + ncp <= t S) with S = sqrt(chi2/df), by quadrature over S."""
    t, df, ncp = mpf(t), mpf(df), mpf(ncp)
    front = 2 * (df / 2) ** (df / 2) / mp.gamma(df / 2)

    def integrand(s):
        return mp.ncdf(t * s - ncp) * front * s ** (df - 1) * mp.exp(-df * s * s / 2)

    width = 1 / mp.sqrt(2 * df)
    points = [mpf(0)] + [1 + k * width for k in (-6, -3, 0, 3, 6, 10, 20) if 1 + k * width > 0]
    return mp.quad(integrand, points + [points[-1] + 40 * width])


def invert(function, target, low, high):
    """Coarse bisection in the logarithm of the argument, then secant steps on the
    logarithm of the function; function must decrease."""
    low, high = mp.log(mpf(low)), mp.log(mpf(high))
    mp.dps = 20
    while high - low > mpf("0.05"):
        middle = (low + high) / 2
        if function(mp.exp(middle)) > target:
            low = middle
        else:
            high = middle
    mp.dps = 40
    gap = lambda u: mp.log(function(mp.exp(u)) / target)
    root = mp.exp(mp.findroot(gap, (low, high), solver="secant", tol=mpf("1e-28") ** 2))
    mp.dps = 60
    return root


def emit(name, arguments, value):
    numbers = list(arguments) + [""] * (3 - len(arguments))
    print(",".join([name, *[repr(n) if n != "" else "" for n in numbers], mp.nstr(value, 20)]))


print(f"# mpmath {mpmath.__version__}, 60 digits, distributions.py")
print("function,first,second,third,value")
DFS = [0.3, 1.0, 2.0, 2.8, 4.341320272178951, 10.5, 30.0, 109.5, 1000.0, 1e5]
for df in DFS:
    for t in [1e-8, 0.1, 0.5, 1.0, 1.3, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 200.0]:
        value = two_sided_t(t, df)
        if value > mpf("1e-300"):
            emit("student_t_two_sided_p", [t, df], value)
for df1 in [1.0, 2.0, 3.0, 7.5, 40.0]:
    for df2 in [1.0, 2.8, 7.0, 33.3, 400.0, 1e5]:
        for f in [0.001, 0.3, 0.9, 1.0, 1.1, 2.5, 10.0, 60.0]:
            value = f_upper(f, df1, df2)
            if value > mpf("1e-300"):
                emit("f_upper_tail", [f, df1, df2], value)
for df in [0.5, 1.0, 2.0, 3.7, 10.0, 99.0, 1000.0]:
    for x in [1e-6, 0.02, 0.5, 1.0, 3.84, 9.0, 30.0, 110.0, 700.0, 1200.0]:
        value = chi_upper(x, df)
        if value > mpf("1e-300"):
            emit("chi_squared_upper_tail", [x, df], value)
            if value < mpf("0.9999"):
                emit("chi_squared_cdf", [x, df], mp.gammainc(mpf(df) / 2, 0, mpf(x) / 2, regularized=True))
for z in [-3.0, -0.5, 0.0, 1e-9, 0.3, 1.0, 1.959963984540054, 3.0, 6.0, 10.0, 17.8, 25.0, 37.0]:
    emit("normal_upper_tail", [z], normal_upper(z))
for p in [1e-290, 1e-70, 1e-20, 1e-6, 0.001, 0.025, 0.2, 0.45]:
    emit("normal_quantile", [p], -invert(normal_upper, mpf(p), "1e-6", "100"))
    for df in DFS:
        if p < 1e-80 and df < 2 or p < 1e-40 and df < 1:  # t² beyond the largest double
            continue
        low_tail = invert(lambda t: two_sided_t(t, df), 2 * mpf(p), "1e-6", mpf(10) ** 320)
        emit("student_t_quantile", [p, df], -low_tail)
for upper in [1e-70, 1e-6, 0.01, 0.05, 0.5, 0.9, 0.975, 0.999]:
    for df in [0.5, 1.0, 3.7, 10.0, 99.0]:
        if upper >= 0.01:
            p = 1 - upper
            target = 1 - mpf(p)
            emit("chi_squared_quantile", [p, df], invert(lambda x: chi_upper(x, df), target, "1e-30", "1e5"))
            for df1 in [1.0, 3.0, 7.5]:
                value = invert(lambda f: f_upper(f, df1, df), target, "1e-30", "1e40")
                emit("f_quantile", [p, df1, df], value)
for a in [0.5, 1.0, 3.0, 14.5, 200.0]:
    for b in [0.5, 2.0, 11.0, 200.0]:
        for x in [1e-5, 0.1, 0.5, 0.77, 0.99]:
            value = beta_lower(mpf(x), mpf(a), mpf(b))
            if value > mpf("1e-300"):
                emit("beta_regularised", [x, a, b], value)
for df in [2.0, 5.5, 24.0, 120.0]:
    for ncp in [-2.5, 0.3, 1.7, 6.0, 20.0]:
        for t in [-1.5, 0.0, 0.8, 2.2, 7.0, 21.0]:
            emit("noncentral_t_cdf", [t, df, ncp], noncentral_t_cdf(t, df, ncp))
for df, ncp, t in [(5.0, 31.0, 36.0), (80.0, 35.0, 33.0), (3000.0, 45.0, 46.0), (20.0, 400.0, 380.0)]:
    emit("noncentral_t_cdf", [t, df, ncp], noncentral_t_cdf(t, df, ncp))
for x in [1e-5, 0.3, 1.5, 2.0, 7.7, 120.5, 1e6]:
    emit("ln_gamma", [x], mp.loggamma(mpf(x)))
for a, b in [(0.5, 0.5), (1e-3, 4.0), (3.0, 2.0), (1e6, 0.5), (1e5, 2e5)]:
    emit("ln_beta", [a, b], mp.log(mp.beta(mpf(a), mpf(b))))
