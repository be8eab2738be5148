import { Anchor, Box, Button, Card, Flex, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { RunWork } from '@/app/RunWork';
import { useCollections, useShape } from '@/ui/collections';
import { Failed, Panel } from '@/ui/Failed';
import { Status } from '@/ui/Status';
import { Waiting } from '@/ui/Waiting';
import { Begin } from './Begin';
import { CollectionChoice } from './Collections';
import { Filters } from './Filters';
import { useOpened, useRows, useWorkflows } from './hooks';
import { type Field, type Row, type Search, shownFields, told, withCollection } from './model';

/** The list on the left, the run of the chosen record on the right. Choosing one opens it: what is linked begins. */
export default function WorkspacePage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/workspace' }) as Search;
  const go = useNavigate({ from: '/workspace' });
  const collections = useCollections();
  const collection = search.collection ?? collections.data?.[0];
  const change = (next: Search) => void go({ search: next as never, replace: true });
  const { step: _, tab: __, ...list } = search;
  const select = (record: string | undefined) => {
    const { record: ___, ...rest } = list;
    void go({ search: (record ? { ...rest, collection, record } : rest) as never });
  };
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('page.workspace')}
      </Title>
      {collections.isError && <Failed error={collections.error} reset={() => void collections.refetch()} />}
      <Flex gap="lg" align="flex-start">
        <Stack
          gap="sm"
          w={{ base: '100%', md: 300 }}
          style={{ flexShrink: 0 }}
          visibleFrom={search.record ? 'md' : undefined}
        >
          <CollectionChoice
            names={collections.data ?? []}
            value={collection}
            onChange={(name) => void go({ search: withCollection(list, name) as never })}
          />
          {collection && (
            <Panel key={collection}>
              <List
                collection={collection}
                search={search}
                onChange={change}
                onSelect={(record) => select(record)}
              />
            </Panel>
          )}
        </Stack>
        <Box style={{ flex: 1, minWidth: 0 }} visibleFrom={search.record ? undefined : 'md'}>
          {collection && search.record ? (
            <Panel key={`${collection}/${search.record}`}>
              <Button
                hiddenFrom="md"
                variant="subtle"
                mb="xs"
                leftSection={<IconChevronLeft size={16} aria-hidden />}
                onClick={() => select(undefined)}
              >
                {t('work.back')}
              </Button>
              <Opened collection={collection} record={search.record} />
            </Panel>
          ) : (
            <Text c="dimmed">{t('record.pick')}</Text>
          )}
        </Box>
      </Flex>
    </Stack>
  );
}

type ListProps = {
  collection: string;
  search: Search;
  onChange: (search: Search) => void;
  onSelect: (record: string) => void;
};

function List({ collection, search, onChange, onSelect }: ListProps) {
  const { t } = useTranslation();
  const rows = useRows(collection, search);
  const shape = useShape(collection);
  const items = (rows.data?.pages.flatMap((page) => page.items) ?? []) as Row[];
  const fields = shownFields(items, 5);
  return (
    <Stack gap="xs">
      <Filters
        search={search}
        fields={(shape.data?.fields ?? []) as Field[]}
        rows={items}
        onChange={onChange}
      />
      {rows.isError && <Failed error={rows.error} />}
      {rows.isPending && <Waiting size="sm" />}
      {rows.data && items.length === 0 && <Text c="dimmed">{t('records.nothing')}</Text>}
      <Stack component="ul" gap={2} m={0} p={0} style={{ listStyle: 'none' }}>
        {items.map((row) => {
          const selected = String(row.id) === search.record;
          return (
            <li key={String(row.id)}>
              <UnstyledButton
                w="100%"
                p="xs"
                aria-current={selected}
                onClick={() => onSelect(String(row.id))}
                style={{
                  borderRadius: 8,
                  background: selected ? 'var(--mantine-primary-color-light)' : undefined,
                }}
              >
                <Text fw={600}>{String(row.id)}</Text>
                <Text size="sm" c="dimmed" lineClamp={2}>
                  {told(row, fields)}
                </Text>
              </UnstyledButton>
            </li>
          );
        })}
      </Stack>
      {rows.hasNextPage && (
        <Button variant="default" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          {t('record.more')}
        </Button>
      )}
    </Stack>
  );
}

type OpenedProps = { collection: string; record: string };

/** The run that opening the record began or went on with; else what there is to choose. */
function Opened({ collection, record }: OpenedProps) {
  const opened = useOpened(collection, record);
  if (opened.isError) return <Failed error={opened.error} reset={() => void opened.refetch()} />;
  if (!opened.data) return <Waiting />;
  if (opened.data.run) return <RunWork run={opened.data.run.id} />;
  return <Unopened collection={collection} record={record} several={opened.data.startable.length > 0} />;
}

/** Nothing began by itself: what goes on already, and what can be started. From here an open run is resumed. */
function Unopened({ collection, record, several }: OpenedProps & { several: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const workflows = useWorkflows(collection, record);
  const show = (run: string) =>
    client.setQueryData(['opened', collection, record], { run: { id: run }, startable: [] });
  if (workflows.isError) return <Failed error={workflows.error} />;
  if (!workflows.data) return <Waiting />;
  const { to_continue, startable } = workflows.data;
  return (
    <Card withBorder>
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {record}
          </Title>
          <Anchor
            renderRoot={(props) => (
              <Link to="/records/$collection/$record" params={{ collection, record }} {...props} />
            )}
          >
            {t('record.details')}
          </Anchor>
        </Group>
        <Text c="dimmed">{t(several ? 'record.offered' : 'record.unlinked')}</Text>
        {to_continue.length > 0 && (
          <>
            <Text fw={600}>{t('records.to_continue')}</Text>
            {to_continue.map((run) => (
              <Group key={run.id} justify="space-between" wrap="nowrap">
                <Button variant="default" onClick={() => show(run.id)}>
                  {run.name}
                </Button>
                <Status value={run.status} />
              </Group>
            ))}
          </>
        )}
        <Text fw={600}>{t('records.start')}</Text>
        <Begin record={record} source="workspace" startable={startable} onStarted={show} />
      </Stack>
    </Card>
  );
}
