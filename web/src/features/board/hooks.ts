// What a board is made of: the newest version of a definition, and its open steps as far as they are shown.
import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';
import { type Filters, kept } from '@/ui/saved';
import { tasksUpTo } from '@/ui/tasks';
import { drawn } from './columns';

export const KNOWN = ['definition', 'assignee', 'team', 'status', 'overdue', 'record', 'q'] as const;

/** A board with more cards than this is a list: so many are shown. */
const MOST = 400;
const EVERY = 10_000;

export function useBoard(filters: Filters, definition: string) {
  const asked = kept(filters, KNOWN);
  const tasks = useQuery({
    queryKey: ['tasks', 'board', asked],
    queryFn: () => tasksUpTo(MOST, asked),
    refetchInterval: EVERY,
    placeholderData: (before) => before,
  });
  const document = useQuery({
    queryKey: ['board', definition],
    staleTime: 60_000,
    queryFn: async () => {
      const found = await sent(api.GET('/v1/definitions/{key}', { params: { path: { key: definition } } }));
      return drawn(found.document ?? {});
    },
  });
  return { document, tasks: { ...tasks, data: tasks.data?.tasks }, more: tasks.data?.more ?? false };
}
