import { Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { useSession } from '@/app/session';
import { TaskWork } from '@/app/TaskWork';
import { Failed, Panel } from '@/ui/Failed';
import { type Page, useLongList } from '@/ui/longList';
import { SavedViews, useDefaultView } from '@/ui/SavedViews';
import { useFilters } from '@/ui/useFilters';
import { VirtualList } from '@/ui/VirtualList';
import { Waiting } from '@/ui/Waiting';
import { type Filters, KNOWN, nextOf, query } from './filters';
import { useListKeys } from './keys';
import { NoTasks } from './NoTasks';
import { PickedTasks } from './PickedTasks';
import { ROW, TaskRow } from './TaskRow';
import { WorkFilters } from './WorkFilters';

type Task = Schemas['Task'];
const nameOf = (task: Task) => `${task.run}/${task.step}`;

/** Open tasks on the left, the selected one on the right. What is selected and filtered stands in the address. */
export default function WorkPage() {
  const { t } = useTranslation();
  const { filters, show, change } = useFilters('/work');
  useDefaultView('tasks', filters, show);
  const search = useRef<HTMLInputElement>(null);
  const tasks = useTasks(filters);
  const list = tasks.items;
  const selected = useMemo(() => list.find((task) => nameOf(task) === filters.task), [list, filters.task]);
  const select = useCallback(
    (task: Task | undefined) => change({ task: task ? nameOf(task) : '' }),
    [change],
  );
  useListKeys({ list, selected, select, search });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.work')}
        </Title>
        <SavedViews kind="tasks" known={KNOWN} filters={filters} onPick={show} />
      </Group>
      <Group gap="sm">
        <WorkFilters filters={filters} search={search} onChange={change} onPreset={show} />
      </Group>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }} visibleFrom={selected ? 'md' : undefined}>
          <List tasks={tasks} filters={filters} onSelect={select} onShow={show} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
          {selected ? (
            <Panel key={nameOf(selected)}>
              <Button hiddenFrom="md" variant="subtle" mb="xs" onClick={() => select(undefined)}>
                {t('work.back')}
              </Button>
              <TaskWork
                run={selected.run}
                step={selected.step}
                onEnded={() => select(nextOf(list, selected))}
              />
            </Panel>
          ) : (
            <Text c="dimmed" visibleFrom="md">
              {t('work.choose')}
            </Text>
          )}
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function useTasks(filters: Filters) {
  const session = useSession();
  const teams = session.data?.user?.teams;
  const asked = useMemo(() => query(filters, teams ?? []), [filters, teams]);
  return useLongList({
    queryKey: keys.tasks(asked),
    ask: (cursor): Promise<Page<Task>> =>
      sent(api.GET('/v1/tasks', { params: { query: { ...asked, limit: 200, cursor } as never } })),
    keyOf: nameOf,
  });
}

type ListProps = {
  tasks: ReturnType<typeof useTasks>;
  filters: Filters;
  onSelect: (task: Task) => void;
  onShow: (filters: Filters) => void;
};

function List({ tasks, filters, onSelect, onShow }: ListProps) {
  const { t } = useTranslation();
  const list = tasks.items;
  const [names, setNames] = useState<ReadonlySet<string>>(new Set());
  const picked = useMemo(() => list.filter((task) => names.has(nameOf(task))), [list, names]);
  const pick = useCallback((task: Task, on: boolean) => {
    setNames((old) => {
      const next = new Set(old);
      if (on) next.add(nameOf(task));
      else next.delete(nameOf(task));
      return next;
    });
  }, []);
  return (
    <>
      {tasks.isError && <Failed error={tasks.error} reset={() => void tasks.refetch()} />}
      {tasks.isPending && <Waiting />}
      <PickedTasks list={list} picked={picked} onPick={(all) => setNames(new Set(all.map(nameOf)))} />
      {tasks.fresh > 0 && (
        <Button size="xs" variant="light" radius="xl" my="xs" ml="xs" onClick={tasks.show}>
          {t('work.fresh', { count: tasks.fresh })}
        </Button>
      )}
      {tasks.data && list.length === 0 && <NoTasks filters={filters} onShow={onShow} />}
      <VirtualList
        items={list}
        keyOf={nameOf}
        label={t('work.tasks')}
        size={ROW}
        height="calc(100vh - 250px)"
        selected={filters.task}
        onEnd={tasks.more}
      >
        {(task) => (
          <TaskRow
            task={task}
            selected={nameOf(task) === filters.task}
            picked={names.has(nameOf(task))}
            onPick={pick}
            onSelect={onSelect}
          />
        )}
      </VirtualList>
    </>
  );
}
