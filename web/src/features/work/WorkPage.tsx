import {
  Badge,
  Button,
  Grid,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { keys } from '@/app/queries';
import { useSession } from '@/app/session';
import { TaskWork } from '@/app/TaskWork';
import { Failed, Panel } from '@/ui/Failed';
import { type Page, useLongList } from '@/ui/longList';
import { VirtualList } from '@/ui/VirtualList';
import { type Filters, nextOf, PRESETS, preset, query } from './filters';
import { SavedViews } from './SavedViews';
import { ROW, TaskRow } from './TaskRow';

type Task = Schemas['Task'];
const nameOf = (task: Task) => `${task.run}/${task.step}`;

/** Open tasks on the left, the selected one on the right. What is selected and filtered stands in the address. */
export default function WorkPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/work' }) as Filters;
  const go = useNavigate({ from: '/work' });
  const session = useSession();
  const asked = useMemo(
    () => query(filters, session.data?.user?.teams ?? []),
    [filters, session.data?.user?.teams],
  );
  const tasks = useLongList({
    queryKey: keys.tasks(asked),
    ask: (cursor): Promise<Page<Task>> =>
      sent(api.GET('/v1/tasks', { params: { query: { ...asked, limit: 200, cursor } as never } })),
    keyOf: nameOf,
  });
  const list = tasks.items;
  const [picked, setPicked] = useState<string[]>([]);
  const selected = list.find((task) => nameOf(task) === filters.task);
  const change = useCallback(
    (next: Filters) => void go({ search: (old: Filters) => clean({ ...old, ...next }), replace: true }),
    [go],
  );
  const select = useCallback(
    (task: Task | undefined) => change({ task: task ? nameOf(task) : '' }),
    [change],
  );
  const pick = useCallback((task: Task, on: boolean) => {
    const name = nameOf(task);
    setPicked((old) => (on ? [...old, name] : old.filter((each) => each !== name)));
  }, []);
  const walk = useCallback(
    (by: number) => {
      const place = selected ? list.indexOf(selected) : -1;
      select(list[Math.min(Math.max(place + by, 0), list.length - 1)]);
    },
    [list, select, selected],
  );
  useShortcut(
    'j',
    t('work.next'),
    useCallback(() => walk(1), [walk]),
  );
  useShortcut(
    'k',
    t('work.previous'),
    useCallback(() => walk(-1), [walk]),
  );
  useShortcut(
    'Escape',
    t('keys.close'),
    useCallback(() => select(undefined), [select]),
  );
  const whole = useCallback(() => {
    if (selected)
      void go({ to: '/runs/$run', params: { run: selected.run }, search: { step: selected.step } });
  }, [go, selected]);
  useShortcut('Enter', t('keys.open'), selected && whole);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.work')}
        </Title>
        <SavedViews
          kind="tasks"
          filters={filters}
          onPick={(view) => void go({ search: view, replace: true })}
        />
      </Group>
      <Group gap="sm">
        <SegmentedControl
          aria-label={t('work.show')}
          value={preset(filters) ?? ''}
          onChange={(id) =>
            void go({ search: PRESETS.find((each) => each.id === id)?.filters ?? {}, replace: true })
          }
          data={PRESETS.map(({ id }) => ({ value: id, label: t(`work.${id}`) }))}
        />
        <TextInput
          type="search"
          aria-label={t('work.search')}
          placeholder={t('work.search')}
          defaultValue={filters.q}
          onChange={(event) => change({ q: event.currentTarget.value })}
        />
        <Select
          aria-label={t('work.sort')}
          value={filters.sort ?? 'due'}
          onChange={(value) => change({ sort: value ?? '' })}
          data={(['due', 'title', 'entered'] as const).map((value) => ({
            value,
            label: t(`work.by.${value}`),
          }))}
          w={150}
        />
        {picked.length > 0 && (
          <Bulk tasks={list.filter((task) => picked.includes(nameOf(task)))} onDone={() => setPicked([])} />
        )}
      </Group>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }} visibleFrom={selected ? 'md' : undefined}>
          {tasks.isError && <Failed error={tasks.error} reset={() => void tasks.refetch()} />}
          {tasks.isPending && <Waiting />}
          {tasks.data && list.length === 0 && (
            <Text c="dimmed">{t(filters.q ? 'work.nothing_found' : 'work.nothing')}</Text>
          )}
          {tasks.fresh > 0 && (
            <Button size="xs" variant="light" mb="xs" onClick={tasks.show}>
              {t('work.fresh', { count: tasks.fresh })}
            </Button>
          )}
          <VirtualList
            items={list}
            keyOf={nameOf}
            label={t('work.tasks')}
            size={ROW}
            height="calc(100vh - 230px)"
            selected={filters.task}
            onEnd={tasks.more}
          >
            {(task) => (
              <TaskRow
                task={task}
                selected={nameOf(task) === filters.task}
                picked={picked.includes(nameOf(task))}
                onPick={pick}
                onSelect={select}
              />
            )}
          </VirtualList>
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

function clean(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}

/** One command for many tasks, after a look at how many; what was refused is said. */
function Bulk({ tasks, onDone }: { tasks: Task[]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const give = useMutation({
    mutationFn: async (type: string) => {
      const commands = tasks.map((task) => ({
        id: crypto.randomUUID(),
        run: task.run,
        step: task.step,
        execution: task.execution,
        type,
      }));
      return sent(api.POST('/v1/commands', { body: { commands } as never }));
    },
    onSuccess: ({ results }) => {
      void client.invalidateQueries({ queryKey: ['tasks'] });
      const refused = results.filter((each) => each.status >= 400);
      onDone();
      if (refused.length > 0) {
        modals.open({
          title: t('work.refused', { count: refused.length }),
          children: refused.map((each) => <Text key={each.command}>{each.problem?.detail}</Text>),
        });
      }
    },
  });
  const ask = (type: string) =>
    modals.openConfirmModal({
      title: t('work.bulk', { command: t(`command.${type}`), count: tasks.length }),
      labels: { confirm: t(`command.${type}`), cancel: t('step.never_mind') },
      onConfirm: () => give.mutate(type),
    });
  return (
    <Group gap="xs">
      <Badge variant="light">{t('work.picked', { count: tasks.length })}</Badge>
      {(['claim', 'start', 'complete', 'skip'] as const).map((type) => (
        <Button key={type} size="xs" variant="default" loading={give.isPending} onClick={() => ask(type)}>
          {t(`command.${type}`)}
        </Button>
      ))}
    </Group>
  );
}
