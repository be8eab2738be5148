import { Anchor, Button, Group, NavLink, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { shownFields } from './model';

/** The records of a source's collections: choose one, search in it, open a row. */
export default function RecordsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/records' }) as { source?: string; collection?: string; q?: string };
  const go = useNavigate({ from: '/records' });
  const sources = useQuery({ queryKey: ['sources'], queryFn: () => sent(api.GET('/v1/sources')) });
  const source = search.source ?? sources.data?.items[0]?.id;
  const collections = useQuery({
    queryKey: ['collections', source],
    enabled: !!source,
    queryFn: () =>
      sent(api.GET('/v1/sources/{source}/collections', { params: { path: { source: source ?? '' } } })),
  });
  const collection = search.collection ?? collections.data?.items[0]?.id;
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('nav.records')}
      </Title>
      {sources.isError && <Failed error={sources.error} />}
      <Group align="flex-start" gap="lg" wrap="nowrap">
        <Stack gap={0} w={180} component="nav" aria-label={t('records.collections')} visibleFrom="sm">
          {collections.data?.items.map((each) => (
            <NavLink
              key={each.id}
              component="button"
              active={each.id === collection}
              label={each.id}
              onClick={() =>
                void go({ search: { ...search, source, collection: each.id, q: undefined } as never })
              }
            />
          ))}
        </Stack>
        {source && collection && (
          <Rows
            key={collection}
            source={source}
            collection={collection.slice(source.length + 1)}
            q={search.q ?? ''}
            onSearch={(q) => void go({ search: { ...search, q } as never, replace: true })}
          />
        )}
      </Group>
    </Stack>
  );
}

type Props = { source: string; collection: string; q: string; onSearch: (q: string) => void };

function Rows({ source, collection, q, onSearch }: Props) {
  const { t } = useTranslation();
  const rows = useQuery({
    queryKey: ['rows', source, collection, q],
    placeholderData: keepPreviousData,
    queryFn: () =>
      sent(
        api.GET('/v1/sources/{source}/collections/{collection}/rows', {
          params: { path: { source, collection }, query: { limit: 100, ...(q ? { q } : {}) } },
        }),
      ),
  });
  if (rows.isError) return <Failed error={rows.error} />;
  if (!rows.data) return <Waiting />;
  const items = rows.data.items as Record<string, unknown>[];
  const fields = shownFields(items);
  return (
    <Stack style={{ flex: 1, minWidth: 0 }}>
      <TextInput
        type="search"
        maw={320}
        aria-label={t('records.search')}
        placeholder={t('records.search')}
        defaultValue={q}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      {items.length === 0 && <Text c="dimmed">{t('records.nothing')}</Text>}
      {items.length > 0 && (
        <Table.ScrollContainer minWidth={500}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                {fields.map((field) => (
                  <Table.Th key={field}>{field}</Table.Th>
                ))}
                <Table.Th>{t('records.open')}</Table.Th>
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
                              params={{ collection: `${source}.${collection}`, record: String(row.id) }}
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
                    <Button
                      size="compact-sm"
                      variant="default"
                      renderRoot={(props) => (
                        <Link
                          to="/records/$collection/$record"
                          params={{ collection: `${source}.${collection}`, record: String(row.id) }}
                          {...props}
                        />
                      )}
                    >
                      {t('records.open')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
