// What script adds to a form: keys, questions that come and go, what is wrong at once, progress and scores.
// The page works without it; the server checks everything again.
import { runForm } from "./forms/page.js";

const definition = document.getElementById("form-definition");
const form = definition?.closest("form");
if (definition && form) runForm(form, definition.textContent ?? "");
