import { Card, Grid, NavLink, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { titleOf } from '@/ui/collections';
import { definitions } from '@/ui/definitions';
import { Failed, Panel } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { grouped, sourceOf } from './model';
import { RecordChoice } from './RecordChoice';
import { StartForm } from './StartForm';

type Search = { definition?: string; record?: string; source?: string };

/** Starting a run: what, on which record, with which inputs, for whom. What was chosen stands in the address. */
export default function StartPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/start' }) as Search;
  const go = useNavigate({ from: '/start' });
  const found = useQuery(definitions);
  const groups = grouped(found.data?.items ?? []);
  const chosen = found.data?.items.find((each) => each.key === search.definition);
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('start.title')}
      </Title>
      {found.isError && <Failed error={found.error} reset={() => void found.refetch()} />}
      {found.isPending && <Waiting />}
      {found.data && groups.length === 0 && <Text c="dimmed">{t('start.nothing')}</Text>}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 4, lg: 3 }}>
          <Stack gap="xs" component="nav" aria-label={t('start.what')}>
            {groups.map(({ collection, items }) => (
              <div key={collection ?? ''}>
                {collection && (
                  <Text size="xs" c="dimmed" px="sm">
                    {titleOf(collection)}
                  </Text>
                )}
                {items.map((each) => (
                  <NavLink
                    key={each.key}
                    component="button"
                    label={each.name}
                    active={each.key === search.definition}
                    style={{ borderRadius: 8 }}
                    onClick={() => void go({ search: { definition: each.key } as never })}
                  />
                ))}
              </div>
            ))}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 8, lg: 7 }}>
          {!chosen && found.data && groups.length > 0 && <Text c="dimmed">{t('start.choose')}</Text>}
          {chosen && (
            <Card withBorder padding="lg">
              <Stack>
                <Title order={2} size="h4">
                  {chosen.name}
                </Title>
                {chosen.record && (
                  <RecordChoice
                    key={chosen.record}
                    collection={chosen.record}
                    value={search.record ?? null}
                    onChange={(record) =>
                      void go({
                        search: { ...search, record: record ?? undefined } as never,
                        replace: true,
                      })
                    }
                  />
                )}
                {chosen.record && !search.record ? (
                  <Text c="dimmed">{t('start.record_first')}</Text>
                ) : (
                  <Panel key={`${chosen.key} ${search.record ?? ''}`}>
                    <StartForm
                      definition={chosen.key}
                      record={search.record}
                      source={sourceOf(search.source)}
                    />
                  </Panel>
                )}
              </Stack>
            </Card>
          )}
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
