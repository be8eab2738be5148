import { Anchor, Button, Group, Select, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { Failed } from '@/ui/Failed';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';

const STATUSES = ['running', 'waiting', 'saved', 'completed', 'aborted'];
type Filters = Record<string, string>;

/** Every run one may see: by status, definition, words; the newest first. */
export default function RunsPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/runs' }) as Filters;
  const go = useNavigate({ from: '/runs' });
  const change = useCallback(
    (next: Filters) =>
      void go({
        search: (old: Filters) =>
          Object.fromEntries(Object.entries({ ...old, ...next }).filter(([, value]) => value)),
        replace: true,
      }),
    [go],
  );
  const runs = useInfiniteQuery({
    queryKey: keys.runs(filters),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      sent(api.GET('/v1/runs', { params: { query: { ...filters, limit: 50, cursor: pageParam } as never } })),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
  const list = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('nav.runs')}
      </Title>
      <Group gap="sm">
        <TextInput
          type="search"
          aria-label={t('runs.search')}
          placeholder={t('runs.search')}
          defaultValue={filters.q}
          onChange={(event) => change({ q: event.currentTarget.value })}
        />
        <Select
          aria-label={t('runs.status')}
          placeholder={t('runs.status')}
          clearable
          value={filters.status ?? null}
          onChange={(value) => change({ status: value ?? '' })}
          data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          w={170}
        />
        <TextInput
          aria-label={t('runs.definition')}
          placeholder={t('runs.definition')}
          defaultValue={filters.definition}
          onChange={(event) => change({ definition: event.currentTarget.value })}
          w={170}
        />
        <Switch
          label={t('status.attention')}
          checked={filters.attention === 'true'}
          onChange={(event) => change({ attention: event.currentTarget.checked ? 'true' : '' })}
        />
      </Group>
      {runs.isError && <Failed error={runs.error} reset={() => void runs.refetch()} />}
      {runs.isPending && <Waiting />}
      {runs.data && list.length === 0 && <Text c="dimmed">{t('runs.nothing')}</Text>}
      {list.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table highlightOnHover verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('runs.name')}</Table.Th>
                <Table.Th>{t('runs.status')}</Table.Th>
                <Table.Th>{t('runs.started')}</Table.Th>
                <Table.Th>{t('runs.holder')}</Table.Th>
                <Table.Th>{t('run.due')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.map((run) => (
                <Table.Tr key={run.id}>
                  <Table.Td>
                    <Anchor
                      renderRoot={(props) => <Link to="/runs/$run" params={{ run: run.id }} {...props} />}
                    >
                      {run.name}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {run.definition} {t('run.version', { n: run.version })}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      <Status value={run.status} />
                      {run.attention && <Status value="attention" />}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    <When value={run.started_at} />
                  </Table.Td>
                  <Table.Td>{run.holder}</Table.Td>
                  <Table.Td>
                    <When value={run.due} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {runs.hasNextPage && (
        <Button variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
          {t('runs.more')}
        </Button>
      )}
    </Stack>
  );
}
