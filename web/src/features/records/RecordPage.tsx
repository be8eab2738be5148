import { Alert, Anchor, Button, Card, Group, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { titleOf, useShape } from '@/ui/collections';
import { Failed, Panel } from '@/ui/Failed';
import { Status } from '@/ui/Status';
import { Waiting } from '@/ui/Waiting';
import { When } from '@/ui/When';
import { Begin } from './Begin';
import { Fields } from './Fields';
import { useRow, useWorkflows } from './hooks';
import { type Row, shownFields } from './model';

type Summary = Schemas['RunSummary'];

/** One record. *Summary*: what can be started, to continue, past runs; *Details*: everything it holds. */
export default function RecordPage() {
  const { t } = useTranslation();
  const { collection, record } = useParams({ from: '/records/$collection/$record' });
  const { tab = 'summary' } = useSearch({ from: '/records/$collection/$record' }) as { tab?: string };
  const go = useNavigate({ from: '/records/$collection/$record' });
  const row = useRow(collection, record);
  if (row.isError) return <Failed whole error={row.error} reset={() => void row.refetch()} />;
  if (!row.data) return <Waiting />;
  return (
    <Stack gap="md">
      <div>
        <Anchor size="sm" renderRoot={(props) => <Link to="/records" search={{ collection }} {...props} />}>
          {titleOf(collection)}
        </Anchor>
        <Title order={1} size="h3">
          {t('record.title', { collection: titleOf(collection), id: record })}
        </Title>
      </div>
      <Tabs
        value={tab}
        onChange={(next) => void go({ search: (old) => ({ ...old, tab: next ?? 'summary' }), replace: true })}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="summary">{t('record.summary')}</Tabs.Tab>
          <Tabs.Tab value="details">{t('record.details')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="summary" pt="md">
          <Panel>
            <SummaryTab collection={collection} record={record} row={row.data} />
          </Panel>
        </Tabs.Panel>
        <Tabs.Panel value="details" pt="md">
          <Panel>
            <Details collection={collection} record={record} row={row.data} />
          </Panel>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

type Props = { collection: string; record: string; row: Row };

function SummaryTab({ collection, record, row }: Props) {
  const { t } = useTranslation();
  const workflows = useWorkflows(collection, record);
  const linked = workflows.data?.startable.filter((each) => each.opens) ?? [];
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        {workflows.isPending && <Waiting />}
        {workflows.isError && <Failed error={workflows.error} />}
        {linked.length > 0 && (
          <Alert
            color="harbour"
            title={t('record.opens', { name: linked.map((each) => each.name).join(', ') })}
          >
            <Button
              renderRoot={(props) => <Link to="/workspace" search={{ collection, record }} {...props} />}
            >
              {t('record.open_work')}
            </Button>
          </Alert>
        )}
        {workflows.data && (
          <>
            <Card withBorder>
              <Title order={2} size="h5" mb="sm">
                {t('records.start')}
              </Title>
              <Begin record={record} source="summary" startable={workflows.data.startable} />
            </Card>
            <Runs title={t('records.to_continue')} runs={workflows.data.to_continue} />
            <Runs title={t('records.history')} runs={workflows.data.history} />
          </>
        )}
      </Stack>
      <Card withBorder>
        <Title order={2} size="h5" mb="sm">
          {t('record.details')}
        </Title>
        <Fields row={row} names={shownFields([row], 8)} />
      </Card>
    </SimpleGrid>
  );
}

function Details({ collection, record, row }: Props) {
  const { t } = useTranslation();
  const shape = useShape(collection);
  const relations = (shape.data?.relations ?? []) as {
    name: string;
    collection: string;
    field: string;
    many: boolean;
  }[];
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Card withBorder>
        <Fields row={row} names={Object.keys(row)} />
      </Card>
      <Card withBorder>
        <Title order={2} size="h5" mb="sm">
          {t('record.related')}
        </Title>
        {relations.length === 0 && <Text c="dimmed">{t('records.none')}</Text>}
        <Stack gap={6}>
          {relations.map((relation) => (
            <Related key={relation.name} relation={relation} record={record} row={row} />
          ))}
        </Stack>
      </Card>
    </SimpleGrid>
  );
}

type RelatedProps = {
  relation: { name: string; collection: string; field: string; many: boolean };
  record: string;
  row: Row;
};

/** To the one record it names, or to the list of those that name it. */
function Related({ relation, record, row }: RelatedProps) {
  const { name, collection, field, many } = relation;
  const other = many ? undefined : row[field];
  if (!many && (other === null || other === undefined)) return null;
  return (
    <Anchor
      renderRoot={(props) =>
        many ? (
          <Link to="/records" search={{ collection, [`f.${field}`]: record }} {...props} />
        ) : (
          <Link to="/records/$collection/$record" params={{ collection, record: String(other) }} {...props} />
        )
      }
    >
      {name.replaceAll('_', ' ')}
      {!many && ` ${String(other)}`}
    </Anchor>
  );
}

function Runs({ title, runs }: { title: string; runs: Summary[] }) {
  const { t } = useTranslation();
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {runs.length === 0 && <Text c="dimmed">{t('records.none')}</Text>}
      <Stack gap="xs">
        {runs.map((run) => (
          <Group key={run.id} justify="space-between" wrap="nowrap" align="flex-start">
            <div style={{ minWidth: 0 }}>
              <Anchor renderRoot={(props) => <Link to="/runs/$run" params={{ run: run.id }} {...props} />}>
                {run.name}
              </Anchor>
              <Text size="xs" c="dimmed">
                <When value={run.ended_at ?? run.started_at} />
                {run.holder && !run.ended_at && ` · ${t('run.holder', { by: run.holder })}`}
              </Text>
            </div>
            <Group gap="xs" wrap="nowrap">
              {run.attention && <Status value="attention" />}
              <Status value={run.status} />
            </Group>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
