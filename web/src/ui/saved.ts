// Filters of a list as they stand in the address and as a saved view keeps them.
export type Filters = Record<string, string>;

/** Names of filters that are lists in a view: in the address they are written with commas. */
const LISTS = ['team', 'status'];
const FLAGS = ['overdue', 'manual', 'current_only', 'attention', 'saved'];

/** The filters a view keeps, of those the address has: `known` by name, as the values the API takes. */
export function kept(filters: Filters, known: readonly string[]): Record<string, unknown> {
  const given = known.filter((name) => filters[name]);
  return Object.fromEntries(given.map((name) => [name, value(name, filters[name] as string)]));
}

function value(name: string, text: string): unknown {
  if (LISTS.includes(name)) return text.split(',').filter(Boolean);
  return FLAGS.includes(name) ? text === 'true' : text;
}

/** A view's filters as an address has them. */
export function opened(filters: Record<string, unknown>): Filters {
  return Object.fromEntries(
    Object.entries(filters).map(([name, each]) => [
      name,
      Array.isArray(each) ? each.join(',') : String(each),
    ]),
  );
}

export function withoutEmpty(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, each]) => each));
}

/** Whether nothing was asked for at all: then a list opens with the saved view that was chosen for it. */
export function isBare(filters: Filters): boolean {
  return Object.values(filters).every((value) => !value);
}

/** Whether two sets of filters say the same, whatever their order. */
export function same(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  const told = (filters: Record<string, unknown>) =>
    JSON.stringify(Object.entries(opened(filters)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return told(one) === told(other);
}
