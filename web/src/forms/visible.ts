// Which questions are asked, given the answers so far, by the same rule as `forms/visible.rs`. A question
// that falls away keeps its answer: hidden, not erased.
import type { Answer, FormDefinition } from "./definition.js";

export function visible(definition: FormDefinition, answers: Map<string, Answer>): Set<string> {
  const asked = new Set<string>();
  for (;;) {
    const before = asked.size;
    for (const { id, only_if } of definition.questions) {
      if (!only_if || (asked.has(only_if.item) && fits(only_if, answers.get(only_if.item)))) asked.add(id);
    }
    if (asked.size === before) return asked;
  }
}

function fits(condition: { one_of: number[] | null; at_least: number | null }, answer: Answer | undefined): boolean {
  if (!answer || !("number" in answer)) return false;
  if (condition.one_of) return condition.one_of.includes(answer.number);
  return condition.at_least !== null && answer.number >= condition.at_least;
}
