import { Alert, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Problem, sent } from '@/api/client';
import { Said } from '@/ui/Said';
import { Card } from './Card';
import { type By, type Column, type Drawn, type Task, type Way, ways } from './columns';
import { useMove } from './useMove';

type Props = { list: Column[]; document: Drawn; by: By };
type Held = { task: Task; ways: ReadonlyMap<string, Way> | undefined };

/** Columns side by side. While a card is held, only those it may go to take it. */
export function Columns({ list, document, by }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [held, setHeld] = useState<Held>();
  const [refused, setRefused] = useState<unknown>();
  const look = (task: Task, tab?: string) =>
    void go({
      to: '/runs/$run',
      params: { run: task.run },
      search: { step: task.step, ...(tab ? { tab } : {}) },
    });
  const { complete, isPending } = useMove();
  const put = async (task: Task, way: Way) => {
    setRefused(undefined);
    if (way !== 'complete') return look(task);
    try {
      await complete(task);
    } catch (error) {
      // It asks for more than to be done: its page has the form.
      if (error instanceof Problem && error.status === 422) look(task);
      else setRefused(error);
    }
  };
  const targets = async (task: Task) => {
    const run = await sent(api.GET('/v1/runs/{run}', { params: { path: { run: task.run } } }));
    return ways(run, task.step, document, by);
  };
  const hold = async (task: Task) => {
    setHeld({ task, ways: undefined });
    const found = await targets(task).catch(() => new Map<string, Way>());
    setHeld((now) => (now?.task === task ? { task, ways: found } : now));
  };
  return (
    <Stack gap="xs">
      {refused !== undefined && (
        <Alert color="red" withCloseButton onClose={() => setRefused(undefined)}>
          <Said error={refused} />
        </Alert>
      )}
      <Group align="flex-start" wrap="nowrap" gap="sm" aria-busy={isPending}>
        {list.map((column) => {
          const way = held?.ways?.get(column.id);
          const own = held && column.tasks.includes(held.task);
          const over = (event: DragEvent) => way && event.preventDefault();
          return (
            <Paper
              key={column.id}
              component="section"
              aria-label={column.title || t('board.rest')}
              withBorder
              p="xs"
              w={250}
              style={{ flexShrink: 0, opacity: held && !way && !own ? 0.55 : 1 }}
              bg={way ? 'var(--mantine-primary-color-light)' : undefined}
              data-takes={way ?? undefined}
              onDragOver={over}
              onDrop={() => held && way && void put(held.task, way)}
            >
              <Group justify="space-between" wrap="nowrap" mb={6}>
                <Title order={2} size="sm">
                  {column.title || t('board.rest')}
                </Title>
                <Text size="sm" c="dimmed" className="tabular">
                  {column.tasks.length}
                </Text>
              </Group>
              <Stack gap={6}>
                {column.tasks.map((task) => (
                  <Card
                    key={`${task.run} ${task.execution}`}
                    task={task}
                    list={list}
                    targets={targets}
                    onHold={() => void hold(task)}
                    onLet={() => setHeld(undefined)}
                    onPut={(to) => void put(task, to)}
                  />
                ))}
              </Stack>
            </Paper>
          );
        })}
      </Group>
    </Stack>
  );
}
