// What a request may say, read from the API's own description: each member with the kind of control it takes.

type Json = Record<string, unknown>;
type Parts = Record<string, Json>;
export type Document = {
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Parts };
};
export type Field = {
  name: string;
  /** What it is called where the API does not say it; without one it is called as the page calls it. */
  title?: string;
  kind: 'text' | 'number' | 'flag' | 'list' | 'choice' | 'json' | 'secret';
  required: boolean;
  options: string[];
  help: string;
};

/** What nobody looking over a shoulder should read, in what the API takes. */
const SECRETS: ReadonlySet<string> = new Set(['value', 'password']);
const NONE: ReadonlySet<string> = new Set();

/** The members of the body of a request, in the order in which the API lists them. */
export function fieldsOf(document: Document, path: string, method: string): Field[] {
  const operation = document.paths[path]?.[method.toLowerCase()] as
    { requestBody?: { content?: Json } } | undefined;
  const body = operation?.requestBody?.content?.['application/json'] as { schema?: Json } | undefined;
  return members(document.components.schemas, body?.schema ?? {}, SECRETS);
}

/** The members that an action takes, by its own schema and in its own words. */
export function fieldsOfSchema(schema: Json): Field[] {
  const titles = (schema.properties ?? {}) as Record<string, { title?: string }>;
  const found = members((schema.$defs as Parts | undefined) ?? {}, schema, NONE);
  return found.map((field) => ({ ...field, title: titles[field.name]?.title ?? field.name }));
}

function members(parts: Parts, whole: Json, secrets: ReadonlySet<string>): Field[] {
  const schema = resolved(parts, whole);
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties as Record<string, Json> | undefined) ?? {}).map(([name, raw]) => {
    const each = plain(parts, raw);
    return {
      name,
      kind: secrets.has(name) ? 'secret' : kindOf(each),
      required: required.has(name),
      options: (each.enum as string[] | undefined) ?? [],
      help: String(raw.description ?? each.description ?? ''),
    };
  });
}

function resolved(parts: Parts, schema: Json): Json {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name ? (parts[name] ?? {}) : schema;
}

/** Without the null that says "as it was", and with what it refers to. */
function plain(parts: Parts, schema: Json): Json {
  const choices = (schema.anyOf as Json[] | undefined)?.filter((each) => each.type !== 'null');
  return resolved(parts, choices?.length === 1 ? (choices[0] as Json) : schema);
}

function kindOf(schema: Json): Field['kind'] {
  if (schema.enum) return 'choice';
  // One text or several: several, of which there may be one.
  const ways = (schema.anyOf as Json[] | undefined)?.map(kindOf);
  if (ways?.includes('list') && ways.every((way) => way === 'list' || way === 'text')) return 'list';
  if (schema.type === 'boolean') return 'flag';
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (schema.type === 'array' && (schema.items as Json | undefined)?.type === 'string') return 'list';
  return schema.type === 'string' ? 'text' : 'json';
}

/** What is sent: of a new row what was filled in, of an old one what was changed. */
export function said(fields: readonly Field[], values: Json, before: Json | undefined): Json {
  const wanted = fields.filter(({ name }) =>
    before ? JSON.stringify(values[name]) !== JSON.stringify(before[name]) : !isEmpty(values[name]),
  );
  return Object.fromEntries(wanted.map(({ name }) => [name, values[name]]));
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}
