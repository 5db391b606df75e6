// Tables sort by a click on a heading. Rows that say `data-keep` (totals) stay where they are. Cells may
// give a value to sort by in `data-sort`; otherwise their words or numbers count.
const words = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

/** What a cell is sorted by: a number where every sign of it is one, otherwise its words. */
export function sortKey(text: string): number | string {
  const plain = text.trim().replace(/[\s\u2009\u202f]/g, "").replace("\u2212", "-").replace("%", "");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text.trim();
}

/** Numbers before words, empty cells last whatever the direction. */
export function compareKeys(a: number | string, b: number | string, direction: 1 | -1): number {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return direction * (a - b);
  if (typeof a !== typeof b) return direction * (typeof a === "number" ? -1 : 1);
  return direction * words.compare(String(a), String(b));
}

export function makeSortable(table: HTMLTableElement): void {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  headings.forEach((heading, column) => {
    const isShown = [...heading.childNodes].some(
      (part) => part.textContent?.trim() !== "" && !(part instanceof Element && part.classList.contains("hidden-words")),
    );
    if (!isShown || heading.colSpan > 1) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      for (const body of table.tBodies) sortRows(body, column, direction);
    });
  });
}

function sortRows(body: HTMLTableSectionElement, column: number, direction: 1 | -1): void {
  const key = (row: HTMLTableRowElement) => {
    const cell = row.cells[column];
    return sortKey(cell?.dataset["sort"] ?? cell?.textContent ?? "");
  };
  const rows = [...body.rows].filter((row) => !("keep" in row.dataset));
  const keyed = rows.map((row) => [key(row), row] as const);
  keyed.sort(([a], [b]) => compareKeys(a, b, direction));
  const kept = [...body.rows].filter((row) => "keep" in row.dataset);
  body.append(...keyed.map(([, row]) => row), ...kept);
}
