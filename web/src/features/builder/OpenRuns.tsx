import { Group, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { MigrateLook } from '@/ui/MigrateLook';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';
import { useVersions } from '@/ui/definitions';

const PAGE = 200;
/** As many as one call of the API moves. */
const MOST = 500;

/** Runs go on by the version they began with. Here those that are open are looked at, and moved to another one. */
export default function OpenRuns({ definition }: { definition: string }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const versions = useVersions(definition);
  const newest = versions.data?.items[0]?.version;
  const [chosen, setChosen] = useState<number | null>(null);
  const [moved, setMoved] = useState(0);
  const to = chosen ?? newest;
  const runs = useOpen(definition, moved);
  if (versions.isError) return <Said error={versions.error} />;
  if (runs.error) return <Said error={runs.error} />;
  if (!versions.data || !runs.all) return <Waiting size="sm" />;
  if (to === undefined) return <Text c="dimmed">{t('builder.no_versions')}</Text>;
  const by = new Map<number, number>();
  for (const run of runs.all) by.set(run.version, (by.get(run.version) ?? 0) + 1);
  const others = runs.all.filter((run) => run.version !== to).slice(0, MOST);
  return (
    <Stack>
      <Text size="sm">
        {runs.all.length === 0 ? t('builder.no_open_runs') : t('builder.used_by', { count: runs.all.length })}
        {[...by.entries()]
          .sort(([a], [b]) => a - b)
          .map(([version, count]) => ` · ${t('builder.on_version', { n: version, count })}`)
          .join('')}
      </Text>
      <Group>
        <Select
          label={t('migrate.to')}
          value={String(to)}
          onChange={(next) => next && setChosen(Number(next))}
          data={versions.data.items.map((each) => String(each.version))}
          allowDeselect={false}
        />
      </Group>
      {others.length === 0 ? (
        <Text c="dimmed">{t('builder.all_there', { n: to })}</Text>
      ) : (
        <MigrateLook
          key={`${to} ${moved}`}
          definition={definition}
          to={to}
          runs={others}
          onDone={() => undefined}
          onClose={() => setMoved((times) => times + 1)}
          onOpen={(run) => void go({ to: '/runs/$run', params: { run } })}
        />
      )}
    </Stack>
  );
}

/** Every open run, page after page. They stay as they were read while somebody looks at them. */
function useOpen(definition: string, moved: number) {
  const found = useInfiniteQuery({
    queryKey: ['open-runs', definition, moved],
    gcTime: 0,
    staleTime: Infinity,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => {
      const query = { definition, status: ['running', 'waiting', 'saved'], limit: PAGE, cursor: pageParam };
      return sent(api.GET('/v1/runs', { params: { query: query as never } }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const many = data?.pages.flatMap((page) => page.items) ?? [];
  const goOn = hasNextPage && !isFetchingNextPage && many.length < MOST;
  useEffect(() => {
    if (goOn) void fetchNextPage();
  }, [goOn, fetchNextPage]);
  return { all: data && !goOn && !isFetchingNextPage ? many : undefined, error: found.error };
}
