// A validator for rjsf that needs no `eval`, so that the strict Content-Security-Policy holds. The API judges every
// answer; this one only saves a person the round trip.
import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidatorType } from '@rjsf/utils';

function said(schema: unknown, data: unknown): OutputUnit[] {
  const result = new Validator(schema as Schema, '2020-12', false).validate(data ?? {});
  return result.valid ? [] : result.errors;
}

/** `#/a/0` as rjsf names a place: `.a.0`. */
function place(unit: OutputUnit): string {
  const path = unit.instanceLocation.replace(/^#/, '').split('/').slice(1);
  const missing = unit.keyword === 'required' ? /"([^"]+)"/.exec(unit.error)?.[1] : undefined;
  return `.${[...path, ...(missing ? [missing] : [])].join('.')}`;
}

/** Errors of inner schemas repeat those of the outer ones; only what names a field helps. */
function errors(schema: unknown, data: unknown): RJSFValidationError[] {
  const units = said(schema, data).filter((unit) => !['properties', 'items'].includes(unit.keyword));
  return units.map((unit) => ({
    name: unit.keyword,
    property: place(unit),
    message: unit.error,
    stack: unit.error,
  }));
}

export function schemaOf(found: ReadonlyArray<{ property?: string; message?: string }>): ErrorSchema {
  const root: ErrorSchema = {};
  for (const each of found) {
    let at = root as Record<string, unknown>;
    for (const key of (each.property ?? '').split('.').filter(Boolean)) {
      at[key] = at[key] ?? {};
      at = at[key] as Record<string, unknown>;
    }
    at.__errors = [...((at.__errors as string[]) ?? []), each.message ?? ''];
  }
  return root;
}

export const validator: ValidatorType = {
  isValid: (schema, data, root) => said({ ...(root as object), ...(schema as object) }, data).length === 0,
  rawValidation: (schema, data) => ({ errors: said(schema, data) as never[] }),
  validateFormData: (data, schema, _, worded) => {
    const found = errors(schema as RJSFSchema, data);
    const said = worded ? worded(found) : found;
    return { errors: said, errorSchema: schemaOf(said) };
  },
};
