// A proposal beside what a person made of it: what differs, what is sent, how sure it is, and what it was made of.
// Pure. A confirmation names only what it changes: what it leaves out stays as proposed, and null empties.
import { deepEquals } from '@rjsf/utils';
import type { Run, Step } from '../model';

export type Values = Record<string, unknown>;
export type Proposal = NonNullable<Step['proposal']>;
export type Approval = NonNullable<Step['approval']>;

/** Kinds that only a machine or nobody ends; a task is a person's, whatever was drafted for it. */
export function isMachines(step: Step): boolean {
  if (step.kind === 'task') return false;
  if (step.proposal || step.approval || step.waits || step.doing) return true;
  return step.status === 'scheduled' || (step.status === 'attention' && canDo(step, 'handle_manually'));
}

export function canDo(step: Step, command: string): boolean {
  return (step.can as string[]).includes(command);
}

export function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** `stays`: nobody says anything about it, so it is left as it is. */
export type Mark = 'stays' | 'proposed' | 'changed' | 'added' | 'emptied';

/** How a field stands to what was proposed. */
export function markOf(proposed: unknown, value: unknown): Mark {
  if (isEmpty(proposed) && isEmpty(value)) return value === null ? 'emptied' : 'stays';
  if (isEmpty(proposed)) return 'added';
  if (isEmpty(value)) return 'emptied';
  return deepEquals(proposed, value) ? 'proposed' : 'changed';
}

/** What a confirmation says: the fields that are others than proposed, null where one is emptied. */
export function changes(names: string[], proposed: Values, values: Values): Values {
  const said = names
    .filter((name) => !['stays', 'proposed'].includes(markOf(proposed[name], values[name])))
    .map((name) => [name, isEmpty(values[name]) ? null : values[name]]);
  return Object.fromEntries(said) as Values;
}

/** What a form shows: no field knows null. */
export function entered(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** What stands after somebody typed: a field that lost its value is emptied, which is kept as null. */
export function typed(names: string[], proposed: Values, before: Values, next: Values): Values {
  const found: Values = {};
  for (const name of names) {
    if (!isEmpty(next[name])) found[name] = next[name];
    else if (!isEmpty(proposed[name]) || before[name] === null) found[name] = null;
  }
  return found;
}

/** How sure it is, in a word; what is pinned was not guessed. */
export function sureness({ by, confidence }: Proposal): 'pinned' | 'sure' | 'fairly' | 'unsure' {
  if (by === 'pinned') return 'pinned';
  if (confidence >= 0.8) return 'sure';
  return confidence >= 0.5 ? 'fairly' : 'unsure';
}

/** One place a proposal was made of: where it stands beside the step, the step's title, and what was read there. */
export type Source = { name: string; shows: string | undefined; title: string | undefined; field: string };

/** A name as expressions read it (`steps.order.output.email`, `record.email`) as a place a person can look at. */
export function sourceOf(name: string, run: Run): Source {
  const parts = name.split('.');
  const [first = '', second = ''] = parts;
  if (first === 'record' || first === 'inputs')
    return { name, shows: first, title: undefined, field: parts.slice(1).join('.') };
  const id = first === 'steps' ? second : first;
  const step = run.steps.find((each) => each.id === id);
  const rest = parts.slice(first === 'steps' ? 2 : 1).filter((part, place) => place > 0 || part !== 'output');
  return { name, shows: step?.id, title: step?.title, field: rest.join('.') };
}

/** What will be done, as rows a person reads: what is nested stands under its names. */
export function rowsOf(values: Values, before = ''): { name: string; value: unknown }[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const name = before ? `${before} · ${readable(key)}` : readable(key);
    const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
    return nested && Object.keys(value).length > 0 ? rowsOf(value as Values, name) : [{ name, value }];
  });
}

export function readable(name: string): string {
  return name.replaceAll('_', ' ');
}

/** What an approval asks for now beside what was looked at: only rows that differ. */
export function differing(looked: Values, now: Values): { name: string; was: unknown; is: unknown }[] {
  const was = new Map(rowsOf(looked).map((row) => [row.name, row.value]));
  const is = new Map(rowsOf(now).map((row) => [row.name, row.value]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => !deepEquals(was.get(name), is.get(name)))
    .map((name) => ({ name, was: was.get(name), is: is.get(name) }));
}

/** Fields of a person's form that still hold what a machine drafted. */
export function drafted(step: Step, values: Values): string[] {
  if (step.kind !== 'task' || !canDo(step, 'complete')) return [];
  const given = (step.proposal?.values ?? {}) as Values;
  return Object.keys(given).filter(
    (name) => !isEmpty(given[name]) && markOf(given[name], values[name]) === 'proposed',
  );
}

/** The author's colours that have a light tint, on which black can be read in light and dark. */
const TINTS = [
  'red',
  'pink',
  'grape',
  'violet',
  'indigo',
  'blue',
  'cyan',
  'teal',
  'green',
  'lime',
  'yellow',
  'orange',
  'gray',
];

export function tintOf(color: string | null): string | undefined {
  return color !== null && TINTS.includes(color) ? `${color}.3` : undefined;
}
