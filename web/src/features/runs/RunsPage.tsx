import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { Failed } from '@/ui/Failed';
import { type Page, useLongList } from '@/ui/longList';
import { Fresh, NextPage } from '@/ui/NextPage';
import { SavedViews, useDefaultView } from '@/ui/SavedViews';
import { useFilters } from '@/ui/useFilters';
import { Waiting } from '@/ui/Waiting';
import { type Filters, given, KNOWN, query } from './filters';
import { PickedRuns } from './PickedRuns';
import { RunFilters } from './RunFilters';
import { RunTable } from './RunTable';

type Summary = Schemas['RunSummary'];
const idOf = (run: Summary) => run.id;

/** Every run one may see: by words, status and much more; one command for many of them. */
export default function RunsPage() {
  const { t } = useTranslation();
  const { filters, show, change } = useFilters('/runs');
  useDefaultView('runs', filters, show);
  const asked = useMemo(() => query(filters), [filters]);
  const runs = useLongList({
    queryKey: keys.runs(asked),
    ask: (cursor): Promise<Page<Summary>> =>
      sent(api.GET('/v1/runs', { params: { query: { ...asked, limit: 100, cursor } as never } })),
    keyOf: idOf,
  });
  const [names, setNames] = useState<ReadonlySet<string>>(new Set());
  const picked = runs.items.filter((run) => names.has(run.id));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.runs')}
        </Title>
        <SavedViews kind="runs" known={KNOWN} filters={forView(filters)} onPick={show} />
      </Group>
      <Group gap="sm">
        <RunFilters filters={filters} onChange={(next) => change({ show: 'all', ...next })} />
      </Group>
      <PickedRuns picked={picked} onDone={() => setNames(new Set())} />
      {runs.isError && <Failed error={runs.error} reset={() => void runs.refetch()} />}
      {runs.isPending && <Waiting />}
      <Fresh list={runs} words={t('fresh.runs', { count: runs.fresh })} />
      {runs.data && runs.items.length === 0 && (
        <Nothing filters={filters} onClear={() => show({ show: 'all' })} />
      )}
      {runs.items.length > 0 && <RunTable runs={runs.items} picked={names} onPick={setNames} />}
      <NextPage list={runs} />
    </Stack>
  );
}

/** A view is for other days and devices too: it keeps the instant that a day began. */
function forView(filters: Filters): Filters {
  const { started_after } = query(filters);
  return typeof started_after === 'string' ? { ...filters, started_after } : filters;
}

/** Why there is nothing: every filter that holds, and the way to none of them. */
function Nothing({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const { t } = useTranslation();
  const said = given(filters).map(([name, value]) => t('filter.is', { field: t(`by.${name}`), value }));
  return (
    <Stack gap="xs" align="flex-start">
      <Text c="dimmed">
        {said.length > 0 ? t('filter.nothing', { filters: said.join(', ') }) : t('runs.nothing')}{' '}
        {t('filter.nothing_team')}
      </Text>
      {said.length > 0 && (
        <Button size="xs" variant="default" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      )}
    </Stack>
  );
}
