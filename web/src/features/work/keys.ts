// The keys of the work list: walk through it, open what is selected, find, close. What is done with the selected task
// has its keys beside the task itself.
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useShortcut } from '@/app/keyboard';

type Task = Schemas['Task'];
type Asked = {
  list: Task[];
  selected: Task | undefined;
  select: (task: Task | undefined) => void;
  search: RefObject<HTMLInputElement | null>;
};

export function useListKeys({ list, selected, select, search }: Asked): void {
  const { t } = useTranslation();
  const go = useNavigate();
  const walk = useCallback(
    (by: number) => {
      const place = selected ? list.indexOf(selected) : -1;
      select(list[Math.min(Math.max(place + by, 0), list.length - 1)]);
    },
    [list, select, selected],
  );
  const whole = useCallback(() => {
    if (selected)
      void go({ to: '/runs/$run', params: { run: selected.run }, search: { step: selected.step } });
  }, [go, selected]);
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
    '/',
    t('work.search'),
    useCallback(() => search.current?.focus(), [search]),
  );
  useShortcut(
    'Escape',
    t('keys.close'),
    useCallback(() => select(undefined), [select]),
  );
  useShortcut('Enter', t('keys.open'), selected && whole);
}
