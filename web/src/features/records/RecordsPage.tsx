import { Anchor, Button, Flex, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCollections, useShape } from '@/ui/collections';
import { Failed, Panel } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { BeginMenu } from './Begin';
import { Collections } from './Collections';
import { Filters } from './Filters';
import { useRows } from './hooks';
import { type Field, type Row, type Search, shownFields, withCollection } from './model';

/** The records of a source's collections: choose one, search and filter in it, open or start from a row. */
export default function RecordsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/records' }) as Search;
  const go = useNavigate({ from: '/records' });
  const collections = useCollections();
  const collection = search.collection ?? collections.data?.[0];
  const change = (next: Search) => void go({ search: next as never, replace: true });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.records')}
        </Title>
        {collection && (
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/workspace" search={{ ...search, collection }} {...props} />}
          >
            {t('page.workspace')}
          </Button>
        )}
      </Group>
      {collections.isError && <Failed error={collections.error} reset={() => void collections.refetch()} />}
      {collections.isPending && <Waiting />}
      <Flex gap="lg" direction={{ base: 'column', sm: 'row' }}>
        <Collections
          names={collections.data ?? []}
          value={collection}
          onChange={(name) => void go({ search: withCollection(search, name) as never })}
        />
        {collection && (
          <Panel key={collection}>
            <Rows collection={collection} search={search} onChange={change} />
          </Panel>
        )}
      </Flex>
    </Stack>
  );
}

type Props = { collection: string; search: Search; onChange: (search: Search) => void };

function Rows({ collection, search, onChange }: Props) {
  const { t } = useTranslation();
  const rows = useRows(collection, search);
  const shape = useShape(collection);
  const items = (rows.data?.pages.flatMap((page) => page.items) ?? []) as Row[];
  return (
    <Stack style={{ flex: 1, minWidth: 0 }}>
      <Filters
        search={search}
        fields={(shape.data?.fields ?? []) as Field[]}
        rows={items}
        onChange={onChange}
      />
      {rows.isError && <Failed error={rows.error} reset={() => void rows.refetch()} />}
      {rows.isPending && <Waiting />}
      {rows.data && items.length === 0 && (
        <Group>
          <Text c="dimmed">{t('records.nothing')}</Text>
          <Button size="compact-sm" variant="default" onClick={() => onChange({ collection })}>
            {t('filter.clear')}
          </Button>
        </Group>
      )}
      {items.length > 0 && <RowTable collection={collection} items={items} />}
      <Group>
        <Text size="sm" c="dimmed" role="status">
          {rows.data && t('record.count', { count: items.length })}
        </Text>
        {rows.hasNextPage && (
          <Button
            variant="default"
            loading={rows.isFetchingNextPage}
            onClick={() => void rows.fetchNextPage()}
          >
            {t('record.more')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function RowTable({ collection, items }: { collection: string; items: Row[] }) {
  const { t } = useTranslation();
  const fields = shownFields(items);
  return (
    <Table.ScrollContainer minWidth={500}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {fields.map((field) => (
              <Table.Th key={field}>{field.replaceAll('_', ' ')}</Table.Th>
            ))}
            <Table.Th>{t('records.start')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((row) => (
            <Table.Tr key={String(row.id)}>
              {fields.map((field, index) => (
                <Table.Td key={field}>
                  {index === 0 ? (
                    <Anchor
                      renderRoot={(props) => (
                        <Link
                          to="/records/$collection/$record"
                          params={{ collection, record: String(row.id) }}
                          {...props}
                        />
                      )}
                    >
                      {String(row[field] ?? '')}
                    </Anchor>
                  ) : (
                    String(row[field] ?? '')
                  )}
                </Table.Td>
              ))}
              <Table.Td>
                <BeginMenu collection={collection} record={String(row.id)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
