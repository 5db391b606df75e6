// A form on a page: the questions as the server wrote them, kept up to date as somebody answers.
import { check, type Checked } from "./check.js";
import { read, type Answer, type FormDefinition, type Question } from "./definition.js";
import { listenToKeys } from "./keys.js";
import { score, type Score, type Value } from "./score.js";
import { visible } from "./visible.js";

export function runForm(form: HTMLFormElement, json: string): void {
  const definition = read(json);
  const fields = new Map([...form.querySelectorAll<HTMLElement>("[data-item]")].map((field) => [field.dataset["item"]!, field]));
  const left = new Set<string>();
  form.querySelectorAll<HTMLElement>(".keys").forEach((keys) => (keys.hidden = false));

  const update = () => {
    const checked = new Map(definition.questions.map((question) => [question.id, checkField(form, question)]));
    const answers = new Map([...checked].flatMap(([id, { answer }]) => (answer ? [[id, answer] as const] : [])));
    const asked = visible(definition, answers);
    for (const [id, field] of fields) {
      field.hidden = !asked.has(id);
      // What is wrong is told when somebody has left the question, not while they type.
      if (left.has(id)) tell(field, checked.get(id)!);
    }
    showProgress(form, [...asked].filter((id) => answers.has(id)).length, asked.size);
    showScores(form, definition, answers, asked);
  };
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  form.addEventListener("focusout", ({ target, relatedTarget }) => {
    const field = (target as HTMLElement).closest<HTMLElement>("[data-item]");
    if (!field || field.contains(relatedTarget as Node | null)) return;
    left.add(field.dataset["item"]!);
    update();
  });
  listenToKeys(form, definition, update);
  update();
}

/** What a question holds now. */
function checkField(form: HTMLFormElement, question: Question): Checked {
  const data = new FormData(form);
  const value = String(data.get(`a.${question.id}`) ?? "");
  if (value.startsWith("missing:")) return { answer: { missing: value.slice("missing:".length) } };
  return check(question, value, String(data.get(`m.${question.id}`) ?? ""), data.has(`ok.${question.id}`));
}

/** Shows or takes away what is wrong, beneath the answer. */
function tell(field: HTMLElement, checked: Checked): void {
  const id = `${field.id}-error`;
  const input = field.querySelector<HTMLElement>("input:not([type]), input[inputmode], textarea");
  let line = field.querySelector<HTMLElement>(".error");
  field.classList.toggle("wrong", checked.problem !== undefined);
  if (checked.problem === undefined) {
    line?.remove();
    input?.removeAttribute("aria-invalid");
    return;
  }
  if (checked.unusual) field.querySelector<HTMLElement>(".unusual")?.removeAttribute("hidden");
  if (!line) {
    line = document.createElement("p");
    line.className = "error";
    line.id = id;
    line.setAttribute("role", "alert");
    field.append(line);
  }
  if (line.textContent !== checked.problem) line.textContent = checked.problem;
  input?.setAttribute("aria-invalid", "true");
  const others = (input?.getAttribute("aria-describedby") ?? "").split(" ").filter((name) => name !== "" && name !== id);
  input?.setAttribute("aria-describedby", [...others, id].join(" "));
}

function showProgress(form: HTMLFormElement, answered: number, asked: number): void {
  const line = form.querySelector("#form-progress");
  const words = `${answered} of ${asked} answered`;
  if (line && line.textContent !== words) line.textContent = words;
}

/** Reasons are stored with blanks in forms and with hyphens in definitions. */
const asReason = (words: string) => words.replaceAll(" ", "-");

export function values(definition: FormDefinition, answers: Map<string, Answer>, asked: Set<string>): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const { id } of definition.questions) {
    const answer = answers.get(id);
    if (!asked.has(id)) found.set(id, "hidden-by-branching");
    else if (answer && "number" in answer) found.set(id, answer.number);
    else if (answer && "missing" in answer) found.set(id, asReason(answer.missing));
  }
  return found;
}

function showScores(form: HTMLFormElement, definition: FormDefinition, answers: Map<string, Answer>, asked: Set<string>): void {
  const list = form.querySelector("#form-scores");
  if (!list) return;
  const { scores, alerts } = score(definition, values(definition, answers, asked));
  const lines = scores.map((made, place) => {
    const { label, minimum, maximum } = definition.scores[place]!;
    const row = document.createElement("div");
    row.dataset["score"] = made.id;
    const name = document.createElement("dt");
    name.textContent = label;
    const value = document.createElement("dd");
    value.textContent =
      typeof made.value === "number" ? `${figure(made.value)} (from ${minimum} to ${maximum})` : `none yet: ${words(made.value)}`;
    const meaning = document.createElement("span");
    meaning.className = "soft";
    meaning.textContent = ` ${meaningOf(made)}`;
    value.append(meaning);
    row.append(name, value);
    return row;
  });
  const told = definition.alerts.filter(({ id }) => alerts.includes(id)).map(({ message }) => {
    const notice = document.createElement("div");
    notice.className = "form-alert";
    const name = document.createElement("dt");
    name.textContent = "Today";
    const what = document.createElement("dd");
    what.textContent = message;
    notice.append(name, what);
    return notice;
  });
  const next = [...lines, ...told];
  const same = next.map((row) => row.textContent).join() === [...list.children].map((row) => row.textContent).join();
  if (!same) list.replaceChildren(...next);
}

function meaningOf(made: Score): string {
  const parts = made.band === null ? [] : [made.band];
  parts.push(...made.reached.map((label) => `reaches “${label}”`));
  if (made.prorated) parts.push(`made from ${made.n_answered} of ${made.n_items} answers`);
  return parts.join("; ");
}

const words = (reason: string) => (reason === "too-few-answered" ? "too few items answered" : reason.replaceAll("-", " "));
const figure = (value: number) => String(Math.round(value * 100) / 100).replace("-", "\u2212");
