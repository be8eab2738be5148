// What a start says, worked out from what was chosen: no network.
import type { Schemas } from '@/api/client';
import { Problem } from '@/api/client';
import type { Assignees } from '@/ui/assignees';

export type Definition = Schemas['DefinitionSummary'];
export type Form = Schemas['StartForm'];
export type Chosen = {
  record: string | undefined;
  inputs: Record<string, unknown>;
  purposes: string[];
  run: Assignees;
  steps: Record<string, Assignees>;
};

const SOURCES = ['list', 'record', 'summary', 'workspace'] as const;
export type Source = (typeof SOURCES)[number];

/** Where the start is made from, as the address says; by itself it is a list. */
export function sourceOf(text: string | undefined): Source {
  return SOURCES.find((each) => each === text) ?? 'list';
}

/** What can be started at all, grouped by the collection it works on; what needs no record comes first. */
export function grouped(definitions: Definition[]): { collection: string | null; items: Definition[] }[] {
  const known = definitions.filter((each) => each.version > 0 && !each.archived);
  const names = [...new Set(known.map((each) => each.record))].toSorted((a, b) =>
    (a ?? '').localeCompare(b ?? ''),
  );
  return names.map((collection) => ({
    collection,
    items: known.filter((each) => each.record === collection),
  }));
}

function somebody(value: Assignees): boolean {
  return value.users.length + value.teams.length + value.partners.length > 0;
}

/** The body of `POST /v1/runs`: of assignments only those that name somebody. */
export function body(form: Form, chosen: Chosen, source: Source) {
  const given = Object.entries({ ...chosen.steps, run: chosen.run }).filter(([, value]) => somebody(value));
  return {
    definition: form.definition,
    version: form.version,
    inputs: chosen.inputs,
    purposes: chosen.purposes,
    assign: Object.fromEntries(given),
    labels: [],
    source,
    ...(chosen.record ? { record: chosen.record } : {}),
  };
}

/** A refusal of the start as one of a step: what is wrong with the inputs stands at their fields. */
export function asOutput(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const errors = error.errors.map((each) => ({
    ...each,
    path: each.path.replace(/^\/inputs(?=\/|$)/, '/output'),
  }));
  return new Problem(error.status, error.code, error.title, error.message, errors, error.traceId, error.more);
}
