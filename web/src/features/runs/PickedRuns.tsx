import { Button, Group, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconChevronDown } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { askBulk } from '@/ui/Bulk';
import { MigrateMany } from './MigrateMany';

type Summary = Schemas['RunSummary'];
type Props = { picked: Summary[]; onDone: () => void };

const COMMANDS = [
  'retry',
  'assign',
  'save',
  'resume',
  'take_over',
  'set_due',
  'close',
  'abort',
  'reopen',
] as const;

/** One command for every run that is picked. */
export function PickedRuns({ picked, onDone }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const onOpen = (run: string) => void go({ to: '/runs/$run', params: { run } });
  if (picked.length === 0) return null;
  const ask = (type: string) =>
    askBulk(t('bulk.give', { command: t(`command.${type}`), count: picked.length }), {
      type,
      items: picked.map((run) => ({ run: run.id, name: run.name })),
      onDone,
      onOpen,
    });
  const migrate = () =>
    modals.open({
      title: t('header.migrate'),
      size: 'lg',
      children: <MigrateMany runs={picked} onDone={onDone} onOpen={onOpen} />,
    });
  return (
    <Group gap="sm">
      <Text size="sm" role="status">
        {t('bulk.picked', { count: picked.length })}
      </Text>
      <Menu shadow="md">
        <Menu.Target>
          <Button size="xs" rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t('bulk.command')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {COMMANDS.map((type) => (
            <Menu.Item
              key={type}
              c={type === 'abort' ? 'var(--hf-danger)' : undefined}
              onClick={() => ask(type)}
            >
              {t(`command.${type}`)}
            </Menu.Item>
          ))}
          <Menu.Item onClick={migrate}>{t('header.migrate')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
