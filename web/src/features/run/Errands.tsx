import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Said } from '@/ui/Said';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { Ask } from './Ask';
import { useCommand } from './hooks';
import type { Run } from './model';

type Errand = Run['errands'][number];
const PLAIN = ['retry'] as const;
const ASKED = ['handle_manually', 'skip'] as const;

/** What machines do beside the steps and cannot end by themselves: a person says how it goes on. */
export function Asking({ run }: { run: Run }) {
  const { t } = useTranslation();
  const asking = run.errands.filter((errand) => errand.status === 'attention');
  if (asking.length === 0) return null;
  return (
    <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={t('errand.needs')}>
      <Stack gap="sm">
        {asking.map((errand) => (
          <Entry key={errand.execution} run={run} errand={errand} />
        ))}
      </Stack>
    </Alert>
  );
}

/** Every errand of the run, the newest first. */
export function Errands({ run }: { run: Run }) {
  return (
    <Stack gap="sm">
      {run.errands.toReversed().map((errand) => (
        <Entry key={errand.execution} run={run} errand={errand} />
      ))}
    </Stack>
  );
}

function Entry({ run, errand }: { run: Run; errand: Errand }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const place = { execution: errand.execution, ...(errand.step ? { step: errand.step } : {}) };
  const can = (name: string) => errand.can.includes(name);
  const ask = (name: string) =>
    modals.open({
      title: `${t(`command.${name}`)}: ${errand.title}`,
      children: <Ask name={name} onGive={(more) => command.mutate({ type: name, ...place, ...more })} />,
    });
  return (
    <div>
      <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600}>
            {errand.title}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`errand.kind.${errand.kind}`)}
            {' · '}
            <When value={errand.ended_at ?? errand.asked_at} />
          </Text>
        </div>
        <Status value={errand.status} />
      </Group>
      {errand.attention && (
        <Text size="sm">
          {errand.attention.message ??
            t(`reason.${errand.attention.reason}`, { defaultValue: errand.attention.reason })}
        </Text>
      )}
      <Group gap="xs" mt={4}>
        {PLAIN.filter(can).map((name) => (
          <Button
            key={name}
            size="compact-sm"
            loading={command.isPending}
            onClick={() => command.mutate({ type: name, ...place })}
          >
            {t(`command.${name}`)}
          </Button>
        ))}
        {ASKED.filter(can).map((name) => (
          <Button key={name} size="compact-sm" variant="default" onClick={() => ask(name)}>
            {t(`command.${name}`)}
          </Button>
        ))}
      </Group>
      {command.isError && <Said error={command.error} />}
    </div>
  );
}
