// A definition that was not there before: under a key that nobody has, since a draft under a taken one would replace it.
import { api, Problem, sent } from '@/api/client';
import type { Obj } from './model/document';

export const KEY = /^[a-z][a-z0-9-]{0,62}$/;

export function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
}

async function isFree(key: string): Promise<boolean> {
  try {
    await sent(api.GET('/v1/definitions/{key}', { params: { path: { key } } }));
    return false;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return true;
    throw error;
  }
}

export class Taken extends Error {}

export async function make(document: Obj): Promise<string> {
  if (!(await isFree(String(document.key)))) throw new Taken(String(document.key));
  const saved = await sent(api.POST('/v1/definitions', { body: document as never }));
  return saved.key;
}

export function blank(key: string, name: string, title: string): Obj {
  return { holdfast: 1, key, name, steps: [{ id: 'begin', kind: 'task', title }] };
}

/** What stands in a file: an export, or one definition. */
export async function take(body: Obj): Promise<string[]> {
  const many = body.definitions;
  const definitions = Array.isArray(many) ? many : [body];
  const { map } = await sent(
    api.POST('/v1/definitions/import', { body: { holdfast: 1, definitions } as never }),
  );
  return Object.values(map);
}
