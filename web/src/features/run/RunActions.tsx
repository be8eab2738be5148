import { Button, Group } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { Said } from '@/ui/Said';
import { AddTask } from './AddTask';
import { Ask } from './Ask';
import { useCommand } from './hooks';
import type { Run } from './model';

const PLAIN = ['resume', 'take_over', 'reopen'] as const;
const ASKED = ['save', 'close', 'abort'] as const;

/** What can be done with the run as a whole. */
export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const can = (name: string) => (run.can as string[]).includes(name);
  const ask = (name: string) =>
    modals.open({
      title: t(`command.${name}`),
      children: (
        <Ask
          name={name}
          reasons={name === 'save' ? [] : (run.closing_reasons ?? [])}
          onGive={(more) => command.mutate({ type: name, ...more })}
        />
      ),
    });
  const add = () =>
    modals.open({
      title: t('command.add_task'),
      children: <AddTask run={run} onGive={(more) => command.mutate({ type: 'add_task', ...more })} />,
    });
  return (
    <Group gap="xs">
      {PLAIN.filter(can).map((name) => (
        <Button
          key={name}
          variant={name === 'resume' ? 'filled' : 'default'}
          size="sm"
          loading={command.isPending}
          onClick={() => command.mutate({ type: name })}
        >
          {t(`command.${name}`)}
        </Button>
      ))}
      {can('add_task') && (
        <Button variant="default" size="sm" onClick={add}>
          {t('command.add_task')}
        </Button>
      )}
      {ASKED.filter(can).map((name) => (
        <Button
          key={name}
          variant="default"
          size="sm"
          c={name === 'abort' ? 'var(--hf-danger)' : undefined}
          onClick={() => ask(name)}
        >
          {t(`command.${name}`)}
        </Button>
      ))}
      {command.isError && <Said error={command.error} />}
    </Group>
  );
}
