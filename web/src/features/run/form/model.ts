// From the form the API describes to what rjsf draws, and from the API's refusal to the place in the form.
import type { UiSchema } from '@rjsf/utils';

export type ApiForm = {
  schema: Record<string, unknown>;
  ui: Record<string, unknown>;
  values: Record<string, unknown>;
};
type Hints = { widget?: string; help?: string; readonly?: boolean; timer?: string; collection?: string };

const WIDGETS: Record<string, string> = {
  long_text: 'textarea',
  date: 'date',
  datetime: 'datetime',
  email: 'email',
  url: 'uri',
  choice: 'radio',
  choices: 'checkboxes',
  checklist: 'checkboxes',
  boolean: 'checkbox',
};
/** Types with a field of our own, by the name it is registered under. */
const OURS = ['pictures', 'file', 'signature', 'stopwatch', 'location', 'barcode', 'record'];

export function uiSchema(form: ApiForm): UiSchema {
  const { 'ui:order': order, ...fields } = form.ui as { 'ui:order'?: string[] } & Record<string, Hints>;
  const known = Object.keys((form.schema.properties as object | undefined) ?? {});
  const found: UiSchema = { 'ui:submitButtonOptions': { norender: true } };
  if (order) found['ui:order'] = [...order.filter((name) => known.includes(name)), '*'];
  for (const [name, hints] of Object.entries(fields)) found[name] = field(hints as Hints);
  return found;
}

function field(hints: Hints): UiSchema {
  const ui: UiSchema = {};
  const widget = hints.widget ?? '';
  if (OURS.includes(widget)) ui['ui:field'] = widget;
  else if (WIDGETS[widget]) ui['ui:widget'] = WIDGETS[widget];
  if (hints.help) ui['ui:help'] = hints.help;
  if (hints.readonly) ui['ui:readonly'] = true;
  ui['ui:options'] = { hints };
  return ui;
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

/** What is sent: empty texts are no answers, and neither is what was never touched. */
export function answered(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  );
}
