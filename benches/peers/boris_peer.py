"""BORIS's own functions on a project, without its window: loading, time budgets, and the kappa of some pairs of
coders. Prints a line "ready<TAB>version", then one line "step<TAB>seconds<TAB>result" for each step, wall clock.

    QT_QPA_PLATFORM=offscreen python boris_peer.py FILE.boris PAIRS

The first PAIRS clips are those whose observations are alike but for their last letter. BORIS keeps kappa's events in
a database of its own; here it is filled with the two observations of a pair, which is the kind way: its window fills
it with all that are chosen.
"""

import io
import logging
import sys
import time
from contextlib import redirect_stdout
from decimal import Decimal

# Importing BORIS begins its window's module, which reports to standard output and error.
with redirect_stdout(io.StringIO()):
    sys.argv, arguments = sys.argv[:1], sys.argv[1:]
    from boris import config, db_functions, irr, project_functions, time_budget_functions, version
logging.disable(logging.CRITICAL)


def step(name, work):
    start = time.perf_counter()
    with redirect_stdout(io.StringIO()):
        result, words = work()
    print(f"{name}\t{time.perf_counter() - start:.3f}\t{words}", flush=True)
    return result


def main():
    file, n_pairs = arguments[0], int(arguments[1])
    print(f"ready\tBORIS {version.__version__}", flush=True)

    def load():
        project = project_functions.open_project_json(file)[2]
        if "error" in project:
            raise SystemExit(project["error"])
        return project, f"{len(project['observations'])} observations"

    project = step("load", load)
    observations = sorted(project["observations"])
    subjects = [one["name"] for one in project["subjects_conf"].values()]
    behaviours = [one["code"] for one in project["behaviors_conf"].values()]

    def budgets(with_modifiers):
        parameters = {
            config.SELECTED_SUBJECTS: subjects,
            config.SELECTED_BEHAVIORS: behaviours,
            config.INCLUDE_MODIFIERS: with_modifiers,
            config.EXCLUDE_BEHAVIORS: False,
            "time": config.TIME_FULL_OBS,
            "start time": Decimal("0.000"),
            "end time": Decimal("0.000"),
        }
        n_rows = 0
        for one in observations:
            cursor = db_functions.load_events_in_db(project, subjects, [one], behaviours)
            # The end of the time is what BORIS's window sets before it asks.
            length = project_functions.observed_interval(project["observations"][one])[1]
            parameters["end time"] = length
            rows, _ = time_budget_functions.time_budget_analysis(
                project["behaviors_conf"], cursor, [one], parameters
            )
            n_rows += len(rows)
        return None, f"{n_rows} rows"

    step("budgets", lambda: budgets(False))
    step("budgets by modifiers", lambda: budgets(True))

    clips = {}
    for one in observations:
        clips.setdefault(one[:-1], []).append(one)
    pairs = [pair for pair in clips.values() if len(pair) == 2][:n_pairs]

    def kappas():
        values = []
        for pair in pairs:
            is_fine, words, database = db_functions.load_aggregated_events_in_db(
                project, subjects, pair, behaviours
            )
            if not is_fine:
                raise SystemExit(words)
            kappa, _ = irr.cohen_kappa(database.cursor(), *pair, Decimal("1"), subjects, False)
            values.append(float(kappa))
        shown = " ".join(f"{value:.3f}" for value in values)
        return None, f"{len(values)} pairs: {shown}"

    step("kappa", kappas)


main()
