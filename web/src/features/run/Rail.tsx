import { Box, Group, NavLink, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { isOpen, needs, parts, type Run, type Step } from './model';

type Props = { run: Run; selected: string | undefined; onSelect: (step: string) => void };

/** Every step in its order and phase: done, current, to come. A blocked one says what it needs. */
export function Rail({ run, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const [everything, setEverything] = useState(false);
  return (
    <Stack gap="xs" component="nav" aria-label={t('run.steps')}>
      {parts(run, everything).map((part, index) => (
        // A phase may come up twice in the order of the document: its place is part of what it is.
        <Box key={`${part.phase?.id ?? ''} ${part.steps[0]?.id ?? index}`}>
          {part.phase && (
            <Group justify="space-between" px={4} py={2}>
              <Text size="sm" fw={650}>
                {part.phase.title}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`phase.${part.phase.status}`)}
              </Text>
            </Group>
          )}
          {part.steps.map((step) => (
            <Entry key={step.id} run={run} step={step} selected={step.id === selected} onSelect={onSelect} />
          ))}
        </Box>
      ))}
      {run.steps.some((step) => step.status === 'not_taken') && (
        <Switch
          size="xs"
          label={t('run.not_taken_too')}
          checked={everything}
          onChange={(event) => setEverything(event.currentTarget.checked)}
        />
      )}
    </Stack>
  );
}

function Entry({
  run,
  step,
  selected,
  onSelect,
}: Omit<Props, 'selected'> & { step: Step; selected: boolean }) {
  const { t } = useTranslation();
  const missing = needs(run, step);
  const said =
    missing.length > 0 && step.status === 'pending' ? t('run.needs', { steps: missing.join(', ') }) : null;
  return (
    <NavLink
      component="button"
      active={selected}
      aria-current={isOpen(step) ? 'step' : undefined}
      onClick={() => onSelect(step.id)}
      label={step.title}
      description={
        step.due && isOpen(step) ? (
          <>
            {t('run.due')}{' '}
            <When value={step.due} c={step.overdue ? 'red' : undefined} fw={step.overdue ? 600 : undefined} />
          </>
        ) : (
          said
        )
      }
      rightSection={<Status value={step.status} />}
    />
  );
}
