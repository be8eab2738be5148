import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { Failures } from './Failures';
import { Rows } from './Rows';
import { Throughput } from './Throughput';
import './words';

/** What a lead looks at: open work, how long things take, what is stuck and why, what models cost. */
export default function LeadPage() {
  const { t } = useTranslation();
  return (
    <Stack gap="xl">
      <Title order={1} size="h3">
        {t('nav.overview')}
      </Title>
      <Part title={t('lead.backlog')}>
        <Backlog />
      </Part>
      <Part title={t('lead.failures')}>
        <Failures />
      </Part>
      <Part title={t('lead.throughput')}>
        <Throughput />
      </Part>
      <Part title={t('lead.models')}>
        <Models />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Backlog() {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ['analytics', 'backlog'],
    queryFn: () => sent(api.GET('/v1/analytics/backlog')),
    refetchInterval: 30_000,
  });
  if (found.isError) return <Failed error={found.error} />;
  if (!found.data) return <Waiting size="sm" />;
  return (
    <Rows
      heads={[t('lead.team'), t('lead.open'), t('lead.overdue')]}
      rows={found.data.items.map((row) => ({
        key: row.team,
        cells: [
          row.team,
          row.more ? t('lead.more_than', { count: row.open }) : row.open,
          <Text span key="late" inherit {...(row.overdue > 0 ? { c: 'red', fw: 600 } : {})}>
            {row.overdue}
          </Text>,
        ],
      }))}
    />
  );
}

function Models() {
  const { t, i18n } = useTranslation();
  const found = useQuery({
    queryKey: ['analytics', 'models'],
    queryFn: () => sent(api.GET('/v1/analytics/models')),
  });
  if (found.isError) return <Failed error={found.error} />;
  if (!found.data) return <Waiting size="sm" />;
  if (found.data.items.length === 0) return <Text c="dimmed">{t('lead.no_models')}</Text>;
  const amount = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  return (
    <Stack gap={2}>
      {found.data.items.map((row) => (
        <Text size="sm" key={row.team}>
          {row.team || t('lead.everybody')}: {amount.format(row.cost)} ·{' '}
          {t('lead.tokens', { count: row.tokens })}
        </Text>
      ))}
    </Stack>
  );
}
