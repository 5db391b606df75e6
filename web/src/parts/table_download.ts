// What a table shows, as a CSV file: the rows as they are sorted, numbers without thin spaces, columns of
// links to act left out. It holds what the page shows and nothing more; simulated data say so in the
// file's name and in a column of their own.
import { sortKey } from "./sortable.js";

/** Rows of cells as CSV (RFC 4180). Words that a spreadsheet would take for a formula get an apostrophe. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const quoted = (cell: string) => {
    const isFormula = /^[=+\-@\t]/.test(cell) && typeof sortKey(cell) !== "number";
    const safe = isFormula ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** A cell's words without what only screen readers are told. */
function wordsOf(cell: HTMLTableCellElement): string {
  const copy = cell.cloneNode(true) as HTMLElement;
  copy.querySelectorAll(".hidden-words").forEach((words) => words.remove());
  copy.querySelectorAll("br").forEach((line) => line.replaceWith("; "));
  const words = (copy.textContent ?? "").replace(/\s+/g, " ").trim();
  const key = sortKey(words);
  return typeof key === "number" && !words.includes("%") ? String(key) : words;
}

function rowsOf(table: HTMLTableElement, simulated: boolean): string[][] {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])].map(wordsOf);
  const wanted = headings.flatMap((heading, column) => (heading === "" ? [] : [column]));
  const line = (cells: string[], last: string) => [...wanted.map((column) => cells[column] ?? ""), ...(simulated ? [last] : [])];
  const body = [...table.tBodies].flatMap((part) => [...part.rows]);
  return [line(headings, "data"), ...body.map((row) => line([...row.cells].map(wordsOf), "simulated"))];
}

/** "Families by site" becomes `families-by-site`. */
export function fileNameOf(title: string): string {
  const plain = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-+|-+$/g, "").slice(0, 60) || "table";
}

function titleOf(table: HTMLTableElement): string {
  const frame = table.closest(".scroll");
  const by = frame?.getAttribute("aria-labelledby");
  const labelled = by ? document.getElementById(by)?.textContent : frame?.getAttribute("aria-label");
  return (table.caption?.textContent ?? labelled ?? document.title).trim();
}

export function offerDownload(table: HTMLTableElement): void {
  if (table.tBodies[0]?.rows.length === 0) return;
  const simulated = "simulated" in document.body.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "as-link";
  button.textContent = "Download this table";
  button.append(Object.assign(document.createElement("span"), { className: "hidden-words", textContent: `: ${titleOf(table)}, as CSV` }));
  button.addEventListener("click", () => {
    const csv = new Blob(["\ufeff", csvOf(rowsOf(table, simulated))], { type: "text/csv;charset=utf-8" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(csv);
    link.download = `${simulated ? "simulated-" : ""}${fileNameOf(titleOf(table))}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  const tools = document.createElement("p");
  tools.className = "table-tools";
  tools.append(button);
  (table.closest(".scroll") ?? table).after(tools);
}
