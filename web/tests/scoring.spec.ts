// The browser's scorer and the scorer of the analyses make the same of every shared case: the worked
// examples of all instruments and thousands of drawn answer sets. ATTUNE_FORM_CASES is the file that
// `cargo run -p attune-web --example form_cases` writes.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { check, read as readNumber } from "../src/forms/check.js";
import { read, type FormDefinition } from "../src/forms/definition.js";
import { optionOfKey } from "../src/forms/keys.js";
import { score, type Score, type Value } from "../src/forms/score.js";

interface Form {
  definition: FormDefinition;
  cases: { answers: Record<string, Value>; scores: Score[]; alerts: string[] }[];
}

const file = resolve(process.env.ATTUNE_FORM_CASES ?? "../target/web/form-cases.json");
const forms = JSON.parse(readFileSync(file, "utf8")) as Form[];

for (const form of forms) {
  test(`scores of ${form.definition.instrument} are those of the analyses`, () => {
    const definition = read(JSON.stringify(form.definition));
    expect(form.cases.length).toBeGreaterThanOrEqual(form.definition.instrument === "all-rules" ? 400 : 420);
    for (const { answers, scores, alerts } of form.cases) {
      const made = score(definition, new Map(Object.entries(answers)));
      // −0 and 0 are one number.
      expect(made.scores.map((one) => ({ ...one, value: one.value === 0 ? 0 : one.value })), JSON.stringify(answers)).toEqual(
        scores.map((one) => ({ ...one, value: one.value === 0 ? 0 : one.value })),
      );
      expect(made.alerts).toEqual(alerts);
    }
  });
}

test("every rule is among the shared cases", () => {
  const rules = new Set(forms.flatMap(({ definition }) => definition.scores.map(({ rule }) => rule.rule)));
  expect([...rules].sort()).toEqual([
    "all-at-least", "count-at-least", "entered", "lookup", "mean", "mean-of-scores", "sum", "sum-of-scores", "weighted",
  ]);
});

test("a digit chooses the option with that code", () => {
  const epds = forms.find(({ definition }) => definition.instrument === "epds")!.definition;
  const third = epds.questions[2]!;
  expect(optionOfKey(third, "3")).toBe(3);
  expect(optionOfKey(third, "4")).toBeNull();
  expect(optionOfKey(third, "x")).toBeNull();
});

test("numbers are read as the server reads them", () => {
  for (const [text, number] of [["6,4", 6.4], ["6.40", 6.4], ["-3", -3], ["1e3", null], ["inf", null], [".5", null]] as const) {
    expect(readNumber(text)).toBe(number);
  }
  const index = forms.find(({ definition }) => definition.instrument === "cognitive-index")!.definition.questions[0]!;
  expect(check(index, "240", "", false).problem).toBe("240 is not possible here. Give a number from 25 to 175.");
  expect(check(index, "98.5", "", false).problem).toBe("Give a whole number.");
  expect(check(index, "98", "refused", false).problem).toContain("Keep one of the two");
  expect(check(index, "98", "", false).answer).toEqual({ number: 98 });
});
