// Where two features meet: a work list shows a run's step beside it. Features do not import each other; this does.
import { Anchor, Stack } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useRun } from '@/features/run/hooks';
import { StepPanel } from '@/features/run/StepPanel';
import { Failed } from '@/ui/Failed';

type Props = { run: string; step: string; onEnded: () => void };

export function TaskWork({ run: id, step: name, onEnded }: Props) {
  const { t } = useTranslation();
  const run = useRun(id);
  if (run.isError && !run.data) return <Failed error={run.error} reset={() => void run.refetch()} />;
  if (!run.data) return <Waiting />;
  const step = run.data.steps.find((each) => each.id === name);
  if (!step) return null;
  return (
    <Stack gap="xs">
      <Anchor
        renderRoot={(props) => (
          <Link to="/runs/$run" params={{ run: id }} search={{ step: name }} {...props} />
        )}
      >
        {t('work.whole_run', { name: run.data.name })}
      </Anchor>
      <StepPanel run={run.data} step={step} onEnded={onEnded} />
    </Stack>
  );
}
