// Registers are asked for and changed by their addresses, which stand in sections.ts and not in the code.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { csrfToken, fetched } from '@/api/client';
import type { Document } from './schema';
import { cell, type Row, type Section } from './sections';

function asked(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = method === 'GET' ? {} : { 'X-CSRF-Token': csrfToken() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return fetched(fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) }));
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

/** A value in a cell, in the words of whoever looks. */
export function useCell(): (value: unknown) => string {
  const { t } = useTranslation();
  return (value) => cell(value, { yes: t('admin.yes'), no: t('admin.no') });
}

/** What a member of a row is called; one without a word of its own is called as the API names it. */
export function useFieldName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => t(`admin.field.${name}`, { defaultValue: name.replaceAll('_', ' ') });
}

export function useReady() {
  return useQuery({
    queryKey: ['readyz'],
    refetchInterval: 10_000,
    queryFn: () => fetch('/readyz').then(async (answer) => (await answer.json()) as Row),
  });
}
