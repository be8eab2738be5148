// The settings of a step, or of the workflow, from the language's own JSON Schema: which keys there are, what each
// takes, and which belong together. A key that a later release adds has its place without a line here.
import { isObj, type Obj } from './document';

export type FieldKind =
  | 'text'
  | 'long'
  | 'flag'
  | 'number'
  | 'choice'
  | 'names'
  | 'object'
  | 'list'
  | 'condition'
  | 'listed'
  | 'written'
  | 'value'
  | 'values';

export type Field = {
  key: string;
  kind: FieldKind;
  required: boolean;
  fallback: unknown;
  choices: string[];
  /** Of an object itself, of a list its items; where items are of several types, one for each. */
  variants: Obj[];
};

type Schema = Obj;
const LONG = 1_000;

/** What a schema names, or itself. */
export function resolved(schema: unknown, root: Schema): Schema {
  if (!isObj(schema)) return {};
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  const found = name && isObj(root.$defs) ? root.$defs[name] : undefined;
  return isObj(found) ? found : schema;
}

function options(schema: Schema): unknown[] {
  const each = schema.anyOf ?? schema.oneOf;
  return Array.isArray(each) ? each : [];
}

/** Without "or nothing": a key that is left out is nothing. */
function something(schema: unknown, root: Schema): Schema {
  const found = resolved(schema, root);
  const rest = options(found).filter((each) => resolved(each, root).type !== 'null');
  return rest.length === 1
    ? something(rest[0], root)
    : { ...found, ...(rest.length ? { anyOf: rest as Obj[] } : {}) };
}

/** The keys of an object, in the order of the language. `kind` and `type` are chosen when a thing is made. */
export function fieldsOf(schema: Schema, root: Schema): Field[] {
  const found = resolved(schema, root);
  const required = Array.isArray(found.required) ? found.required : [];
  const members = isObj(found.properties) ? found.properties : {};
  return Object.entries(members)
    .filter(([, each]) => !isObj(each) || each.const === undefined)
    .map(([key, each]) => ({
      key,
      required: required.includes(key),
      fallback: isObj(each) ? each.default : undefined,
      ...shapeOf(something(each, root), root),
    }));
}

type Shape = Pick<Field, 'kind' | 'choices' | 'variants'>;

function shapeOf(schema: Schema, root: Schema): Shape {
  const of = (kind: FieldKind, more: Partial<Shape> = {}): Shape => ({
    kind,
    choices: [],
    variants: [],
    ...more,
  });
  const types = options(schema).map((each) => resolved(each, root).type);
  if (Array.isArray(schema.enum)) return of('choice', { choices: schema.enum.map(String) });
  if (types.includes('boolean')) return of('condition');
  if (types.includes('array')) return of('listed');
  switch (schema.type) {
    case 'boolean':
      return of('flag');
    case 'integer':
    case 'number':
      return of('number');
    case 'string':
      if (schema.maxLength === undefined && schema.pattern === undefined) return of('written');
      return of(Number(schema.maxLength) > LONG ? 'long' : 'text');
    case 'array':
      return arrayOf(schema, root, of);
    case 'object':
      return isObj(schema.properties) ? of('object', { variants: [schema] }) : of('values');
    default:
      return of('value');
  }
}

function arrayOf(schema: Schema, root: Schema, of: (kind: FieldKind, more?: Partial<Shape>) => Shape): Shape {
  const items = resolved(schema.items, root);
  const several = options(items).map((each) => resolved(each, root));
  if (several.length > 0) return of('list', { variants: several });
  if (Array.isArray(items.enum)) return of('names', { choices: items.enum.map(String) });
  return isObj(items.properties) ? of('list', { variants: [items] }) : of('names');
}

/** What a new item of a list begins with: what tells its type, and nothing else. */
export function beginOf(variant: Schema): Obj {
  const members = isObj(variant.properties) ? Object.entries(variant.properties) : [];
  return Object.fromEntries(
    members.flatMap(([key, each]) => (isObj(each) && each.const !== undefined ? [[key, each.const]] : [])),
  );
}

/** The one of several types that an item is of. */
export function variantOf(variants: Schema[], item: Obj): Schema {
  const fits = (variant: Schema) =>
    Object.entries(beginOf(variant)).every(([key, value]) => item[key] === value);
  return variants.find(fits) ?? variants[0] ?? {};
}

const FIRST = ['label', 'title', 'name', 'type', 'required', 'options'];
const LAST = ['id'];

/** What one looks for first, then the rest in the order of the language, and how it is named in references. */
export function forReading(fields: Field[]): Field[] {
  const rank = ({ key }: Field) =>
    FIRST.includes(key) ? FIRST.indexOf(key) - FIRST.length : LAST.includes(key) ? 1 : 0;
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

export const GROUPS = ['what', 'flow', 'people', 'machine'] as const;
export type Group = (typeof GROUPS)[number];

const OF_ALL: Record<Exclude<Group, 'what'>, string[]> = {
  flow: ['after', 'join', 'when', 'phase', 'skippable', 'schedule', 'purposes'],
  people: ['assign', 'roles', 'due', 'on_overdue', 'audience', 'button', 'color', 'advance'],
  machine: ['execute', 'confidence', 'approval', 'undo', 'timeout', 'retry', 'automations'],
};

/** The keys of a step by what they are about; a kind's own come with its title. */
export function grouped(fields: Field[]): Record<Group, Field[]> {
  const of = (group: Exclude<Group, 'what'>) =>
    OF_ALL[group].flatMap((key) => fields.filter((field) => field.key === key));
  const common = new Set(Object.values(OF_ALL).flat());
  const what = fields.filter((field) => !common.has(field.key) && field.key !== 'id');
  return { what, flow: of('flow'), people: of('people'), machine: of('machine') };
}
