import { ActionIcon, Anchor, Group, Loader, Menu, Paper, Text } from '@mantine/core';
import { IconArrowsMove } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import type { Column, Task, Way } from './columns';

type Props = {
  task: Task;
  list: Column[];
  targets: (task: Task) => Promise<ReadonlyMap<string, Way>>;
  onHold: () => void;
  onLet: () => void;
  onPut: (way: Way) => void;
};

/** One open step of one run. What the mouse does by dragging, its menu does for everybody else. */
export function Card({ task, list, targets, onHold, onLet, onPut }: Props) {
  const whom = [...task.assignees.users, ...task.assignees.teams].join(', ');
  return (
    <Paper withBorder p={8} draggable onDragStart={onHold} onDragEnd={onLet} style={{ cursor: 'grab' }}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap={4}>
        <Anchor
          size="sm"
          draggable={false}
          renderRoot={(props) => (
            <Link to="/runs/$run" params={{ run: task.run }} search={{ step: task.step }} {...props} />
          )}
        >
          {task.run_name}
        </Anchor>
        <Moves task={task} list={list} targets={targets} onPut={onPut} />
      </Group>
      <Text size="xs" c="dimmed">
        {task.title}
        {whom && ` · ${whom}`}
      </Text>
      <Group gap={6} mt={4}>
        <Status value={task.status} />
        {task.due && <When value={task.due} size="xs" {...(task.overdue ? { c: 'red', fw: 600 } : {})} />}
      </Group>
    </Paper>
  );
}

/** Where it may go, asked for when somebody wants to know. */
function Moves({ task, list, targets, onPut }: Pick<Props, 'task' | 'list' | 'targets' | 'onPut'>) {
  const { t } = useTranslation();
  const [found, setFound] = useState<ReadonlyMap<string, Way>>();
  const ask = () => void targets(task).then(setFound, () => setFound(new Map()));
  const open = list.filter((column) => found?.has(column.id));
  return (
    <Menu shadow="md" onOpen={ask} onClose={() => setFound(undefined)}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('board.move', { name: task.run_name })}
        >
          <IconArrowsMove size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!found && <Loader size="xs" m="xs" aria-label={t('board.asking')} />}
        {found && open.length === 0 && <Menu.Label>{t('board.nowhere')}</Menu.Label>}
        {open.map((column) => {
          const way = found?.get(column.id) ?? 'look';
          return (
            <Menu.Item key={column.id} onClick={() => onPut(way)}>
              {t(`board.way.${way}`, { column: column.title || t('board.rest') })}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
