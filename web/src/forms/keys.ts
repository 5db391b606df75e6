// A form by keyboard alone. A digit chooses the option with that code (or at that place, where codes are not
// single digits) and goes on; Enter and arrow down go to the next question, arrow up to the one before.
// Left and right stay the browser's own way through the options.
import type { FormDefinition, Question } from "./definition.js";

export function listenToKeys(form: HTMLFormElement, definition: FormDefinition, update: () => void): void {
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    const field = target.closest<HTMLElement>("[data-item]");
    if (!field || target.closest("summary, select, textarea, button")) return;
    const question = definition.questions.find(({ id }) => id === field.dataset["item"]);
    const option = question && optionOfKey(question, event.key);
    if (option !== undefined && option !== null) {
      const radio = [...field.querySelectorAll<HTMLInputElement>("input[type=radio]")].find(({ value }) => value === String(option));
      if (!radio) return;
      event.preventDefault();
      radio.checked = true;
      update();
      go(form, field, 1);
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      go(form, field, 1);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      go(form, field, -1);
    }
  });
}

/** The code that a key chooses; none where it chooses nothing. */
export function optionOfKey(question: Question, key: string): number | null {
  if (question.answers.kind !== "options" || !/^\d$/.test(key)) return null;
  const codes = question.answers.options.map((option) => option.code);
  const digits = codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 9);
  if (digits) return codes.includes(Number(key)) ? Number(key) : null;
  return codes[Number(key) - 1] ?? null;
}

/** The next question that is asked; after the last one what follows: the day or the button. */
function go(form: HTMLFormElement, from: HTMLElement, step: 1 | -1): void {
  const asked = [...form.querySelectorAll<HTMLElement>("[data-item]")].filter((field) => !field.hidden);
  const next = asked[asked.indexOf(from) + step];
  if (next) focusOn(next);
  else if (step === 1) form.querySelector<HTMLElement>("[data-after-questions]")?.focus();
}

function focusOn(field: HTMLElement): void {
  const inputs = [...field.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")];
  const chosen = inputs.find((input) => input instanceof HTMLInputElement && input.type === "radio" && input.checked);
  (chosen ?? inputs[0])?.focus();
  field.scrollIntoView({ block: "center", behavior: "instant" });
}
