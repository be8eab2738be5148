import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { When } from '@/ui/When';
import type { Run } from './model';

type Reason = Schemas['WhyReason'];
const TONES: Record<string, string> = {
  attention: 'orange',
  errand_attention: 'orange',
  failing_workflow_task: 'red',
  no_worker: 'red',
  out_of_order: 'red',
  run_stopped: 'red',
  run_vanished: 'red',
  retrying: 'yellow',
  saved: 'yellow',
  on_hold: 'yellow',
};

/** Why the run is not moving, answered in one place: what stands in its way first. */
export function Why({ run, onSelect }: { run: Run; onSelect: (step: string) => void }) {
  const { t } = useTranslation();
  const why = useQuery({
    queryKey: ['run', run.id, 'why', run.seq],
    queryFn: () => sent(api.GET('/v1/runs/{run}/why', { params: { path: { run: run.id } } })),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });
  if (why.isError) return <Failed error={why.error} />;
  if (!why.data) return <Waiting size="sm" />;
  const { reasons, moving, temporal } = why.data;
  return (
    <Stack gap="xs">
      {moving && <Text size="sm">{t('why.moving')}</Text>}
      {!temporal && <Alert color="yellow">{t('why.temporal')}</Alert>}
      {reasons.length === 0 && <Text c="dimmed">{t('run.nothing_in_the_way')}</Text>}
      {reasons.map((reason) => (
        <Because
          key={`${reason.code} ${reason.step ?? ''} ${reason.message}`}
          reason={reason}
          onSelect={run.steps.some((step) => step.id === reason.step) ? onSelect : undefined}
        />
      ))}
    </Stack>
  );
}

type BecauseProps = { reason: Reason; onSelect: ((step: string) => void) | undefined };

function Because({ reason, onSelect }: BecauseProps) {
  const { t } = useTranslation();
  const next = typeof reason.next_at === 'string' ? reason.next_at : null;
  const failure = typeof reason.failure === 'string' ? reason.failure : null;
  return (
    <Alert
      color={TONES[reason.code] ?? 'gray'}
      title={t(`why.code.${reason.code}`, { defaultValue: reason.code.replaceAll('_', ' ') })}
      py="xs"
    >
      <Text size="sm">{reason.message}</Text>
      {failure && (
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          {failure}
        </Text>
      )}
      <Text size="xs">
        {reason.since && (
          <>
            {t('why.since')} <When value={reason.since} />
          </>
        )}
        {next && (
          <>
            {' · '}
            {t('why.next')} <When value={next} />
          </>
        )}
      </Text>
      {onSelect && reason.step && (
        <Anchor component="button" size="sm" onClick={() => onSelect(reason.step ?? '')}>
          {t('why.go')}
        </Anchor>
      )}
    </Alert>
  );
}
