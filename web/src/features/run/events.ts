// All events of a run, and the run as it was after one of them.
import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';

const PAGES = 50;

/** All of them, page by page: they are kept from the first one on, and the newest are wanted first. */
async function everyEvent(run: string) {
  const found = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const query = { limit: 200, ...(cursor ? { cursor } : {}) };
    const { items, next } = await sent(
      api.GET('/v1/runs/{run}/events', { params: { path: { run }, query } }),
    );
    found.push(...items);
    if (!next) break;
    cursor = next;
  }
  return found;
}

export function useEvents(run: string, seq: number) {
  return useQuery({
    queryKey: [...keys.events(run), seq],
    queryFn: () => everyEvent(run),
    placeholderData: (before) => before,
  });
}

/** The run as it was then. What has happened never changes: it is asked for once. */
export function useRunAt(run: string, at: number | undefined) {
  return useQuery({
    queryKey: ['replay', run, at],
    queryFn: () =>
      sent(api.GET('/v1/runs/{run}/replay', { params: { path: { run }, query: { at: at ?? 1 } } })),
    enabled: at !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
}
