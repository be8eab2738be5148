// Lists of records: which fields are shown, and the filters as they stand in the address. No network, no clock of its own.
const MOST = 6;
const PREFIX = 'f.';

export type Field = { name: string; type: string };
export type Row = Record<string, unknown>;
export type Filter = { field: string; value: string };
export type Search = Record<string, string>;

/** What a filter may say instead of a value: it holds for whoever looks, on the day it is looked at. */
export const ME = '@me';
export const TODAY = '@today';

/** The columns of a list: `id` first, then in the order of the rows, those that hold short values somewhere. */
export function shownFields(rows: Row[], most = MOST): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const short = names.filter((name) =>
    rows.some((row) => row[name] !== null && typeof row[name] !== 'object' && String(row[name]).length <= 60),
  );
  return [...short.filter((name) => name === 'id'), ...short.filter((name) => name !== 'id')].slice(0, most);
}

/** The filters of an address such as `?f.status=planned`, in its order. */
export function filtersOf(search: Search): Filter[] {
  return Object.entries(search)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => ({ field: name.slice(PREFIX.length), value }));
}

export function withFilter(search: Search, { field, value }: Filter): Search {
  return { ...search, [`${PREFIX}${field}`]: value };
}

export function withoutFilter(search: Search, field: string): Search {
  return Object.fromEntries(Object.entries(search).filter(([name]) => name !== `${PREFIX}${field}`));
}

/** Another collection has other fields: the filters of this one do not go with it. */
export function withCollection(search: Search, collection: string): Search {
  const rest = Object.entries(search).filter(([name]) => !name.startsWith(PREFIX));
  const { q: _, record: __, ...kept } = Object.fromEntries(rest);
  return { ...kept, collection };
}

/** Filters as the API is asked for them. `today` is a local date such as 2026-11-30. */
export function whereOf(filters: Filter[], me: string, today: string): string[] {
  const said = (value: string) => (value === ME ? me : value === TODAY ? today : value);
  return filters.map(({ field, value }) => `${field}:${said(value)}`);
}

export function localDate(now: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** What a field has been seen to hold: offered while a filter is typed. */
export function seenValues(rows: Row[], field: string): string[] {
  const values = rows.map((row) => row[field]).filter((value) => value !== null && value !== undefined);
  return [...new Set(values.map(String))].filter((value) => value.length <= 60).toSorted();
}

/** Whether the field is likely to hold a day, or a person: then `today` and `me` are offered. */
export function isDay(field: Field, rows: Row[]): boolean {
  return field.type === 'date' || seenValues(rows, field.name).some((each) => /^\d{4}-\d\d-\d\d$/.test(each));
}

/** A line under the id: the first few short values that say something. */
export function told(row: Row, fields: string[]): string {
  return fields
    .filter((name) => name !== 'id' && row[name] !== null && row[name] !== undefined && row[name] !== '')
    .map((name) => String(row[name]))
    .join(' · ');
}
