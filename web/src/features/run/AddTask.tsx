import { Button, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { Foot } from '@/ui/Foot';
import { useTranslation } from 'react-i18next';
import type { Command } from './hooks';
import type { Run } from './model';

type Props = { run: Run; onGive: (more: Omit<Command, 'type'>) => void };

/** A task for this run only, between two steps. */
export function AddTask({ run, onGive }: Props) {
  const { t } = useTranslation();
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [after, setAfter] = useState<string | null>(null);
  const [due, setDue] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    modals.closeAll();
    const more = { description, due, after };
    const known = Object.entries(more).filter(([, value]) => value);
    onGive({ title, ...Object.fromEntries(known) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('task.title')}
          required
          value={title}
          onChange={(e) => setTitle(e.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label={t('task.description')}
          value={description}
          onChange={(e) => setDescription(e.currentTarget.value)}
        />
        <Select
          label={t('task.after')}
          clearable
          value={after}
          onChange={setAfter}
          data={run.steps.map((step) => ({ value: step.id, label: step.title }))}
        />
        <TextInput
          type="date"
          label={t('run.due')}
          value={due}
          onChange={(e) => setDue(e.currentTarget.value)}
        />
        <Foot>
          <Button type="submit">{t('command.add_task')}</Button>
        </Foot>
      </Stack>
    </form>
  );
}
