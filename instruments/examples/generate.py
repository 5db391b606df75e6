"""Worked scoring examples for the instruments of this library.

Each rule is written here a second time, from the publication that the definition cites, without
looking at Attune's scorer; the numbers below the rules marked "by hand" were worked out on paper.
Run `python3 instruments/examples/generate.py` after a change; the files beside it are committed and
are what the tests read. Only the Python standard library is needed.
"""

from pathlib import Path

NOT_RECORDED, REFUSED, NOT_ASKED = "not recorded", "refused", "not asked"
NOT_APPLICABLE, NOT_DONE, WITHDRAWN = "not applicable", "not done", "withdrawn"
HIDDEN, INVALID, TOO_FEW = "hidden by branching", "invalid", "too few items answered"


# -- what every rule needs ----------------------------------------------------------------------


def known(value):
    return not isinstance(value, str)


def reason(values):
    """The reason all values share, else too few answered."""
    return values[0] if not known(values[0]) and len(set(map(str, values))) == 1 else TOO_FEW


def whole(values, total):
    """`total` of complete values, else why there is none."""
    return total(values) if all(map(known, values)) else reason(values)


def pick(values, numbers):
    return [values[number - 1] for number in numbers]


def turned(values, numbers, top):
    """`top` minus the value for the items with these numbers."""
    return [top - v if known(v) and n in numbers else v for n, v in enumerate(values, 1)]


def band(value, steps):
    """The last step that the value has reached."""
    if not known(value):
        return None
    return [label for lowest, label in steps if value >= lowest][-1]


def fill(total, n, highest, lowest=0):
    """n answers with this sum, high ones first."""
    answers, left = [], total - n * lowest
    for _ in range(n):
        step = min(highest - lowest, left)
        answers.append(lowest + step)
        left -= step
    assert left == 0, total
    return answers


def put(answers, **at):
    """The answers with some replaced: q3=... is the third."""
    answers = list(answers)
    for key, value in at.items():
        answers[int(key[1:]) - 1] = value
    return answers


class Sheet:
    """The examples of one instrument."""

    def __init__(self, name, rule, ids, codes):
        self.name, self.rule, self.ids, self.codes = name, rule, ids, codes
        self.examples = []

    def add(self, shows, answers, hand=None, order=None):
        """`hand` are scores worked out on paper; they must agree with the rule above."""
        at = (order and self.orders[order]) or self.ids
        named = dict(zip(at, answers)) if isinstance(answers, list) else dict(answers)
        taken, wrong = {}, []
        for item in self.ids:
            value = named.get(item, NOT_RECORDED)
            if known(value) and not self.codes(item, value):
                value, _ = INVALID, wrong.append(item)
            taken[item] = value
        result = self.rule(taken)
        for score, value in (hand or {}).items():
            assert result["scores"][score] == value, (self.name, shows, score, result["scores"])
        self.examples.append((shows, order, answers, result, wrong))

    orders = {}

    def write(self):
        assert len(self.examples) >= 20, (self.name, len(self.examples))
        assert len({shows for shows, *_ in self.examples}) == len(self.examples), self.name
        text = (
            f"# Worked examples for {self.name}: written by generate.py from the published rule.\n"
        )
        for shows, order, answers, result, wrong in self.examples:
            text += f"\n[[example]]\nshows = {toml(shows)}\n"
            if order:
                text += f"item-order = {toml(order)}\n"
            if isinstance(answers, list):
                # Positions where there are several orders, otherwise ids.
                keys = self.ids if not self.orders else [str(n) for n in range(1, 99)]
                answers = dict(zip(keys, answers))
            for there, gone, values in (("answers", "missing", answers),
                                        ("scores", "no-score", result["scores"])):
                text += line(there, {k: v for k, v in values.items() if known(v)})
                text += line(gone, {k: v for k, v in values.items() if not known(v)})
            for key in ("bands", "reached"):
                text += line(key, {k: v for k, v in result.get(key, {}).items() if v})
            text += line("alerts", result.get("alerts")) + line("invalid", wrong)
        Path(__file__).with_name(f"{self.name}.toml").write_text(text, encoding="utf-8")


def line(key, value):
    return f"{key} = {toml(value)}\n" if value else ""


def toml(value):
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(int(value)) if value == int(value) else repr(value)


def numbered(n):
    return [f"q{k}" for k in range(1, n + 1)]


# -- PHQ-9 (Kroenke 2001; count rule: Spitzer 1999) ---------------------------------------------


