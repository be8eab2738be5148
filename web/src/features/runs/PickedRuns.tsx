import { Group, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { askBulk } from '@/ui/Bulk';
import { PickedMenu } from '@/ui/PickedMenu';
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
      <PickedMenu count={picked.length} commands={COMMANDS} onAsk={ask}>
        <Menu.Item onClick={migrate}>{t('header.migrate')}</Menu.Item>
      </PickedMenu>
    </Group>
  );
}
