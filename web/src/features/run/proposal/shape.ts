// From the JSON Schema of an action, a row or a tool to a form: machines describe what they take in more ways than a
// form draws. References are followed, null is no kind of value (a field that may be null may be empty), of several
// kinds the one that was proposed is drawn, and what is not described takes the shape of its value. Pure.
import type { ApiForm } from '../form/model';
import { readable, type Values } from './model';

type Schema = {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: (Schema & { const?: unknown })[];
  allOf?: Schema[];
  maxLength?: number;
  format?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  additionalProperties?: unknown;
};
export type Words = { yes: string; no: string };
type Row = Record<string, unknown>;

/** A text that may be longer than this is written in more than one line. */
const LINE = 500;
const DEPTH = 6;

/** The form as it is drawn: every value of the step has a field, under a title. `rows` are those to choose of. */
export function shaped(form: ApiForm, words: Words, rows: Row[] = []): ApiForm {
  const whole = form.schema as Schema;
  const given = Object.keys(form.ui).length > 1;
  const known = whole.properties ?? shapeOf(form.values).properties ?? {};
  const properties: Record<string, Schema> = {};
  const ui: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(known)) {
    // Fields that an author wrote are drawn as they are written.
    const made = form.ui[name] && given ? part : one(part, whole, form.values[name], words, 0);
    properties[name] = { title: titled(name), ...(name === 'row' ? chosenOf(made, rows) : made) };
    ui[name] = form.ui[name] ?? { widget: widgetOf(properties[name], form.values[name]) };
  }
  const named = (form.ui['ui:order'] as string[] | undefined) ?? Object.keys(known);
  const first = (name: string) => whole.required?.includes(name) || form.values[name] !== undefined;
  // An author's order stands; else what must be there or was proposed comes first.
  const order = given ? named : [...named.filter(first), ...named.filter((name) => !first(name))];
  const schema = { type: 'object', properties, required: whole.required ?? [] };
  return { schema, ui: { ...form.ui, 'ui:order': order, ...ui }, values: form.values };
}

/** The fields of a step that may be said to be empty: null is a value of theirs. */
export function nullable(form: ApiForm): string[] {
  const { properties = {} } = form.schema as Schema;
  return Object.entries(properties)
    .filter(([, part]) => kindsOf(part).length === 0 || kindsOf(part).includes('null'))
    .map(([name]) => name);
}

function titled(name: string): string {
  const text = readable(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function kindsOf(part: Schema): string[] {
  const own = part.type === undefined ? [] : [part.type].flat();
  return [...own, ...[...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap(kindsOf)];
}

function one(part: Schema, whole: Schema, value: unknown, words: Words, depth: number): Schema {
  const { $defs: _, default: __, ...found } = referred(part, whole) as Schema & { default?: unknown };
  const several = found.anyOf ?? (found.oneOf?.every((each) => 'const' in each) ? undefined : found.oneOf);
  if (several && depth < DEPTH) {
    const { anyOf: _a, oneOf: _o, ...rest } = found;
    const real = several.map((each) => referred(each, whole)).filter((each) => each.type !== 'null');
    const taken = real.find((each) => each.type === kind(value)) ?? real[0] ?? {};
    return { ...one(taken, whole, value, words, depth + 1), ...rest };
  }
  const type = [found.type ?? (found.enum || found.oneOf ? [] : shapeOf(value).type)]
    .flat()
    .find((each) => each !== 'null');
  const made = { ...found, ...(type ? { type } : {}) } as Schema;
  if (found.enum) made.enum = found.enum.filter((each) => each !== null);
  if (made.type === 'boolean' && !made.oneOf) return { ...made, oneOf: yesNo(words) };
  if (depth < DEPTH && made.type === 'array') made.items = itemsOf(made, whole, value, words, depth);
  if (depth < DEPTH && made.type === 'object') made.properties = partsOf(made, whole, value, words, depth);
  return made;
}

function yesNo(words: Words): Schema['oneOf'] {
  return [
    { const: true, title: words.yes },
    { const: false, title: words.no },
  ];
}

function itemsOf(made: Schema, whole: Schema, value: unknown, words: Words, depth: number): Schema {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return one(made.items ?? shapeOf(first), whole, first, words, depth + 1);
}

function partsOf(
  made: Schema,
  whole: Schema,
  value: unknown,
  words: Words,
  depth: number,
): Record<string, Schema> {
  const values = (kind(value) === 'object' ? value : {}) as Values;
  const known = made.properties ?? shapeOf(values).properties ?? {};
  const each = Object.entries(known).map(([name, part]) => [
    name,
    { title: titled(name), ...one(part, whole, values[name], words, depth + 1) },
  ]);
  return Object.fromEntries(each) as Record<string, Schema>;
}

function referred(part: Schema, whole: Schema): Schema {
  const name = part.$ref?.match(/^#\/(?:\$defs|definitions)\/(.+)$/)?.[1];
  const { $ref: _, ...rest } = part;
  if (name) return { ...whole.$defs?.[name], ...rest };
  return part.allOf?.length === 1 ? { ...referred(part.allOf[0] ?? {}, whole), ...rest } : part;
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The schema a value suggests, where nobody describes it; nothing at all is a text. */
function shapeOf(value: unknown): Schema {
  const type = kind(value);
  if (type === 'null') return { type: 'string' };
  if (type === 'array') return { type, items: shapeOf((value as unknown[])[0]) };
  if (type !== 'object') return { type };
  const parts = Object.entries(value as Values).map(([name, each]) => [name, shapeOf(each)]);
  return { type, properties: Object.fromEntries(parts) as Record<string, Schema> };
}

function widgetOf(part: Schema, value: unknown): string | undefined {
  if (part.oneOf || part.enum) return 'choice';
  if (part.type !== 'string') return undefined;
  const long = (part.maxLength ?? 0) > LINE || (typeof value === 'string' && /\n|.{120}/.test(value));
  return long ? 'long_text' : { date: 'date', 'date-time': 'datetime' }[part.format ?? ''];
}

/** Rows to choose of, named by what stands in them and not by their key alone. */
function chosenOf(part: Schema, rows: Row[]): Schema {
  const keys = part.enum ?? [];
  if (rows.length === 0 || keys.length === 0) return part;
  const { enum: _, ...rest } = part;
  return { ...rest, oneOf: keys.map((key, place) => ({ const: key, title: rowName(rows, key, place) })) };
}

function rowName(rows: Row[], key: unknown, place: number): string {
  const row = rows.find((each) => String(each.id) === String(key)) ?? rows[place] ?? {};
  const told = Object.values(row).filter((each) => ['string', 'number'].includes(typeof each));
  return told.slice(0, 4).map(String).join(' · ') || String(key);
}