def phq9_rule(answers):
    nine = [answers[f"q{k}"] for k in range(1, 10)]
    there = [v for v in nine if known(v)]
    total = sum(there) * 9 / len(there) if len(there) >= 7 else reason(nine)

    def count(values):
        often = sum(v >= 2 for v in values[:8])
        return often + (values[8] >= 1 if len(values) == 9 else 0)

    symptoms = whole(nine, count)
    core = whole(nine[:2], lambda v: sum(x >= 2 for x in v))

    def rule_met(least):
        pair = [symptoms, core]
        return whole(pair, lambda v: int(v[0] >= least and v[1] >= 1))

    steps = [(0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")]
    return {
        "scores": {
            "total": total,
            "symptoms": symptoms,
            "core-symptoms": core,
            "count-rule-major": rule_met(5),
            "count-rule-any": rule_met(2),
        },
        "bands": {"total": band(total, steps)},
        "reached": {"total": ["10 or more"] if known(total) and total >= 10 else []},
        "alerts": ["thoughts-of-death"] if known(nine[8]) and nine[8] >= 1 else [],
    }


def phq9():
    sheet = Sheet("phq-9", phq9_rule, numbered(10), lambda item, v: v in (0, 1, 2, 3))
    add = sheet.add
    add("all at the minimum", [0] * 9, {"total": 0, "symptoms": 0, "count-rule-any": 0})
    add("all at the maximum", [3] * 9 + [3], {"total": 27, "symptoms": 9, "count-rule-major": 1})
    for total, side in [(4, "below mild"), (5, "mild"), (9, "below moderate"), (10, "at the cut-off"),
                        (14, "below moderately severe"), (15, "moderately severe"),
                        (19, "below severe"), (20, "severe")]:
        add(f"a sum of {total}: {side}", fill(total, 8, 3) + [0], {"total": total})
    add("item 9 alone raises the alert, whatever the total", [0] * 8 + [1], {"total": 1, "symptoms": 1})
    add("item 9 at its lowest raises none", [2] * 8 + [0], {"total": 16, "symptoms": 8})
    add("item 9 not answered: no alert can be judged", [1] * 8 + [REFUSED], {"total": 9})
    add("one missing answer takes the mean of the others", put([1] * 9, q3=NOT_RECORDED), {"total": 9})
    add("one missing, prorated to a broken number", [1, 1, 1, 1, 1, 1, 1, 2, NOT_RECORDED], {"total": 10.125})
    add("one missing, prorated to 4.5: not yet mild", [1, 1, 1, 1, 0, 0, 0, NOT_RECORDED, 0], {"total": 4.5})
    add("one missing, prorated to 14.625: still moderate", [2, 2, 2, 2, 2, 2, 1, REFUSED, 0], {"total": 14.625})
    add("two missing, prorated to the edge of mild", [1, 1, 1, 1, 1, 1, NOT_RECORDED, 1, NOT_RECORDED], {"total": 9})
    add("two missing, prorated beyond the cut-off", [2, 1, 1, 1, 1, 1, NOT_RECORDED, 1, NOT_RECORDED], {"total": 72 / 7})
    add("two missing, prorated to 19.29: not yet severe", [3, 3, 3, 3, 3, 0, NOT_ASKED, REFUSED, 0], {"total": 135 / 7})
    add("three missing make no total", put([1] * 9, q1=NOT_RECORDED, q2=NOT_RECORDED, q3=REFUSED), {"total": TOO_FEW})
    add("nothing answered, one reason for all", [NOT_DONE] * 9 + [NOT_DONE], {"total": NOT_DONE, "symptoms": NOT_DONE})
    add("nothing answered, two reasons", [NOT_DONE] * 8 + [REFUSED], {"total": TOO_FEW, "core-symptoms": NOT_DONE})
    add("five symptoms with a core symptom meet the count rule", [2, 0, 2, 2, 2, 2, 0, 0, 0], {"symptoms": 5, "count-rule-major": 1})
    add("five symptoms without a core symptom do not", [1, 1, 2, 2, 2, 2, 2, 0, 0], {"symptoms": 5, "count-rule-major": 0, "count-rule-any": 0})
    add("item 9 counts from several days on", [2, 2, 2, 2, 0, 0, 0, 0, 1], {"symptoms": 5, "count-rule-major": 1})
    add("four symptoms meet the lesser rule only", [0, 3, 2, 2, 2, 1, 1, 1, 0], {"symptoms": 4, "count-rule-major": 0, "count-rule-any": 1})
    add("two symptoms meet the lesser rule", [2, 0, 0, 0, 3, 1, 0, 0, 0], {"symptoms": 2, "count-rule-any": 1})
    add("one symptom meets no rule", [3, 1, 1, 1, 1, 1, 1, 1, 0], {"symptoms": 1, "count-rule-any": 0})
    add("several days do not count for items 1 to 8", [1] * 8 + [0], {"total": 8, "symptoms": 0})
    add("an answer that is not on the form counts as missing", put([1] * 9, q4=4), {"total": 9, "symptoms": TOO_FEW})
    add("half points are not on the form", put([2] * 9, q5=1.5), {"total": 18})
    add("the difficulty question is never counted", [1] * 9 + [3], {"total": 9})
    sheet.write()


# -- GAD-7 (Spitzer 2006) -----------------------------------------------------------------------


def gad7_rule(answers):
    seven = [answers[f"q{k}"] for k in range(1, 8)]
    there = [v for v in seven if known(v)]
    total = sum(there) * 7 / len(there) if len(there) >= 5 else reason(seven)
    steps = [(0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")]
    reached = [f"{cut} or more" for cut in (8, 10) if known(total) and total >= cut]
    return {"scores": {"total": total}, "bands": {"total": band(total, steps)}, "reached": {"total": reached}}


def gad7():
    sheet = Sheet("gad-7", gad7_rule, numbered(7), lambda item, v: v in (0, 1, 2, 3))
    add = sheet.add
    add("all at the minimum", [0] * 7, {"total": 0})
    add("all at the maximum", [3] * 7, {"total": 21})
    for total, side in [(4, "below mild"), (5, "mild"), (7, "below the lower cut-off"),
                        (8, "at the lower cut-off"), (9, "below moderate"), (10, "at the cut-off"),
                        (14, "below severe"), (15, "severe")]:
        add(f"a sum of {total}: {side}", fill(total, 7, 3), {"total": total})
    add("answers of every kind", [0, 1, 2, 3, 0, 1, 2], {"total": 9})
    add("the same answers in another order", [2, 1, 0, 3, 2, 1, 0], {"total": 9})
    add("one missing answer takes the mean of the others", [1, 1, 1, 1, 1, 1, NOT_RECORDED], {"total": 7})
    add("one missing, prorated to a broken number", [2, 1, 1, 1, 1, 1, REFUSED], {"total": 7 * 7 / 6})
    add("two missing, prorated to the cut-off exactly", [2, 2, 2, 2, 2, NOT_RECORDED, NOT_RECORDED], {"total": 14})
    add("two missing, prorated just below the cut-off", [2, 2, 1, 1, 1, NOT_ASKED, REFUSED], {"total": 9.8})
    add("three missing make no total", [2, 2, 2, 2, NOT_RECORDED, NOT_RECORDED, REFUSED], {"total": TOO_FEW})
    add("one answer only makes no total", [3] + [NOT_RECORDED] * 6, {"total": TOO_FEW})
    add("nothing answered because consent was withdrawn", [WITHDRAWN] * 7, {"total": WITHDRAWN})
    add("nothing answered, several reasons", [WITHDRAWN] * 3 + [REFUSED] * 4, {"total": TOO_FEW})
    add("an answer above the form's highest", [1, 1, 1, 1, 1, 1, 4], {"total": 7})
    add("a negative code is no answer", [-1, 2, 2, 2, 2, 2, 2], {"total": 14})
    add("three impossible answers make no total", [9, 9, 9, 1, 1, 1, 1], {"total": TOO_FEW})
    sheet.write()


# -- PHQ-4 (Kroenke 2009) -----------------------------------------------------------------------


def phq4_rule(answers):
    anxiety = whole([answers["nervous"], answers["worrying"]], sum)
    depression = whole([answers["interest"], answers["down"]], sum)
    total = whole(list(answers.values()), sum)
    steps = [(0, "normal"), (3, "mild"), (6, "moderate"), (9, "severe")]
    three = lambda v: ["3 or more"] if known(v) and v >= 3 else []
    return {
        "scores": {"total": total, "anxiety": anxiety, "depression": depression},
        "bands": {"total": band(total, steps)},
        "reached": {"anxiety": three(anxiety), "depression": three(depression)},
    }


def phq4():
    ids = ["nervous", "worrying", "interest", "down"]
    sheet = Sheet("phq-4", phq4_rule, ids, lambda item, v: v in (0, 1, 2, 3))
    sheet.orders = {"interest-first": ids, "down-first": ["nervous", "worrying", "down", "interest"]}
    add = sheet.add
    add("all at the minimum", [0, 0, 0, 0], {"total": 0, "anxiety": 0, "depression": 0})
    add("all at the maximum", [3, 3, 3, 3], {"total": 12, "anxiety": 6, "depression": 6})
    add("anxiety below its cut-off", [1, 1, 0, 0], {"anxiety": 2, "depression": 0})
    add("anxiety at its cut-off", [2, 1, 0, 0], {"anxiety": 3, "total": 3})
    add("depression below its cut-off", [0, 0, 2, 0], {"depression": 2, "total": 2})
    add("depression at its cut-off", [0, 0, 0, 3], {"depression": 3, "total": 3})
    for total in (2, 3, 5, 6, 8, 9):
        add(f"a total of {total}", fill(total, 4, 3), {"total": total})
    add("the other order by position: low mood comes third", [0, 0, 3, 1], {"depression": 4}, "down-first")
    add("the usual order by its name", [0, 0, 3, 1], {"depression": 4}, "interest-first")
    add("in the other order a missing third answer is low mood", [1, 1, NOT_RECORDED, 2], {"anxiety": 2, "depression": TOO_FEW}, "down-first")
    add("one missing depression item leaves anxiety", [2, 2, REFUSED, 1], {"anxiety": 4, "depression": TOO_FEW, "total": TOO_FEW})
    add("one missing anxiety item leaves depression", [NOT_RECORDED, 2, 1, 1], {"anxiety": TOO_FEW, "depression": 2})
    add("both depression items refused keep their reason", [0, 1, REFUSED, REFUSED], {"anxiety": 1, "depression": REFUSED, "total": TOO_FEW})
    add("nothing done keeps its reason everywhere", [NOT_DONE] * 4, {"total": NOT_DONE, "anxiety": NOT_DONE})
    add("answers given by item, one of them absent", {"nervous": 1, "worrying": 3, "down": 2}, {"anxiety": 4, "depression": TOO_FEW})
    add("answers given by item in any order", {"down": 1, "nervous": 2, "interest": 0, "worrying": 1}, {"total": 4, "depression": 1})
    add("an answer that is not on the form", [1, 1, 1, 7], {"anxiety": 2, "depression": TOO_FEW})
    sheet.write()


# -- Rosenberg (1965) ---------------------------------------------------------------------------

# Numbers of the reversed items in each printed order, as the two sources give them; the rule
# below works from positions alone, so it does not share the definition's list of names.
RSES = {
    "maryland": ("satisfied no-good good-qualities able not-proud useless worth respect failure positive", {2, 5, 6, 8, 9}),
    "worth-first": ("worth good-qualities failure able not-proud positive satisfied respect useless no-good", {3, 5, 8, 9, 10}),
}


def rosenberg_rule(low, order):
    names, reversed_numbers = RSES[order]

    def rule(answers):
        printed = [answers[name] for name in names.split()]
        total = whole(turned(printed, reversed_numbers, 2 * low + 3), sum)
        scores = {"total": total}
        if low:
            scores["total-0-to-30"] = total - 10 if known(total) else total
        return {"scores": scores}

    return rule


def rosenberg(low):
    name = "rosenberg-1-4" if low else "rosenberg"
    ids = RSES["maryland"][0].split()
    top = low + 3
    sheet = Sheet(name, None, ids, lambda item, v: v in range(low, top + 1))
    sheet.orders = {order: names.split() for order, (names, _) in RSES.items()}

    def add(shows, answers, total=None, order="maryland", named_order=True):
        sheet.rule = rosenberg_rule(low, order)
        hand = {} if total is None else {"total": total + 10 * low if known(total) else total}
        shift = lambda v: v + low if known(v) else v
        answers = ({k: shift(v) for k, v in answers.items()} if isinstance(answers, dict)
                   else [shift(v) for v in answers])
        sheet.add(shows, answers, hand, order if named_order else None)

    best = {"maryland": [3, 0, 3, 3, 0, 0, 3, 0, 0, 3], "worth-first": [3, 3, 0, 3, 0, 3, 3, 0, 0, 0]}
    for order in RSES:
        add(f"the highest self-esteem, order {order}", best[order], 30, order)
        add(f"the lowest self-esteem, order {order}", [3 - v for v in best[order]], 0, order)
        add(f"strongly agreeing with everything, order {order}", [3] * 10, 15, order)
        add(f"strongly disagreeing with everything, order {order}", [0] * 10, 15, order)
        add(f"agreeing with everything, order {order}", [2] * 10, 15, order)
        add(f"only the first item at its highest, order {order}", [3] + [0] * 9, 18, order)
        add(f"only the last item at its highest, order {order}", [0] * 9 + [3], 18 if order == "maryland" else 12, order)
        add(f"the same row of numbers, order {order}", [3, 1, 2, 3, 0, 1, 2, 1, 0, 2],
            {"maryland": 24, "worth-first": 20}[order], order)
        add(f"one item missing, order {order}", put(best[order], q5=NOT_RECORDED), TOO_FEW, order)
    add("without a named order the Maryland order counts", [3, 0, 3, 3, 0, 0, 3, 0, 0, 3], 30, named_order=False)
    add("answers by item need no order", dict(zip(ids, [2, 1, 2, 2, 1, 1, 2, 1, 1, 2])), 20, named_order=False)
    add("answers by item are the same in the other order", dict(zip(ids, [2, 1, 2, 2, 1, 1, 2, 1, 1, 2])), 20, "worth-first")
    add("each reversed item alone: useless", dict(zip(ids, [0, 3, 0, 0, 3, 0, 0, 3, 3, 0])), 3, named_order=False)
    add("nothing answered keeps its reason", [NOT_ASKED] * 10, NOT_ASKED)
    add("all but one refused", [REFUSED] * 9 + [2], TOO_FEW)
    add("an answer above the form's highest", put(best["maryland"], q1=4), TOO_FEW)
    add("an answer below the form's lowest", put(best["maryland"], q2=-1), TOO_FEW)
    sheet.write()


# -- KPCS (Crncec 2008) -------------------------------------------------------------------------


def kpcs_rule(answers):
    values = [answers[f"q{k}"] for k in range(1, 16)]
    for number in (1, 9):
        if values[number - 1] == NOT_APPLICABLE:
            values[number - 1] = 2
    total = whole(values, sum)
    return {"scores": {"total": total},
            "reached": {"total": ["39 or less"] if known(total) and total <= 39 else []}}


def kpcs():
    sheet = Sheet("kpcs", kpcs_rule, numbered(15), lambda item, v: v in (0, 1, 2, 3))
    add = sheet.add
    add("all at the minimum", [0] * 15, {"total": 0})
    add("all at the maximum", [3] * 15, {"total": 45})
    for total, side in [(38, "below the cut-off"), (39, "at the cut-off: low confidence"),
                        (40, "above the cut-off"), (1, "almost none"), (44, "almost the highest")]:
        add(f"a total of {total}: {side}", fill(total, 15, 3), {"total": total})
    add("item 1 not applicable counts two", put([3] * 15, q1=NOT_APPLICABLE), {"total": 44})
    add("item 9 not applicable counts two", put([3] * 15, q9=NOT_APPLICABLE), {"total": 44})
    add("items 1 and 9 not applicable", put([3] * 15, q1=NOT_APPLICABLE, q9=NOT_APPLICABLE), {"total": 43})
    add("items 1 and 9 not applicable, the rest at the minimum", put([0] * 15, q1=NOT_APPLICABLE, q9=NOT_APPLICABLE), {"total": 4})
    add("not applicable lifts a total above the cut-off", put(fill(38, 15, 3), q9=NOT_APPLICABLE), {"total": 37})
    add("not applicable on the way to the cut-off from below", put([3] * 12 + [1, 0, 0], q1=NOT_APPLICABLE), {"total": 36})
    add("not applicable and still above the cut-off", put([3] * 13 + [0, 3], q1=NOT_APPLICABLE), {"total": 41})
    add("not applicable at the cut-off", put([3] * 12 + [1, 1, 2], q1=NOT_APPLICABLE), {"total": 39})
    add("not applicable has no score for item 2", put([3] * 15, q2=NOT_APPLICABLE), {"total": TOO_FEW})
    add("one refused answer makes no total", put([2] * 15, q9=REFUSED), {"total": TOO_FEW})
    add("one answer not recorded makes no total", put([2] * 15, q15=NOT_RECORDED), {"total": TOO_FEW})
    add("everything not applicable: items 1 and 9 count, so the reason is not common", [NOT_APPLICABLE] * 15, {"total": TOO_FEW})
    add("the form was not given", [NOT_ASKED] * 15, {"total": NOT_ASKED})
    add("an answer that is not on the form", put([3] * 15, q7=4), {"total": TOO_FEW})
    add("item 12 runs as the others do: no reversal", put([0] * 15, q12=3), {"total": 3})
    add("answers of every kind", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2], {"total": 21})
    sheet.write()


# -- PBQ (Brockington 2001, 2006) ---------------------------------------------------------------

PBQ_ALWAYS_IS_ZERO = {1, 4, 8, 9, 11, 16, 22, 25}
PBQ_FACTORS = {
    "general": ([1, 2, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17], [12]),
    "rejection": ([3, 4, 5, 11, 14, 21, 23], [13, 17]),
    "anxiety": ([19, 20, 22, 25], [10]),
    "abuse": ([18, 24], [3]),
}


def pbq_rule(answers):
    said = [answers[f"q{k}"] for k in range(1, 26)]
    printed = turned(said, PBQ_ALWAYS_IS_ZERO, 5)
    scores, reached = {"total": whole(printed, sum)}, {}
    for name, (numbers, cuts) in PBQ_FACTORS.items():
        value = scores[name] = whole(pick(printed, numbers), sum)
        reached[name] = [f"{cut} or more" for cut in cuts if known(value) and value >= cut]
    alerts = [name for name, item in (("harm-done", "q18"), ("impulse-to-harm", "q24"))
              if known(answers[item]) and answers[item] >= 1]
    return {"scores": scores, "reached": reached, "alerts": alerts}


def pbq():
    sheet = Sheet("pbq", pbq_rule, numbered(25), lambda item, v: v in (0, 1, 2, 3, 4, 5))
    add = sheet.add
    best = [5 if k in PBQ_ALWAYS_IS_ZERO else 0 for k in range(1, 26)]
    worst = [5 - v for v in best]

    def with_score(factor, value):
        """The best answers with `value` points in one factor."""
        numbers = PBQ_FACTORS[factor][0]
        answers = list(best)
        for number, points in zip(numbers, fill(value, len(numbers), 5)):
            answers[number - 1] = 5 - points if number in PBQ_ALWAYS_IS_ZERO else points
        return answers

    add("no difficulty at all", best, {"total": 0, "general": 0, "abuse": 0})
    add("the greatest difficulty everywhere", worst, {"total": 125, "general": 60, "rejection": 35, "anxiety": 20, "abuse": 10})
    add("always, whatever the item says", [5] * 25, {"total": 85, "general": 40, "rejection": 25, "anxiety": 10, "abuse": 10})
    add("never, whatever the item says", [0] * 25, {"total": 40, "general": 20, "rejection": 10, "anxiety": 10, "abuse": 0})
    for factor, (_, cuts) in PBQ_FACTORS.items():
        for cut in cuts:
            add(f"{factor} just below {cut}", with_score(factor, cut - 1), {factor: cut - 1, "total": cut - 1})
            add(f"{factor} at {cut}", with_score(factor, cut), {factor: cut, "total": cut})
    add("item 18 rarely: alert, though below the cut-off", put(best, q18=1), {"abuse": 1})
    add("item 24 rarely: alert, though below the cut-off", put(best, q24=1), {"abuse": 1})
    add("items 18 and 24: both alerts", put(best, q18=2, q24=3), {"abuse": 5})
    add("item 24 not answered: no score of it and no alert", put(best, q24=REFUSED), {"abuse": TOO_FEW, "general": 0, "total": TOO_FEW})
    add("one item of the first factor missing leaves the others", put(best, q2=NOT_RECORDED), {"general": TOO_FEW, "rejection": 0, "anxiety": 0, "abuse": 0})
    add("item 1 reversed: never feeling so counts five", put(best, q1=0), {"general": 5, "total": 5})
    add("item 22 reversed: sometimes counts three", put(best, q22=2), {"anxiety": 3})
    add("the form was not given", [NOT_ASKED] * 25, {"total": NOT_ASKED, "abuse": NOT_ASKED})
    add("an answer that is not on the form", put(best, q3=6), {"rejection": TOO_FEW, "general": 0})
    add("both items of the last factor refused keep the reason", put(best, q18=REFUSED, q24=REFUSED), {"abuse": REFUSED, "total": TOO_FEW})
    sheet.write()


# -- EPDS (Cox 1987; three anxiety items: Matthey 2008) -----------------------------------------


def epds_rule(answers):
    values = [answers[f"q{k}"] for k in range(1, 11)]
    total = whole(values, sum)
    anxiety = whole(values[2:5], sum)
    reached = [f"{cut} or more" for cut in (10, 13) if known(total) and total >= cut]
    harm = known(values[9]) and values[9] >= 1
    return {"scores": {"total": total, "anxiety": anxiety}, "reached": {"total": reached},
            "alerts": ["self-harm"] if harm else []}


def epds():
    sheet = Sheet("epds", epds_rule, numbered(10), lambda item, v: v in (0, 1, 2, 3))
    add = sheet.add
    add("all at the minimum", [0] * 10, {"total": 0, "anxiety": 0})
    add("all at the maximum", [3] * 10, {"total": 30, "anxiety": 9})
    for total, side in [(9, "below the first cut-off"), (10, "at the first cut-off"),
                        (11, "above it"), (12, "below the second cut-off"),
                        (13, "at the second cut-off"), (14, "above it"), (27, "all but item 10")]:
        add(f"a total of {total}: {side}", fill(total, 9, 3) + [0], {"total": total})
    add("item 10 hardly ever: alert, though the total is 1", [0] * 9 + [1], {"total": 1})
    add("item 10 at its highest", [0] * 9 + [3], {"total": 3})
    add("item 10 at its lowest: no alert, though the total is 18", [2] * 9 + [0], {"total": 18})
    add("item 10 refused: no total and nothing to judge the alert by", [1] * 9 + [REFUSED], {"total": TOO_FEW, "anxiety": 3})
    add("codes are scores, not places on the page: item 3", put([0] * 10, q3=3), {"total": 3, "anxiety": 3})
    add("codes are scores, not places on the page: item 1", put([0] * 10, q1=3), {"total": 3, "anxiety": 0})
    add("the anxiety items only", [0, 0, 2, 3, 1, 0, 0, 0, 0, 0], {"total": 6, "anxiety": 6})
    add("one missing answer makes no total but leaves the anxiety items", put([1] * 10, q7=NOT_RECORDED), {"total": TOO_FEW, "anxiety": 3})
    add("one anxiety item missing", put([1] * 10, q4=NOT_RECORDED), {"total": TOO_FEW, "anxiety": TOO_FEW})
    add("all three anxiety items refused", put([1] * 10, q3=REFUSED, q4=REFUSED, q5=REFUSED), {"anxiety": REFUSED, "total": TOO_FEW})
    add("the visit did not take place", [NOT_DONE] * 10, {"total": NOT_DONE, "anxiety": NOT_DONE})
    add("an answer that is not on the form", put([1] * 10, q8=4), {"total": TOO_FEW, "anxiety": 3})
    add("answers of every kind with an alert", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1], {"total": 13, "anxiety": 5})
    sheet.write()


# -- WEMWBS (Tennant 2007) and SWEMWBS (Stewart-Brown 2009) -------------------------------------


def wemwbs():
    def rule(answers):
        return {"scores": {"total": whole(list(answers.values()), sum)}}

    sheet = Sheet("wemwbs", rule, numbered(14), lambda item, v: v in (1, 2, 3, 4, 5))
    add = sheet.add
    add("all at the minimum: the sum begins at 14", [1] * 14, {"total": 14})
    add("all at the maximum", [5] * 14, {"total": 70})
    for total in (15, 28, 40, 41, 42, 44, 45, 51, 56, 69):
        add(f"a sum of {total}", fill(total, 14, 5, 1), {"total": total})
    add("answers of every kind", [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4], {"total": 40})
    add("the same answers turned round: no item is reversed", [4, 3, 2, 1, 5, 4, 3, 2, 1, 5, 4, 3, 2, 1], {"total": 40})
    add("one item missing", put([3] * 14, q14=NOT_RECORDED), {"total": TOO_FEW})
    add("three items missing", put([3] * 14, q1=REFUSED, q2=REFUSED, q3=NOT_RECORDED), {"total": TOO_FEW})
    add("zero is no answer of this form", put([3] * 14, q6=0), {"total": TOO_FEW})
    add("six is no answer of this form", put([3] * 14, q6=6), {"total": TOO_FEW})
    add("nothing answered, refused throughout", [REFUSED] * 14, {"total": REFUSED})
    add("nothing answered, two reasons", [REFUSED] * 7 + [NOT_RECORDED] * 7, {"total": TOO_FEW})
    add("hidden throughout", [HIDDEN] * 14, {"total": HIDDEN})
    add("the last item alone at its highest", [1] * 13 + [5], {"total": 18})
    sheet.write()


# Raw 7 to 35 in the paper's table.
SWEMWBS_METRIC = [
    7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36, 16.88, 17.43, 17.98, 18.59,
    19.25, 19.98, 20.73, 21.54, 22.35, 23.21, 24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70,
    32.55, 35.00,
]


def swemwbs():
    assert len(SWEMWBS_METRIC) == 29

    def rule(answers):
        raw = whole(list(answers.values()), sum)
        return {"scores": {"raw": raw, "metric": SWEMWBS_METRIC[raw - 7] if known(raw) else raw}}

    sheet = Sheet("swemwbs", rule, numbered(7), lambda item, v: v in (1, 2, 3, 4, 5))
    add = sheet.add
    add("the lower end of the table", [1] * 7, {"raw": 7, "metric": 7.00})
    add("the upper end of the table", [5] * 7, {"raw": 35, "metric": 35.00})
    for raw, metric in [(8, 9.51), (9, 11.25), (13, 14.75), (14, 15.32), (17, 16.88), (20, 18.59),
                        (21, 19.25), (22, 19.98), (24, 21.54), (26, 23.21), (27, 24.11),
                        (28, 25.03), (33, 30.70), (34, 32.55)]:
        add(f"raw {raw} is metric {metric}", fill(raw, 7, 5, 1), {"raw": raw, "metric": metric})
    add("answers of every kind", [5, 1, 4, 2, 3, 3, 2], {"raw": 20, "metric": 18.59})
    add("one item missing: neither score", put([3] * 7, q4=NOT_RECORDED), {"raw": TOO_FEW, "metric": TOO_FEW})
    add("nothing answered keeps its reason in both", [NOT_ASKED] * 7, {"raw": NOT_ASKED, "metric": NOT_ASKED})
    add("zero is no answer of this form", put([3] * 7, q1=0), {"raw": TOO_FEW, "metric": TOO_FEW})
    add("six is no answer of this form", put([3] * 7, q7=6), {"raw": TOO_FEW})
    sheet.write()


# -- WHO-5 (Topp 2015) and CORE-10 (Barkham 2013) -----------------------------------------------


def who5():
    def rule(answers):
        raw = whole(list(answers.values()), sum)
        index = raw * 4 if known(raw) else raw
        reached = [f"{cut} or less" for cut in (50, 28) if known(index) and index <= cut]
        return {"scores": {"raw": raw, "index": index}, "reached": {"index": reached}}

    sheet = Sheet("who-5", rule, numbered(5), lambda item, v: v in (0, 1, 2, 3, 4, 5))
    add = sheet.add
    add("all at the minimum", [0] * 5, {"raw": 0, "index": 0})
    add("all at the maximum", [5] * 5, {"raw": 25, "index": 100})
    for raw, index in [(1, 4), (6, 24), (7, 28), (8, 32), (12, 48), (13, 52), (15, 60), (18, 72), (24, 96)]:
        add(f"raw {raw} is index {index}", fill(raw, 5, 5), {"raw": raw, "index": index})
    add("answers of every kind", [5, 4, 3, 2, 1], {"raw": 15, "index": 60})
    add("the same answers turned round: no item is reversed", [1, 2, 3, 4, 5], {"raw": 15, "index": 60})
    add("one item missing", [3, 3, 3, 3, NOT_RECORDED], {"raw": TOO_FEW, "index": TOO_FEW})
    add("one item refused", [REFUSED, 3, 3, 3, 3], {"raw": TOO_FEW, "index": TOO_FEW})
    add("one item answered", [NOT_RECORDED, NOT_RECORDED, 2, NOT_RECORDED, NOT_RECORDED], {"raw": TOO_FEW})
    add("nothing answered, refused throughout", [REFUSED] * 5, {"raw": REFUSED, "index": REFUSED})
    add("the visit did not take place", [NOT_DONE] * 5, {"raw": NOT_DONE, "index": NOT_DONE})
    add("nothing answered, two reasons", [REFUSED, REFUSED, NOT_ASKED, NOT_ASKED, NOT_ASKED], {"raw": TOO_FEW})
    add("six is no answer of this form", [6, 3, 3, 3, 3], {"raw": TOO_FEW})
    add("a negative code is no answer of this form", [3, 3, 3, 3, -1], {"raw": TOO_FEW})
    sheet.write()


def core10():
    def rule(answers):
        said = [answers[f"q{k}"] for k in range(1, 11)]
        printed = turned(said, {2, 3}, 4)
        there = [v for v in printed if known(v)]
        total = sum(there) * 10 / len(there) if len(there) >= 9 else reason(printed)
        risk = known(said[5]) and said[5] >= 1
        return {"scores": {"total": total}, "alerts": ["risk"] if risk else [],
                "reached": {"total": ["11 or more"] if known(total) and total >= 11 else []}}

    sheet = Sheet("core-10", rule, numbered(10), lambda item, v: v in (0, 1, 2, 3, 4))
    add = sheet.add
    best = [0, 4, 4, 0, 0, 0, 0, 0, 0, 0]
    worst = [4 - v for v in best]

    def with_total(total):
        answers = list(best)
        for place, points in zip((0, 3, 4, 6, 7, 8, 9), fill(total, 7, 4)):
            answers[place] = points
        return answers

    add("no distress", best, {"total": 0})
    add("the greatest distress, with the risk item", worst, {"total": 40})
    add("not at all, whatever the item says", [0] * 10, {"total": 8})
    add("most of the time, whatever the item says", [4] * 10, {"total": 32})
    for total, side in [(1, "almost none"), (5, "low"), (10, "below the cut-off"), (11, "at the cut-off"),
                        (12, "above the cut-off"), (20, "well above"), (28, "all but the risk item")]:
        add(f"a total of {total}: {side}", with_total(total), {"total": total})
    add("item 2 reversed: not at all counts four", put(best, q2=0), {"total": 4})
    add("item 3 reversed: only occasionally counts three", put(best, q3=1), {"total": 3})
    add("the risk item alone raises the alert", put(best, q6=1), {"total": 1})
    add("the risk item not answered: a total, and no alert can be judged", put(with_total(9), q6=REFUSED), {"total": 10})
    add("one missing, prorated to a broken number", put(with_total(8), q6=NOT_RECORDED), {"total": 80 / 9})
    add("one missing, prorated beyond the cut-off", put(with_total(10), q6=NOT_RECORDED), {"total": 100 / 9})
    add("one reversed item missing", put(with_total(18), q3=NOT_RECORDED), {"total": 20})
    add("two missing make no total", put(with_total(12), q6=NOT_RECORDED, q2=REFUSED), {"total": TOO_FEW})
    add("nothing answered keeps its reason", [WITHDRAWN] * 10, {"total": WITHDRAWN})
    add("an answer that is not on the form counts as missing", put(with_total(9), q6=5), {"total": 10})
    sheet.write()


# -- typed-in scores ----------------------------------------------------------------------------

INDEX_STEPS = [(-1000, "more than two SD below the norm"), (70, "more than one SD below the norm"),
               (85, "within one SD of the norm"), (116, "more than one SD above the norm")]


def index_rule(names):
    def rule(answers):
        scores = {name: answers[name] for name in names}
        return {
            "scores": scores,
            "bands": {name: band(v, INDEX_STEPS) for name, v in scores.items()},
            "reached": {name: [f"{cut} or less" for cut in (84, 69) if known(v) and v <= cut]
                        for name, v in scores.items()},
        }

    return rule


def developmental_index():
    ids = ["mental", "motor", "edition", "norms", "age-used"]

    def possible(item, v):
        return {"edition": v in (1, 2, 3, 4, 9), "age-used": v in (1, 2),
                "norms": 1960 <= v <= 2100}.get(item, 40 <= v <= 160)

    sheet = Sheet("developmental-index", index_rule(["mental", "motor"]), ids, possible)

    def add(shows, mental, motor, hand=None, **more):
        answers = {"mental": mental, "motor": motor}
        answers.update({k.replace("_", "-"): v for k, v in more.items()})
        sheet.add(shows, answers, hand)

    add("both at the norm", 100, 100, {"mental": 100, "motor": 100})
    add("both at the lowest", 40, 40)
    add("both at the highest", 160, 160)
    add("below the lowest", 39, 100, {"mental": INVALID, "motor": 100})
    add("above the highest", 100, 161, {"mental": 100, "motor": INVALID})
    for value in (69, 70, 84, 85, 115, 116):
        add(f"mental {value}", value, 100, {"mental": value})
        add(f"motor {value}", 100, value, {"motor": value})
    add("no motor test", 93, NOT_DONE, {"mental": 93, "motor": NOT_DONE})
    add("no mental test", REFUSED, 88, {"mental": REFUSED, "motor": 88})
    add("neither test", NOT_DONE, NOT_DONE)
    add("with edition, norms and corrected age", 92, 97, {"mental": 92}, edition=2, norms=1993, age_used=2)
    add("with another edition and chronological age", 104, 101, {"mental": 104}, edition=3, norms=2006, age_used=1)
    add("an edition that nobody declared", 104, 101, {"mental": 104}, edition=5)
    add("a norm year that cannot be", 104, 101, {"mental": 104}, norms=193)
    add("a code for missing that nobody declared", 999, 101, {"mental": INVALID})
    sheet.write()


def cognitive_index():
    sheet = Sheet("cognitive-index", index_rule(["cognitive"]), ["cognitive"], lambda item, v: 25 <= v <= 175)
    for shows, value in [("at the norm", 100), ("the lowest", 25), ("the highest", 175),
                         ("below the lowest", 24), ("above the highest", 176),
                         ("69: more than two SD below", 69), ("70: no longer", 70),
                         ("84: more than one SD below", 84), ("85: no longer", 85),
                         ("115: within one SD", 115), ("116: more than one SD above", 116),
                         ("57, the lowest of a published study", 57), ("137, its highest", 137),
                         ("a broken number is kept", 99.5), ("a broken number between two bands", 84.5),
                         ("not done", NOT_DONE), ("refused", REFUSED), ("withdrawn", WITHDRAWN),
                         ("an empty cell", NOT_RECORDED), ("marked invalid by the assessor", INVALID),
                         ("a code for missing that nobody declared", -99), ("zero is no index", 0)]:
        sheet.add(shows, [value])
    sheet.write()


def interaction_ratings():
    ids = ["parental-sensitivity", "parental-intrusiveness", "infant-involvement",
           "infant-withdrawal", "dyadic-reciprocity", "dyadic-negative-states"]
    sheet = Sheet("interaction-ratings", lambda answers: {"scores": dict(answers)}, ids, lambda item, v: 1 <= v <= 5)
    add = sheet.add
    add("all at the minimum", [1] * 6)
    add("all at the maximum", [5] * 6)
    add("in the middle", [3] * 6)
    add("means of several scales", [3.25, 1.5, 2.75, 1.33, 3.5, 1.17], {"parental-sensitivity": 3.25, "dyadic-negative-states": 1.17})
    for place, item in enumerate(ids):
        values = [3] * 6
        values[place] = 5
        add(f"{item} alone at the top: no composite touches another", values, {item: 5})
        values = [3] * 6
        values[place] = REFUSED
        add(f"{item} alone missing", values, {item: REFUSED})
    add("below the scale", [0.99, 3, 3, 3, 3, 3], {"parental-sensitivity": INVALID})
    add("above the scale", [3, 3, 3, 3, 3, 5.01], {"dyadic-negative-states": INVALID})
    add("zero is no rating", [3, 0, 3, 3, 3, 3], {"parental-intrusiveness": INVALID})
    add("the recording cannot be coded", [INVALID] * 6, {"dyadic-reciprocity": INVALID})
    add("video consent was withdrawn", [WITHDRAWN] * 6, {"infant-involvement": WITHDRAWN})
    add("only the parent was coded", {"parental-sensitivity": 4.2, "parental-intrusiveness": 1.8}, {"infant-involvement": NOT_RECORDED})
    sheet.write()


if __name__ == "__main__":
    for make in (phq9, gad7, phq4, kpcs, pbq, epds, wemwbs, swemwbs, developmental_index,
                 cognitive_index, interaction_ratings, who5, core10):
        make()
    for lowest in (0, 1):
        rosenberg(lowest)
