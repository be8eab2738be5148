import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconCalendar } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { When } from '@/ui/When';
import { Ask } from './Ask';
import { useCommand } from './hooks';
import type { Run } from './model';

type Phase = Run['phases'][number];

/** A phase above its steps: how far it is, until when, and a way to set that. */
export function PhaseHead({ run, phase }: { run: Run; phase: Phase }) {
  const { t } = useTranslation();
  const { done, skipped, total } = phase.progress;
  return (
    <Group justify="space-between" px={4} py={2} wrap="nowrap" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={650}>
          {phase.title}
        </Text>
        {phase.due && phase.status !== 'completed' && (
          <Text size="xs" c="dimmed">
            {t('run.due')} <When value={phase.due} />
          </Text>
        )}
      </div>
      <Group gap={4} wrap="nowrap">
        <Text size="xs" c="dimmed" className="tabular">
          {t(`phase.${phase.status}`)} {done + skipped}/{total}
        </Text>
        {(run.can as string[]).includes('set_due') && <SetDue run={run} phase={phase} />}
      </Group>
    </Group>
  );
}

function SetDue({ run, phase }: { run: Run; phase: Phase }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const label = t('header.phase_due', { phase: phase.title });
  const ask = () =>
    modals.open({
      title: label,
      children: (
        <Ask
          name="set_due"
          first={{ due: phase.due?.slice(0, 10) ?? '' }}
          onGive={(more) => command.mutate({ type: 'set_due', phase: phase.id, ...more })}
        />
      ),
    });
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" size="sm" aria-label={label} loading={command.isPending} onClick={ask}>
        <IconCalendar size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
