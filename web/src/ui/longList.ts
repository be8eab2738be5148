// A list by key that grows as one scrolls. What the server has meanwhile is looked at in its first page only, however
// many were loaded: rows that changed change in place, rows that are gone go, and new ones wait until they are called,
// so that nothing moves under somebody's eyes.
import {
  keepPreviousData,
  type QueryKey,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { pace } from '@/app/live';

export type Page<T> = { items: T[]; next?: string | null };

const EVERY = 10_000;

/** The loaded rows as the newest first page tells them, and how many it has that were not loaded. */
export function merged<T>(loaded: T[], head: Page<T> | undefined, keyOf: (item: T) => string) {
  if (!head) return { items: loaded, fresh: 0 };
  const newest = new Map(head.items.map((item) => [keyOf(item), item]));
  const known = new Set(loaded.map(keyOf));
  const fresh = head.items.filter((item) => !known.has(keyOf(item))).length;
  // Whatever stands before the last row that both have, and is not in the newer page, has gone; what stands behind it
  // was pushed onto the next page or has gone, which this page cannot tell. Of a list in one page all is known.
  const common = head.next ? loaded.findLastIndex((item) => newest.has(keyOf(item))) : loaded.length;
  const items = loaded
    .map((item, index) => newest.get(keyOf(item)) ?? (index < common ? undefined : item))
    .filter((item): item is T & {} => item !== undefined);
  return { items, fresh };
}

type Asked<T> = {
  /** What is asked for; whoever invalidates it has all loaded pages asked for anew. */
  queryKey: QueryKey;
  ask: (cursor: string | undefined) => Promise<Page<T>>;
  keyOf: (item: T) => string;
};

/** `items` so far, `more()` for the next page, how many are `fresh`, and `show()` to begin anew with them. */
export function useLongList<T>({ queryKey, ask, keyOf }: Asked<T>) {
  const client = useQueryClient();
  const first = ['head', ...queryKey];
  const pages = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const page = await ask(pageParam);
      if (pageParam === undefined) client.setQueryData(first, page);
      return page;
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // To compare ten thousand rows with ten thousand rows takes longer than to draw the twenty in sight.
    structuralSharing: false,
  });
  const head = useQuery({
    queryKey: first,
    queryFn: () => ask(undefined),
    enabled: pages.isSuccess && !pages.isPlaceholderData,
    staleTime: EVERY,
    refetchInterval: () => pace(EVERY),
  });
  const loaded = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const { items, fresh } = useMemo(() => merged(loaded, head.data, keyOf), [loaded, head.data, keyOf]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const show = () => {
    if (head.data) client.setQueryData(queryKey, { pages: [head.data], pageParams: [undefined] });
  };
  return { ...pages, items, fresh, more, show };
}
