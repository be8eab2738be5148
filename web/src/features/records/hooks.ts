// Reading the rows of a collection, and what there is around one record.
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, type Schemas, sent } from '@/api/client';
import { useSession } from '@/app/session';
import { parts } from '@/ui/collections';
import { filtersOf, localDate, type Row, type Search, whereOf } from './model';

export type Startable = Schemas['Startable'];
export type Source = 'list' | 'record' | 'summary' | 'workspace';

/** The rows of a collection as the address asks for them, page by page. */
export function useRows(collection: string, search: Search) {
  const session = useSession();
  const where = whereOf(filtersOf(search), session.data?.user?.id ?? '', localDate(new Date()));
  const query = { limit: 50, ...(search.q ? { q: search.q } : {}), ...(where.length > 0 ? { where } : {}) };
  return useInfiniteQuery({
    queryKey: ['rows', collection, query],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      sent(
        api.GET('/v1/sources/{source}/collections/{collection}/rows', {
          params: { path: parts(collection), query: { ...query, cursor: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useRow(collection: string, record: string) {
  return useQuery({
    queryKey: ['row', collection, record],
    queryFn: async () =>
      (await sent(
        api.GET('/v1/sources/{source}/collections/{collection}/rows/{record}', {
          params: { path: { ...parts(collection), record } },
        }),
      )) as Row,
  });
}

/** What can be started on a record, what goes on and what was. */
export function useWorkflows(collection: string, record: string, enabled = true) {
  return useQuery({
    queryKey: ['workflows', collection, record],
    enabled,
    queryFn: () =>
      sent(
        api.GET('/v1/records/{collection}/{record}/workflows', { params: { path: { collection, record } } }),
      ),
  });
}

/** Opens the record: what is linked to its work type begins or goes on. Once for each visit, as a person does it. */
export function useOpened(collection: string, record: string) {
  return useQuery({
    queryKey: ['opened', collection, record],
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: () =>
      sent(api.POST('/v1/records/{collection}/{record}/open', { params: { path: { collection, record } } })),
  });
}

type Started = { definition: string; record: string; source: Source };

/** Starts a run on a record, or resumes the one that is there where the place it is done from means that. */
export function useStart(onStarted: (run: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ definition, record, source }: Started) =>
      sent(
        api.POST('/v1/runs', {
          params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
          body: { definition, record, source, inputs: {}, purposes: [], assign: {}, labels: [] },
        }),
      ),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      onStarted(run.id);
    },
  });
}

/** Starts at once what asks nothing; what asks something has its form opened. */
export function useBegin(record: string, source: Source, onStarted: (run: string) => void) {
  const go = useNavigate();
  const start = useStart(onStarted);
  const begin = (what: Startable) =>
    what.asks
      ? void go({ to: '/start', search: { definition: what.definition, record, source } })
      : start.mutate({ definition: what.definition, record, source });
  return { ...start, begin };
}
