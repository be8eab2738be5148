import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { lengthOf } from '@/ui/length';
import { Waiting } from '@/ui/Waiting';
import { Rows } from './Rows';

type Spread = Schemas['Spread'] | null;

/** How many runs of each workflow there are and how long they take; of one of them, where the time goes. */
export function Throughput() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>();
  const found = useQuery({
    queryKey: ['analytics', 'definitions'],
    queryFn: () => sent(api.GET('/v1/analytics/definitions', { params: { query: { limit: 200 } } })),
  });
  if (found.isError) return <Failed error={found.error} />;
  if (!found.data) return <Waiting size="sm" />;
  const heads = [
    t('filter.definition'),
    t('lead.open'),
    t('lead.completed'),
    t('lead.aborted'),
    t('lead.lead'),
    t('lead.step'),
  ];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('lead.read')}
      </Text>
      <Rows
        heads={heads}
        rows={found.data.items.map((row) => ({
          key: row.definition,
          cells: [
            <Anchor
              key="board"
              size="sm"
              renderRoot={(props) => <Link to="/board" search={{ definition: row.definition }} {...props} />}
            >
              {row.definition}
            </Anchor>,
            row.open,
            row.completed,
            row.aborted,
            <Length key="lead" spread={row.lead} />,
            <Button
              key="steps"
              size="compact-sm"
              variant="subtle"
              aria-pressed={chosen === row.definition}
              onClick={() => setChosen(row.definition)}
            >
              {t('lead.steps', { name: row.definition })}
            </Button>,
          ],
        }))}
      />
      {chosen && <Steps definition={chosen} />}
    </Stack>
  );
}

function Steps({ definition }: { definition: string }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ['analytics', 'steps', definition],
    queryFn: () => sent(api.GET('/v1/analytics/steps', { params: { query: { definition } } })),
  });
  if (found.isError) return <Failed error={found.error} />;
  if (!found.data) return <Waiting size="sm" />;
  return (
    <div>
      <Title order={3} size="h5">
        {t('lead.steps', { name: definition })}
      </Title>
      <Rows
        heads={[t('lead.step'), t('lead.lead'), t('lead.wait'), t('lead.handling')]}
        rows={found.data.items.map((row) => ({
          key: row.step,
          cells: [
            row.step,
            <Length key="lead" spread={row.lead} />,
            <Length key="wait" spread={row.wait} />,
            <Length key="handling" spread={row.handling} />,
          ],
        }))}
      />
    </div>
  );
}

function Length({ spread }: { spread: Spread }) {
  const { t, i18n } = useTranslation();
  if (!spread) return '–';
  return (
    <Group gap={6}>
      <Text size="sm">{t('lead.median', { length: lengthOf(spread.median, i18n.language) })}</Text>
      <Text size="xs" c="dimmed">
        {t('lead.p90', { length: lengthOf(spread.p90, i18n.language) })}
      </Text>
    </Group>
  );
}
