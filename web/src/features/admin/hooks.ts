// Registers are asked for and changed by their addresses, which stand in sections.ts and not in the code.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { csrfToken, Offline, problem } from '@/api/client';
import type { Document } from './schema';
import type { Row, Section } from './sections';

async function asked(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = method === 'GET' ? {} : { 'X-CSRF-Token': csrfToken() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  }).catch(() => {
    throw new Offline('Holdfast cannot be reached.');
  });
  const told: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problem(answer.status, told);
  return told;
}

export function useRows(section: Section) {
  return useQuery({
    queryKey: ['admin', section.id],
    queryFn: async () => ((await asked('GET', `${section.list}?limit=200`)) as { items: Row[] }).items,
  });
}

/** What the API says it takes: kept for the visit. */
export function useDescription() {
  return useQuery({
    queryKey: ['openapi'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await asked('GET', '/openapi.json')) as Document,
  });
}

export type Deed = { method: string; path: string; body?: unknown };

/** Something done to a register; what came back may hold what is told only once. */
export function useDeed(section: Section) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Deed) =>
      asked(method, path, body ?? (method === 'POST' ? {} : undefined)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['admin', section.id] });
      await client.invalidateQueries({ queryKey: ['people'] });
    },
  });
}

export function useReady() {
  return useQuery({
    queryKey: ['readyz'],
    refetchInterval: 10_000,
    queryFn: () => fetch('/readyz').then(async (answer) => (await answer.json()) as Row),
  });
}
