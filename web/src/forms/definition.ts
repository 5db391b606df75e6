// A form as the server describes it: the same JSON that `crates/attune-web/src/forms/definition.rs` writes.
export type Reason = string;
/** A code or number, words, or why there is none. */
export type Answer = { number: number } | { text: string } | { missing: Reason };

export interface FormDefinition {
  format: 1;
  instrument: string;
  title: string;
  questions: Question[];
  scores: ScoreDefinition[];
  alerts: { id: string; message: string; item: string; at_least: number }[];
  reasons: Reason[];
}

export interface Question {
  id: string;
  number: number;
  text: string;
  answers:
    | { kind: "options"; options: { code: number; label: string; is_code: boolean; score: number }[] }
    | { kind: "number"; minimum: number; maximum: number; decimals: number }
    | { kind: "text" };
  optional: boolean;
  not_applicable: number | null;
  usual: [number, number] | null;
  only_if: { item: string; one_of: number[] | null; at_least: number | null } | null;
}

export type Rule =
  | { rule: "sum" | "mean"; items: string[]; factor: number }
  | { rule: "weighted" | "count-at-least"; items: [string, number][] }
  | { rule: "all-at-least"; scores: [string, number][] }
  | { rule: "sum-of-scores" | "mean-of-scores"; scores: string[] }
  | { rule: "lookup"; of: string; table: [number, number][] }
  | { rule: "entered"; item: string };

export interface ScoreDefinition {
  id: string;
  label: string;
  rule: Rule;
  reversed: string[];
  minimum_answered: number;
  prorate: boolean;
  minimum: number;
  maximum: number;
  unit: string | null;
  bands: [number, string][];
  cut_offs: { label: string; value: number; at_or_above: boolean }[];
}

/** The definition that a page carries; a runtime refuses a format that it does not know. */
export function read(json: string): FormDefinition {
  const definition = JSON.parse(json) as { format: number };
  if (definition.format !== 1) throw new Error(`a form of format ${definition.format}, which this script does not know`);
  return definition as FormDefinition;
}
