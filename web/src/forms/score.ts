// Answers to scores, as `attune-measures` makes them, step for step in the same order, so that both come to
// the same number to the last digit. `web/tests/scoring.spec.ts` holds the two together on shared cases.
import type { FormDefinition, Question, Reason, ScoreDefinition } from "./definition.js";

/** A number, or why there is none. */
export type Value = number | Reason;

export interface Score {
  id: string;
  value: Value;
  n_answered: number;
  n_items: number;
  prorated: boolean;
  band: string | null;
  reached: string[];
}

interface Part {
  value: Value;
  n_answered: number;
  n_items: number;
  prorated: boolean;
}

const isKnown = (value: Value): value is number => typeof value === "number";
const NOT_RECORDED = "not-recorded";
const TOO_FEW = "too-few-answered";

/** Scores and the ids of alerts that are raised. `answers` holds codes, numbers and reasons by item. */
export function score(definition: FormDefinition, answers: Map<string, Value>): { scores: Score[]; alerts: string[] } {
  const counted = new Map<string, { value: Value; question: Question }>();
  for (const question of definition.questions) {
    const answer = answers.get(question.id);
    if (answer === undefined || question.answers.kind === "text") continue;
    counted.set(question.id, { value: counts(question, answer), question });
  }
  const value = (item: string): Value => counted.get(item)?.value ?? NOT_RECORDED;
  const reversed = (item: string): Value => {
    const found = counted.get(item);
    if (!found) return NOT_RECORDED;
    if (!isKnown(found.value)) return found.value;
    const [lowest, highest] = range(found.question);
    return lowest + highest - found.value;
  };
  const scores: Score[] = [];
  for (const one of definition.scores) {
    const made = apply(one, (item) => (one.reversed.includes(item) ? reversed(item) : value(item)), scores);
    scores.push({ id: one.id, ...made, ...meaning(one, made.value) });
  }
  const alerts = definition.alerts.filter((alert) => {
    const found = value(alert.item);
    return isKnown(found) && found >= alert.at_least;
  });
  return { scores, alerts: alerts.map((alert) => alert.id) };
}

/** What an answer counts before reversal. */
function counts(question: Question, answer: Value): Value {
  if (answer === "not-applicable") return question.not_applicable ?? answer;
  if (!isKnown(answer)) return answer;
  const answers = question.answers;
  if (answers.kind === "options") return answers.options.find((option) => option.code === answer)?.score ?? "invalid";
  if (answers.kind === "number") return answer >= answers.minimum && answer <= answers.maximum ? answer : "invalid";
  return "invalid";
}

function range(question: Question): [number, number] {
  const answers = question.answers;
  if (answers.kind === "number") return [answers.minimum, answers.maximum];
  const scores = answers.kind === "options" ? answers.options.map((option) => option.score) : [0];
  return [Math.min(...scores), Math.max(...scores)];
}

function apply(score: ScoreDefinition, value: (item: string) => Value, before: Score[]): Part {
  const ofItem = (item: string): Part => {
    const found = value(item);
    return { value: found, n_answered: isKnown(found) ? 1 : 0, n_items: 1, prorated: false };
  };
  const ofScore = (id: string): Part => {
    const found = before.find((other) => other.id === id);
    if (!found) throw new Error(`the score ${id} is not made before ${score.id}`);
    return found;
  };
  const parts = partsOf(score, ofItem, ofScore);
  const values = parts.map((part) => part.value);
  const known = values.filter(isKnown);
  const enough = known.length >= score.minimum_answered && known.length > 0;
  const proratedHere = score.prorate && known.length < values.length;
  return {
    value: enough ? combine(score, known, values.length) : commonReason(values),
    n_answered: parts.reduce((sum, part) => sum + part.n_answered, 0),
    n_items: parts.reduce((sum, part) => sum + part.n_items, 0),
    prorated: enough && (proratedHere || parts.some((part) => part.prorated)),
  };
}

function partsOf(score: ScoreDefinition, ofItem: (id: string) => Part, ofScore: (id: string) => Part): Part[] {
  const rule = score.rule;
  switch (rule.rule) {
    case "sum":
    case "mean":
      return rule.items.map(ofItem);
    case "weighted":
    case "count-at-least":
      return rule.items.map(([item]) => ofItem(item));
    case "all-at-least":
      return rule.scores.map(([id]) => ofScore(id));
    case "sum-of-scores":
    case "mean-of-scores":
      return rule.scores.map(ofScore);
    case "lookup":
      return [ofScore(rule.of)];
    case "entered":
      return [ofItem(rule.item)];
  }
}

function combine(score: ScoreDefinition, known: number[], n: number): Value {
  const rule = score.rule;
  const atLeast = (thresholds: [string, number][]) =>
    thresholds.filter(([, least], place) => (known[place] ?? NaN) >= least).length;
  switch (rule.rule) {
    case "sum":
      return times(rule.factor, sum(known, n));
    case "mean":
      return times(rule.factor, mean(known));
    case "sum-of-scores":
      return sum(known, n);
    case "mean-of-scores":
      return mean(known);
    case "weighted":
      return rule.items.slice(0, known.length).reduce((total, [, weight], place) => total + weight * known[place]!, 0);
    case "count-at-least":
      return atLeast(rule.items);
    case "all-at-least":
      return atLeast(rule.scores) === rule.scores.length ? 1 : 0;
    case "lookup":
      return rule.table.find(([raw]) => raw === known[0])?.[1] ?? TOO_FEW;
    case "entered":
      return known[0]!;
  }
}

const times = (factor: number, value: number) => (factor === 1 ? value : factor * value);
const plainSum = (known: number[]) => known.reduce((total, value) => total + value, 0);
const sum = (known: number[], n: number) => (known.length === n ? plainSum(known) : (plainSum(known) * n) / known.length);
const mean = (known: number[]) => plainSum(known) / known.length;

/** The reason that all share; otherwise that too few are known. */
function commonReason(values: Value[]): Reason {
  const [first, ...others] = values;
  if (first === undefined || isKnown(first)) return TOO_FEW;
  return others.every((other) => other === first) ? first : TOO_FEW;
}

function meaning(score: ScoreDefinition, value: Value): { band: string | null; reached: string[] } {
  if (!isKnown(value)) return { band: null, reached: [] };
  const band = score.bands.findLast(([from]) => value >= from);
  const reached = score.cut_offs.filter((one) => (one.at_or_above ? value >= one.value : value <= one.value));
  return { band: band?.[1] ?? null, reached: reached.map((one) => one.label) };
}
