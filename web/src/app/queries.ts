import { QueryClient } from '@tanstack/react-query';
import { Offline, Problem } from '@/api/client';

/** What is asked for again by itself: only what never arrived. What was refused is shown. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
      networkMode: 'always',
    },
    mutations: { retry: (count, error) => count < 1 && error instanceof Offline, networkMode: 'always' },
  },
});

/** The keys of what is kept, in one place, so that what changed can be asked for anew. */
export const keys = {
  session: ['session'] as const,
  notices: ['notices'] as const,
  run: (run: string) => ['run', run] as const,
  step: (run: string, step: string) => ['run', run, 'step', step] as const,
  events: (run: string) => ['run', run, 'events'] as const,
  tasks: (filters: unknown) => ['tasks', filters] as const,
  runs: (filters: unknown) => ['runs', filters] as const,
  views: (kind: string) => ['views', kind] as const,
};
