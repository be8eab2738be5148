// What the builder asks for: definitions, the language, what there is to build from and to choose.
import { useQuery } from '@tanstack/react-query';
import { api, type Schemas, sent } from '@/api/client';
import type { Obj } from './model/document';

export type Summary = Schemas['DefinitionSummary'];
export type Detail = Schemas['DefinitionDetail'];
export type Finding = Schemas['Finding'];
const LONG = 300_000;

export function useDetail(key: string) {
  return useQuery({
    queryKey: ['definition', key],
    // What is being edited does not change under one's hands: saving tells whether somebody else was there.
    staleTime: Infinity,
    gcTime: 0,
    queryFn: () => detailOf(key),
  });
}

export function detailOf(key: string): Promise<Detail> {
  return sent(api.GET('/v1/definitions/{key}', { params: { path: { key } } }));
}

const OPEN = ['running', 'waiting', 'saved'] as const;

/** How many runs are open, by definition. */
export function useOpenRuns(definition?: string) {
  return useQuery({
    queryKey: ['runs', 'counts', definition ?? null],
    queryFn: async () => {
      const query = definition ? { definition } : {};
      const { items } = await sent(api.GET('/v1/runs/counts', { params: { query } }));
      return new Map(items.map((each) => [each.definition, OPEN.reduce((sum, name) => sum + each[name], 0)]));
    },
  });
}

export function useKinds() {
  return useQuery({
    queryKey: ['step-kinds'],
    staleTime: LONG,
    queryFn: async () => (await sent(api.GET('/v1/step-kinds'))).items,
  });
}

export function useSnippets() {
  return useQuery({
    queryKey: ['snippets'],
    staleTime: LONG,
    queryFn: async () => (await sent(api.GET('/v1/snippets'))).items,
  });
}

export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    staleTime: LONG,
    queryFn: async () => (await sent(api.GET('/v1/templates'))).items,
  });
}

/** The schema of the whole document. */
export function useLanguage() {
  return useQuery({
    queryKey: ['language'],
    staleTime: LONG,
    queryFn: async () => (await sent(api.GET('/v1/schema/definition.json'))) as Obj,
  });
}

export function useVersion(key: string, version: number | null) {
  return useQuery({
    queryKey: ['version', key, version, 'document'],
    enabled: version !== null,
    staleTime: Infinity,
    queryFn: async () => {
      const path = { key, version: version ?? 0 };
      const found = await sent(api.GET('/v1/definitions/{key}/versions/{version}', { params: { path } }));
      return found.document as Obj;
    },
  });
}

export function useActions() {
  return useQuery({
    queryKey: ['actions'],
    staleTime: LONG,
    queryFn: async () => (await sent(api.GET('/v1/actions'))).items,
  });
}
