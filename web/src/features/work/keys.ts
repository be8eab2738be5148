// The keys of the work list: walk through it, claim or assign what is selected, find, close.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { keys } from '@/app/queries';
import { askBulk } from '@/ui/Bulk';

type Task = Schemas['Task'];
type Asked = {
  list: Task[];
  selected: Task | undefined;
  select: (task: Task | undefined) => void;
  search: RefObject<HTMLInputElement | null>;
};

export function useListKeys({ list, selected, select, search }: Asked) {
  const { t } = useTranslation();
  const claim = useClaim();
  const walk = useCallback(
    (by: number) => {
      const place = selected ? list.indexOf(selected) : -1;
      select(list[Math.min(Math.max(place + by, 0), list.length - 1)]);
    },
    [list, select, selected],
  );
  const { mutate } = claim;
  const assign = useCallback(() => {
    if (selected) askAssign(t('command.assign'), selected);
  }, [selected, t]);
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
    'c',
    t('command.claim'),
    useCallback(() => selected && mutate(selected), [mutate, selected]),
  );
  useShortcut('a', t('command.assign'), assign);
  useShortcut(
    '/',
    t('work.search'),
    useCallback(() => search.current?.focus(), [search]),
  );
  useShortcut(
    'Escape',
    t('keys.close'),
    useCallback(() => select(undefined), [select]),
  );
  const go = useNavigate();
  const whole = useCallback(() => {
    if (selected)
      void go({ to: '/runs/$run', params: { run: selected.run }, search: { step: selected.step } });
  }, [go, selected]);
  useShortcut('Enter', t('keys.open'), selected && whole);
  return claim;
}

function askAssign(title: string, task: Task): void {
  const { run, step, execution } = task;
  askBulk(title, {
    type: 'assign',
    items: [{ run, step, execution, name: task.title }],
    onDone: () => undefined,
  });
}

/** Takes one task; what the API answers is the newest state of its run. */
export function useClaim() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run, step, execution }: Task) =>
      sent(
        api.POST('/v1/runs/{run}/commands', {
          params: { path: { run } },
          body: { id: crypto.randomUUID(), type: 'claim', step, execution },
        }),
      ),
    onSettled: (_, __, task) => {
      void client.invalidateQueries({ queryKey: keys.run(task.run) });
      void client.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
}
