// From the form the API describes to what rjsf draws, and from the API's refusal to the place in the form.
import type { UiSchema } from '@rjsf/utils';

export type ApiForm = {
  schema: Record<string, unknown>;
  ui: Record<string, unknown>;
  values: Record<string, unknown>;
};
/** What the API says of a field beside its schema. `columns` are the hints of a table's fields. */
export type Hints = {
  widget?: string;
  label?: string;
  help?: string;
  readonly?: boolean;
  timer?: string;
  stops?: boolean;
  collection?: string;
  rows?: string;
  accept?: string[];
  columns?: Columns;
};
type Columns = { 'ui:order'?: string[] } & Record<string, Hints | string[]>;
type Schema = {
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
  oneOf?: unknown[];
  title?: string;
  type?: string;
};

const WIDGETS: Record<string, string> = {
  long_text: 'textarea',
  date: 'day',
  datetime: 'moment',
  email: 'email',
  phone: 'phone',
  url: 'uri',
  choices: 'checkboxes',
  checklist: 'checkboxes',
};
/** Types with a field of our own, by the name it is registered under. */
const OURS = ['pictures', 'file', 'signature', 'stopwatch', 'location', 'barcode', 'record'];
/** As many choices as are shown at once; more of them are searched. */
const AT_A_GLANCE = 6;

/** The fields' names as people read them, by id. */
export function titles(form: ApiForm | null): Record<string, { title?: string } | undefined> {
  return (form?.schema as Schema | undefined)?.properties ?? {};
}

/** Whether there is a field to show. */
export function drawsAnything(form: ApiForm): boolean {
  return Object.keys(form.ui).some((name) => name !== 'ui:order');
}

/** What rjsf draws: the API's schema with what is only shown as fields of its own, and how each field is drawn. */
export function drawn(form: ApiForm, readonly = false): { schema: Schema; ui: UiSchema } {
  const schema = form.schema as Schema;
  const shown = Object.fromEntries(
    Object.entries(form.ui as Columns)
      .filter(([name, hints]) => (hints as Hints).widget === 'info' && name !== 'ui:order')
      .map(([name, hints]) => [name, { title: (hints as Hints).label ?? name }]),
  );
  const asked = Object.entries(form.ui as Columns).map(([name, hints]) => [
    name,
    readonly ? closed(hints) : hints,
  ]);
  const hints = Object.fromEntries(asked) as Columns;
  const whole = typed({ ...schema, properties: { ...schema.properties, ...shown } }, form.ui as Columns);
  return {
    schema: whole,
    ui: { ...fields(hints, whole), 'ui:submitButtonOptions': { norender: true } },
  };
}

/** What cannot be answered now is told, not drawn as a field that takes nothing. Files keep their own way. */
function closed(hints: Hints | string[] | undefined): Hints | string[] | undefined {
  const files = ['pictures', 'file', 'signature', 'stopwatch', 'location'];
  return !hints || Array.isArray(hints) || files.includes(hints.widget ?? '')
    ? hints
    : { ...hints, readonly: true };
}

/** Choices may be texts, numbers or truths, so the API names no type for them; what draws them needs one. */
function typed(schema: Schema, hints: Columns): Schema {
  const one = (name: string, each: Schema): Schema => {
    const { widget, columns } = (hints[name] ?? {}) as Hints;
    if (columns && each.items) return { ...each, items: typed(each.items, columns) };
    if (widget !== 'choice' || each.type) return each;
    const first = (each.oneOf as { const: unknown }[] | undefined)?.[0]?.const ?? '';
    return { ...each, type: typeof first };
  };
  const properties = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, one(name, each)]);
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, Schema> };
}

function fields({ 'ui:order': order, ...hints }: Columns, schema: Schema): UiSchema {
  const known = Object.keys(schema.properties ?? {});
  const found: UiSchema = {};
  if (order) found['ui:order'] = [...order.filter((name) => known.includes(name)), '*'];
  for (const name of known) {
    const required = schema.required?.includes(name) ?? false;
    found[name] = field((hints[name] ?? {}) as Hints, schema.properties?.[name] ?? {}, required);
  }
  return found;
}

function field(hints: Hints, schema: Schema, required: boolean): UiSchema {
  const ui: UiSchema = { hints };
  const widget = hints.widget ?? '';
  if (hints.readonly || widget === 'info') return { ...ui, ...own('shown') };
  if (OURS.includes(widget)) Object.assign(ui, own(widget));
  else if (widget === 'choice') Object.assign(ui, choice(schema.oneOf?.length ?? 0));
  // Who must answer yes or no says so; an empty box would stand for either.
  else if (widget === 'boolean') ui['ui:widget'] = required ? 'yesno' : 'checkbox';
  else if (WIDGETS[widget]) ui['ui:widget'] = WIDGETS[widget];
  if (hints.columns) ui.items = { ...fields(hints.columns, schema.items ?? {}), 'ui:label': false };
  if (hints.help) ui['ui:help'] = hints.help;
  return ui;
}

function choice(many: number): UiSchema {
  return many > AT_A_GLANCE ? { 'ui:widget': 'select' } : { 'ui:widget': 'radio', 'ui:inline': true };
}

function own(name: string): UiSchema {
  return { 'ui:field': name, 'ui:fieldReplacesAnyOrOneOf': true };
}

/** The API's paths (`/output/used/0/count`) as rjsf names places (`.used.0.count`). */
export function asErrors(
  found: ReadonlyArray<{ path: string; message: string }>,
): Array<{ property: string; message: string }> {
  return found.map((each) => ({
    property: `.${each.path
      .split('/')
      .slice(each.path.startsWith('/output') ? 2 : 1)
      .join('.')}`,
    message: each.message,
  }));
}

/**
 * What is sent: only what the form asks. Empty texts and tables are no answers, neither is what was never touched, nor
 * what is only shown.
 */
export function answered(form: ApiForm, values: Record<string, unknown>): Record<string, unknown> {
  const asked = Object.keys((form.schema as Schema).properties ?? {});
  const open = asked.filter((name) => !(form.ui[name] as Hints | undefined)?.readonly);
  return Object.fromEntries(
    open.map((name) => [name, values[name]]).filter(([, value]) => value !== undefined && value !== ''),
  );
}
