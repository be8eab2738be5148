// Reading a run and telling it something. A run is asked for again while its page is seen; what a command answers is
// the newest state and is kept at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';
import type { Run } from './model';

const EVERY = 4_000;
/** While a machine has the turn somebody waits for what comes next. */
const SOON = 700;

export function useRun(run: string) {
  return useQuery({
    queryKey: keys.run(run),
    queryFn: () => sent(api.GET('/v1/runs/{run}', { params: { path: { run } } })),
    refetchInterval: (query) => (query.state.data?.status === 'running' ? SOON : EVERY),
  });
}

export function useStep(run: string, step: string | undefined, seq: number | undefined) {
  return useQuery({
    queryKey: [...keys.step(run, step ?? ''), seq],
    queryFn: () =>
      sent(api.GET('/v1/runs/{run}/steps/{step}', { params: { path: { run, step: step ?? '' } } })),
    enabled: step !== undefined,
    placeholderData: (before, query) => (query?.queryKey[3] === step ? before : undefined),
  });
}

export type Command = { type: string; step?: string; execution?: string } & Record<string, unknown>;
export type Told = { outcome: string; run?: Run };

export function useCommand(run: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (command: Command) => {
      const body = { id: crypto.randomUUID(), ...command };
      return (await sent(
        api.POST('/v1/runs/{run}/commands', { params: { path: { run } }, body: body as never }),
      )) as Told;
    },
    onSuccess: (told) => {
      if (told.run) client.setQueryData(keys.run(run), told.run);
      void client.invalidateQueries({ queryKey: keys.run(run) });
      void client.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
}
