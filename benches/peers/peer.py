"""One task of the side-by-side benchmarks in Python. Reads lines "run N" from standard input, does the
task N times, and answers with the CPU seconds of one run and the number that it gave.

    python3 peer.py TASK FILE
"""

import sys
import time
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")


def mixed_model(file):
    import pandas
    import statsmodels.formula.api as formulas

    data = pandas.read_csv(file)

    def run():
        model = formulas.mixedlm("score ~ age * arm", data, groups="child", re_formula="~age")
        return model.fit(reml=True).llf

    return "statsmodels", run


def alpha_bootstrap(file):
    """Krippendorff's ordinal alpha of 1000 resamples of the units; answers with that of all units."""
    import krippendorff
    import numpy

    ratings = numpy.loadtxt(file, delimiter=",", skiprows=1)
    counts = numpy.stack([(ratings == value).sum(axis=1) for value in range(1, 6)], axis=1)

    def alpha(rows):
        return krippendorff.alpha(
            value_counts=rows, value_domain=[1, 2, 3, 4, 5], level_of_measurement="ordinal"
        )

    def run():
        random = numpy.random.default_rng(1)
        n = len(counts)
        resamples = [alpha(counts[random.integers(0, n, n)]) for _ in range(1000)]
        assert len(resamples) == 1000
        return alpha(counts)

    return "krippendorff", run


def gwet(file):
    """Gwet's AC1 with its standard error; answers with the coefficient (four decimals)."""
    import pandas
    from irrCAC.raw import CAC

    ratings = pandas.read_csv(file)
    return "irrCAC", lambda: CAC(ratings).gwet()["est"]["coefficient_value"]


def main():
    tasks = {"mixed-model": mixed_model, "alpha": alpha_bootstrap, "gwet": gwet}
    package, run = tasks[sys.argv[1]](sys.argv[2])
    python = ".".join(str(part) for part in sys.version_info[:3])
    print(f"ready\tPython {python}, {package} {version(package)}", flush=True)
    for line in sys.stdin:
        n = int(line.split()[1])
        start = time.process_time()
        for _ in range(n):
            value = run()
        print(f"{(time.process_time() - start) / n}\t{value!r}".replace("np.float64(", "").replace(")", ""), flush=True)


main()
