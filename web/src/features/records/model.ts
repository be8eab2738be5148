// What a list of records shows without being told: the id, then the fields that say something short.
const MOST = 6;

/** The columns of a list: `id` first, then in the order of the rows, those that hold short values somewhere. */
export function shownFields(rows: Record<string, unknown>[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const short = names.filter((name) =>
    rows.some((row) => row[name] !== null && typeof row[name] !== 'object' && String(row[name]).length <= 60),
  );
  return [...short.filter((name) => name === 'id'), ...short.filter((name) => name !== 'id')].slice(0, MOST);
}
