import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { askBulk } from '@/ui/Bulk';
import { Failed } from '@/ui/Failed';
import { itemOf } from '@/ui/many';
import { tasksUpTo } from '@/ui/tasks';
import { Waiting } from '@/ui/Waiting';
import { type Cause, causes } from './causes';
import { Rows } from './Rows';

/** Of so many stuck steps, those that are due first, the causes are told. */
const MOST = 600;

/** What is stuck, by cause; all of a cause can be tried again, or taken over by a person, at once. */
export function Failures() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const go = useNavigate();
  const found = useQuery({
    queryKey: ['tasks', 'stuck'],
    queryFn: async () => (await tasksUpTo(MOST, { status: ['attention'] })).tasks,
    refetchInterval: 15_000,
  });
  if (found.isError) return <Failed error={found.error} />;
  if (!found.data) return <Waiting size="sm" />;
  const list = causes(found.data);
  if (list.length === 0) return <Text c="dimmed">{t('lead.no_failures')}</Text>;
  const ask = (cause: Cause, type: string) =>
    askBulk(t('work.bulk', { command: t(`command.${type}`), count: cause.tasks.length }), {
      type,
      items: cause.tasks.slice(0, 500).map(itemOf),
      onDone: () => void client.invalidateQueries({ queryKey: ['tasks'] }),
      onOpen: (run) => void go({ to: '/runs/$run', params: { run } }),
    });
  return (
    <Rows
      heads={[t('lead.step'), t('filter.definition'), t('lead.cause'), t('lead.count'), t('bulk.command')]}
      rows={list.map((cause) => ({
        key: cause.key,
        cells: [
          cause.title,
          cause.definition,
          t(`reason.${cause.reason}`, { defaultValue: cause.reason }),
          cause.tasks.length,
          <Group key="do" gap={4}>
            {(['retry', 'handle_manually'] as const).map((type) => (
              <Button key={type} size="compact-sm" variant="default" onClick={() => ask(cause, type)}>
                {t(type === 'retry' ? 'lead.retry' : 'lead.by_hand')}
              </Button>
            ))}
          </Group>,
        ],
      }))}
    />
  );
}
