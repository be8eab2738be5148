import { List, Text } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { When } from '@/ui/When';
import type { Run } from './model';

/** Why the run is not moving, answered in one place. */
export function Why({ run }: { run: Run }) {
  const { t } = useTranslation();
  const why = useQuery({
    queryKey: ['run', run.id, 'why', run.seq],
    queryFn: () => sent(api.GET('/v1/runs/{run}/why', { params: { path: { run: run.id } } })),
  });
  if (why.isError) return <Failed error={why.error} />;
  if (!why.data) return <Waiting size="sm" />;
  if (why.data.reasons.length === 0) return <Text c="dimmed">{t('run.nothing_in_the_way')}</Text>;
  return (
    <List size="sm" spacing="xs">
      {why.data.reasons.map((reason) => (
        <List.Item key={`${reason.code} ${reason.step ?? ''} ${reason.message}`}>
          {reason.message}
          {reason.since && (
            <Text size="xs" c="dimmed">
              <When value={reason.since} />
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}
