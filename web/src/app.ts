// What script adds to every page. Pages work without it; nothing here is the only way to do a thing.
import { makeSortable } from "./parts/sortable.js";
import { offerToShowPasswords } from "./parts/show_password.js";
import { warnBeforeSignOut } from "./parts/idle_warning.js";
import { sendOnce } from "./parts/send_once.js";

document.querySelectorAll<HTMLTableElement>("table[data-sortable]").forEach(makeSortable);
document.querySelectorAll<HTMLInputElement>("input[type=password]").forEach(offerToShowPasswords);
document.querySelectorAll<HTMLFormElement>("form[method=post]").forEach(sendOnce);
warnBeforeSignOut(document.body);

// The error summary is read out and reached first.
document.querySelector<HTMLElement>(".problems[tabindex]")?.focus();
