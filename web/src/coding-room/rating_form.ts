// Ratings of the whole clip: every scale with its anchors, answered by digits or arrows, saved at once.
import type { Coding } from "./coding.js";
import type { Edit, RatingAnswer, RatingScale } from "./model.js";
import { make } from "./parts.js";

const CANNOT = "cannot be judged";

export function stepsOf(scale: RatingScale): number[] {
  const n = Math.round((scale.maximum - scale.minimum) / scale.step);
  return Array.from({ length: n + 1 }, (_, at) => Number((scale.minimum + at * scale.step).toFixed(6)));
}

export function fillRatings(
  form: HTMLElement,
  scales: readonly RatingScale[],
  coding: Coding,
  change: (edits: Edit[]) => void,
): void {
  form.replaceChildren(...scales.map((scale) => field(scale, coding, change)));
  showAnswers(form, scales, coding);
}

/** The answers that there are, also after others were loaded. */
export function showAnswers(form: HTMLElement, scales: readonly RatingScale[], coding: Coding): void {
  for (const scale of scales) {
    const answer = coding.ratings.get(scale.id);
    const wanted = answer === undefined ? null : answer === "not-codable" ? CANNOT : String(answer.rated);
    for (const input of form.querySelectorAll<HTMLInputElement>(`input[name="${nameOf(scale)}"]`)) input.checked = input.value === wanted;
  }
}

function nameOf(scale: RatingScale): string {
  return `rating-${scale.id}`;
}

function field(scale: RatingScale, coding: Coding, change: (edits: Edit[]) => void): HTMLElement {
  const name = nameOf(scale);
  const fieldset = make("fieldset", { class: "rating" }, make("legend", {}, scale.label),
    make("p", { class: "definition" }, scale.definition));
  const choices = make("div", { class: "points" });
  const choice = (answer: RatingAnswer, label: string, words: string | undefined) => {
    const input = make("input", { type: "radio", name, value: label });
    input.addEventListener("change", () => {
      const before = coding.ratings.get(scale.id) ?? null;
      change([{ of: "rating", id: scale.id, before, after: answer }]);
    });
    return make("label", {}, input, make("span", { class: "number" }, label), words === undefined ? null : make("span", {}, words));
  };
  for (const step of stepsOf(scale)) {
    choices.append(choice({ rated: step }, String(step), scale.anchors.find(([at]) => at === step)?.[1]));
  }
  if (scale.may_be_not_codable) choices.append(choice("not-codable", CANNOT, undefined));
  fieldset.append(choices);
  fieldset.addEventListener("keydown", (event) => {
    const radios = [...choices.querySelectorAll("input")];
    const wanted = radios.find((radio) => radio.value === event.key) ?? null;
    if (wanted === null || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    wanted.checked = true;
    wanted.focus();
    wanted.dispatchEvent(new Event("change"));
  });
  return fieldset;
}
