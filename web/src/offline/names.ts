// Files of this device inside answers, by name alone: no network, no storage.

export const LOCAL = 'local:';

export function isLocal(file: string): boolean {
  return file.startsWith(LOCAL);
}

/** Every file of this device that an answer names, each once. */
export function localIn(value: unknown): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(localIn))];
  if (typeof value !== 'object' || value === null) return [];
  const { file } = value as { file?: unknown };
  const inner = Object.values(value).flatMap(localIn);
  return [...new Set([...(typeof file === 'string' && isLocal(file) ? [file] : []), ...inner])];
}

/** The same value with one file named otherwise. */
export function replaced<T>(value: T, name: string, by: string): T {
  if (Array.isArray(value)) return value.map((each) => replaced(each, name, by)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'file' && each === name ? by : replaced(each as unknown, name, by),
    ]),
  ) as T;
}

/** The same value without what only this device has: a colleague could not open it. */
export function withoutLocal<T>(value: T): T {
  if (Array.isArray(value)) return value.filter((each) => localIn(each).length === 0).map(withoutLocal) as T;
  if (typeof value !== 'object' || value === null) return value;
  const { file } = value as { file?: unknown };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(key === 'file' && typeof file === 'string' && isLocal(file)))
      .map(([key, each]) => [key, withoutLocal(each as unknown)]),
  ) as T;
}
