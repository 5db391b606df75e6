// What is wrong with an answer, by the same rules and in the same words as `forms/filled.rs`. The server
// checks again and decides; this only tells earlier.
import type { Answer, Question } from "./definition.js";

export type Checked = { answer: Answer | null; problem?: undefined } | { answer: null; problem: string; unusual: boolean };

export function check(question: Question, typed: string, reason: string, confirmed: boolean): Checked {
  const wrong = (problem: string, unusual = false): Checked => ({ answer: null, problem, unusual });
  const value = typed.trim();
  if (value === "") return { answer: reason === "" ? null : { missing: reason } };
  if (reason !== "") return wrong("There is an answer and a reason why there is none. Keep one of the two.");
  const answers = question.answers;
  if (answers.kind === "text") return { answer: { text: value } };
  const number = read(value);
  if (answers.kind === "options") {
    const known = number !== null && answers.options.some((option) => option.code === number);
    return known ? { answer: { number } } : wrong("Choose one of the answers.");
  }
  const { minimum, maximum, decimals } = answers;
  if (number === null) return wrong(`“${value}” is not a number. Write digits, such as ${minimum}.`);
  if (number < minimum || number > maximum)
    return wrong(`${value} is not possible here. Give a number from ${minimum} to ${maximum}.`);
  if (decimalsOf(value) > decimals) {
    if (decimals === 0) return wrong("Give a whole number.");
    return wrong(decimals === 1 ? "Give at most one decimal." : `Give at most ${decimals} decimals.`);
  }
  if (question.usual && !confirmed) {
    const [from, to] = question.usual;
    if (number < from || number > to)
      return wrong(`${value} is unusual: most lie between ${from} and ${to}. Correct it, or say that it is right.`, true);
  }
  return { answer: { number } };
}

/** A number written with a point or a comma; exponents and words are none. */
export function read(text: string): number | null {
  const plain = text.replaceAll(",", ".").replaceAll("\u2212", "-");
  return /^-?\d+(\.\d*)?$/.test(plain) ? Number(plain) : null;
}

function decimalsOf(text: string): number {
  const point = text.search(/[.,]/);
  return point < 0 ? 0 : text.slice(point + 1).replace(/0+$/, "").length;
}
