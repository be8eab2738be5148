import { Checkbox, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { askBulk } from '@/ui/Bulk';
import { itemOf } from '@/ui/many';
import { PickedMenu } from '@/ui/PickedMenu';

type Task = Schemas['Task'];
type Props = { list: Task[]; picked: Task[]; onPick: (tasks: Task[]) => void };

const MOST = 500;
const COMMANDS = [
  'claim',
  'start',
  'complete',
  'hold',
  'release',
  'skip',
  'assign',
  'set_due',
  'retry',
] as const;

/** What is picked, and one command for all of it. */
export function PickedTasks({ list, picked, onPick }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const all = list.length > 0 && picked.length === Math.min(list.length, MOST);
  const ask = (type: string) =>
    askBulk(t('work.bulk', { command: t(`command.${type}`), count: picked.length }), {
      type,
      items: picked.map(itemOf),
      onDone: () => onPick([]),
      onOpen: (run) => void go({ to: '/runs/$run', params: { run } }),
    });
  return (
    <Group gap="sm" mih={34} px="xs">
      <Checkbox
        checked={all}
        indeterminate={picked.length > 0 && !all}
        disabled={list.length === 0}
        onChange={() => onPick(all ? [] : list.slice(0, MOST))}
        label={t(all ? 'bulk.none' : 'bulk.all')}
      />
      {picked.length > 0 && <PickedMenu count={picked.length} commands={COMMANDS} onAsk={ask} />}
    </Group>
  );
}
