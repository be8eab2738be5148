import { Anchor, Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';

type Summary = Schemas['RunSummary'];

/** One record: what it holds, what can be started on it, what to continue, and past runs. */
export default function RecordPage() {
  const { t } = useTranslation();
  const { collection, record } = useParams({ from: '/records/$collection/$record' });
  const [source = '', name = ''] = collection.split(/\.(.*)/);
  const row = useQuery({
    queryKey: ['row', collection, record],
    queryFn: () =>
      sent(
        api.GET('/v1/sources/{source}/collections/{collection}/rows/{record}', {
          params: { path: { source, collection: name, record } },
        }),
      ),
  });
  const workflows = useQuery({
    queryKey: ['workflows', collection, record],
    queryFn: () =>
      sent(
        api.GET('/v1/records/{collection}/{record}/workflows', { params: { path: { collection, record } } }),
      ),
  });
  if (row.isError) return <Failed error={row.error} />;
  if (!row.data) return <Waiting />;
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {collection} {record}
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Card withBorder>
          <Title order={2} size="h5" mb="sm">
            {t('records.details')}
          </Title>
          <Stack gap={4}>
            {Object.entries(row.data as Record<string, unknown>).map(([field, value]) => (
              <Group key={field} wrap="nowrap" align="flex-start">
                <Text size="sm" c="dimmed" w={140}>
                  {field}
                </Text>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {typeof value === 'object' ? JSON.stringify(value) : String(value)}
                </Text>
              </Group>
            ))}
          </Stack>
        </Card>
        <Stack>
          {workflows.isError && <Failed error={workflows.error} />}
          {workflows.data && (
            <>
              <Starts collection={collection} record={record} startable={workflows.data.startable} />
              <Runs title={t('records.to_continue')} runs={workflows.data.to_continue} />
              <Runs title={t('records.history')} runs={workflows.data.history} />
            </>
          )}
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

type StartProps = { collection: string; record: string; startable: { definition: string; name: string }[] };

function Starts({ record, startable }: StartProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const start = useMutation({
    mutationFn: (definition: string) =>
      sent(api.POST('/v1/runs', { body: { definition, record, source: 'summary' } as never })),
    onSuccess: (run) => void go({ to: '/runs/$run', params: { run: (run as { id: string }).id } }),
  });
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="sm">
        {t('records.start')}
      </Title>
      {startable.length === 0 && <Text c="dimmed">{t('records.nothing_to_start')}</Text>}
      <Group gap="xs">
        {startable.map((each) => (
          <Button
            key={each.definition}
            variant="light"
            loading={start.isPending}
            onClick={() => start.mutate(each.definition)}
          >
            {each.name}
          </Button>
        ))}
      </Group>
      {start.isError && <Said error={start.error} />}
    </Card>
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
      <Stack gap={6}>
        {runs.map((run) => (
          <Group key={run.id} justify="space-between" wrap="nowrap">
            <Anchor renderRoot={(props) => <Link to="/runs/$run" params={{ run: run.id }} {...props} />}>
              {run.name}
            </Anchor>
            <Group gap="xs" wrap="nowrap">
              <When value={run.ended_at ?? run.started_at} size="sm" c="dimmed" />
              <Status value={run.status} />
            </Group>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
