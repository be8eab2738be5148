import { Button, Menu, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';
import type { Filters } from './filters';

type Props = { kind: 'tasks' | 'runs'; filters: Filters; onPick: (filters: Filters) => void };

/** Filters kept on the server, one's own and those a team shares. */
export function SavedViews({ kind, filters, onPick }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const views = useQuery({
    queryKey: keys.views(kind),
    queryFn: () => sent(api.GET('/v1/views', { params: { query: { kind } } })),
  });
  const save = useMutation({
    mutationFn: () => {
      const { task: _, ...kept } = filters;
      return sent(api.POST('/v1/views', { body: { name, kind, filters: kept, shared_with: [] } }));
    },
    onSuccess: () => {
      setName('');
      void client.invalidateQueries({ queryKey: keys.views(kind) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Menu closeOnItemClick={false} position="bottom-end" width={260}>
      <Menu.Target>
        <Button variant="default" size="sm">
          {t('work.views')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {views.data?.items.map((view) => (
          <Menu.Item key={view.id} onClick={() => onPick(view.filters as Filters)}>
            {view.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <form onSubmit={submit} style={{ padding: 8 }}>
          <TextInput
            label={t('work.save_view')}
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            rightSection={
              <Button type="submit" size="compact-xs" variant="subtle" loading={save.isPending}>
                {t('work.keep')}
              </Button>
            }
            rightSectionWidth={64}
          />
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
