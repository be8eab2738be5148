import { Button, Group, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/app/session';
import { Said } from '@/ui/Said';
import { AddTask } from './AddTask';
import { Ask } from './Ask';
import { useCommand } from './hooks';
import { Migrate } from './Migrate';
import type { Run } from './model';
import { Progress } from './Progress';

const PLAIN = ['resume', 'take_over'] as const;
const ASKED = ['save', 'close', 'abort', 'reopen'] as const;
const MORE = ['assign', 'set_due', 'escalate'] as const;

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
          run={run}
          first={{ people: run.assignees, due: run.due?.slice(0, 10) ?? '' }}
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
      <More run={run} commands={MORE.filter(can)} onAsk={ask} />
      {command.isError && <Said error={command.error} />}
    </Group>
  );
}

type MoreProps = { run: Run; commands: readonly string[]; onAsk: (name: string) => void };

/** What is done seldom: for whom and until when, another version, the same run in Temporal. */
function More({ run, commands, onAsk }: MoreProps) {
  const { t } = useTranslation();
  const session = useSession();
  const temporal = session.data?.temporal_ui;
  const migrate = () =>
    modals.open({ title: t('header.migrate'), size: 'lg', children: <Migrate run={run} /> });
  const share = () =>
    modals.open({ title: t('progress.title'), size: 'lg', children: <Progress run={run} /> });
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" size="sm" aria-label={t('header.more')} px="xs">
          <IconDots size={18} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {commands.map((name) => (
          <Menu.Item key={name} onClick={() => onAsk(name)}>
            {t(`command.${name}`)}
          </Menu.Item>
        ))}
        {(run.can as string[]).includes('assign') && (
          <Menu.Item onClick={share}>{t('progress.title')}</Menu.Item>
        )}
        {(run.can as string[]).includes('migrate') && (
          <Menu.Item onClick={migrate}>{t('header.migrate')}</Menu.Item>
        )}
        <Menu.Item onClick={() => void navigator.clipboard.writeText(run.id)}>
          {t('header.copy_id')}
        </Menu.Item>
        {temporal && (
          <Menu.Item
            component="a"
            href={`${temporal}${encodeURIComponent(run.id)}`}
            target="_blank"
            rel="noreferrer"
          >
            {t('header.temporal')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
