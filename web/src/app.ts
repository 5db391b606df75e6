// What script adds to every page. Pages work without it; nothing here is the only way to do a thing.
import { makeSortable } from "./parts/sortable.js";
import { offerDownload } from "./parts/table_download.js";
import { offerToShowPasswords } from "./parts/show_password.js";
import { warnBeforeSignOut } from "./parts/idle_warning.js";
import { sendOnce } from "./parts/send_once.js";

document.querySelectorAll<HTMLTableElement>("table[data-sortable]").forEach(makeSortable);
// Tables with a row per family are offered as files to those who may take data out; the long table has a
// download of its own, for which the server asks.
const mayExport = "mayExport" in document.body.dataset;
const downloadable = `table[data-sortable]:not([data-download="no"])${mayExport ? "" : ':not([data-download="with-right"])'}`;
document.querySelectorAll<HTMLTableElement>(downloadable).forEach(offerDownload);
document.querySelectorAll<HTMLInputElement>("input[type=password]").forEach(offerToShowPasswords);
document.querySelectorAll<HTMLFormElement>("form[method=post]").forEach(sendOnce);
warnBeforeSignOut(document.body);

// The error summary is read out and reached first.
document.querySelector<HTMLElement>(".problems[tabindex]")?.focus();
