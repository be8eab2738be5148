import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { type Page, useLongList } from '@/ui/longList';
import { Fresh, NextPage } from '@/ui/NextPage';
import { useFilters } from '@/ui/useFilters';
import { Waiting } from '@/ui/Waiting';
import { count, fileOf, query } from './filters';
import { LogFilters } from './LogFilters';
import { LogTable } from './LogTable';
import './words';

type Entry = Schemas['LogEntry'];
const keyOf = (entry: Entry) => String(entry.id);

/** Everything that anybody did, read or was refused, the newest first; and the same as a file. */
export default function LogPage() {
  const { t } = useTranslation();
  const { filters, change } = useFilters('/log');
  const asked = useMemo(() => query(filters), [filters]);
  const log = useLongList({
    queryKey: ['log', asked],
    ask: (cursor): Promise<Page<Entry>> =>
      sent(api.GET('/v1/activity-log', { params: { query: { ...asked, limit: 100, cursor } as never } })),
    keyOf,
  });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.log')}
        </Title>
        <Group gap="xs">
          {(['csv', 'jsonl'] as const).map((kind) => (
            <Button
              key={kind}
              component="a"
              size="xs"
              variant="default"
              href={fileOf(kind, filters)}
              download
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              {t(`log.${kind}`)}
            </Button>
          ))}
        </Group>
      </Group>
      <LogFilters filters={filters} onChange={change} />
      {log.isError && <Failed error={log.error} reset={() => void log.refetch()} />}
      {log.isPending && <Waiting />}
      <Fresh list={log} words={t('log.fresh', { count: log.fresh })} />
      {log.data && log.items.length === 0 && (
        <Text c="dimmed">{t(count(filters) > 0 ? 'log.nothing_fits' : 'log.nothing')}</Text>
      )}
      {log.items.length > 0 && <LogTable entries={log.items} />}
      <NextPage list={log} />
    </Stack>
  );
}
