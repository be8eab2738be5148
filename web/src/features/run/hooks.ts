// Reading a run and telling it something. A run is asked for again while its page is seen, more rarely where its
// changes are told; what a command answers is the newest state and is kept at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, type Schemas, sent } from '@/api/client';
import { pace } from '@/app/live';
import { keys } from '@/app/queries';
import { ahead } from '@/offline/ahead';
import { type Command, deliver } from '@/offline/deliver';
import { lastOf } from '@/offline/kept';
import { useQueue } from '@/offline/outbox';

export type { Command, Told } from '@/offline/deliver';

const EVERY = 4_000;
/** While a machine has the turn somebody waits for what comes next. */
const SOON = 700;

/** The run as it was loaded last, with what was given since and has not arrived yet. */
export function useRun(run: string) {
  const { data, isError, error, refetch } = useQuery({
    queryKey: keys.run(run),
    queryFn: () => sent(api.GET('/v1/runs/{run}', { params: { path: { run } } })),
    refetchInterval: (query) => pace(query.state.data?.status === 'running' ? SOON : EVERY, run),
  });
  const queue = useQueue();
  return { data: useMemo(() => data && ahead(data, queue), [data, queue]), isError, error, refetch };
}

export function useStep(run: string, step: string | undefined, seq: number | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [...keys.step(run, step ?? ''), seq],
    queryFn: () =>
      sent(api.GET('/v1/runs/{run}/steps/{step}', { params: { path: { run, step: step ?? '' } } })),
    enabled: step !== undefined,
    // Until the newest is here, and where it cannot come, the step as it was known last.
    initialData: () => lastOf<Schemas['StepDetail']>(client, run, step ?? ''),
    initialDataUpdatedAt: 0,
  });
}

export function useCommand(run: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: Command) => deliver(run, command),
    onSuccess: (told) => {
      if (told.run) client.setQueryData(keys.run(run), told.run);
      void client.invalidateQueries({ queryKey: keys.run(run) });
      void client.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
}
