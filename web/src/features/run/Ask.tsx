import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Command } from './hooks';

type Props = { name: string; onGive: (more: Omit<Command, 'type'>) => void; reasons?: string[] };

/** The few words a command takes: a reason, people, a date, closing reasons. */
export function Ask({ name, onGive, reasons = [] }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [picked, setPicked] = useState<string[]>([]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    modals.closeAll();
    onGive(said(name, text, picked));
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {reasons.length > 0 && (
          <Checkbox.Group label={t('run.reasons')} value={picked} onChange={setPicked}>
            <Group mt={4}>
              {reasons.map((reason) => (
                <Checkbox key={reason} value={reason} label={reason} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        {name === 'set_due' ? (
          <TextInput
            type="date"
            label={t('run.due')}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
          />
        ) : name === 'assign' ? (
          <TextInput
            label={t('step.people')}
            description={t('step.people_help')}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
            data-autofocus
          />
        ) : (
          <Textarea
            label={t('step.reason')}
            autosize
            minRows={2}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => modals.closeAll()}>
            {t('step.never_mind')}
          </Button>
          <Button type="submit">{t(`command.${name}`)}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What was typed as the command carries it. Teams are written with an @ before them. */
export function said(name: string, text: string, picked: string[]): Omit<Command, 'type'> {
  if (name === 'set_due') return { due: text || null };
  if (name === 'assign') {
    const names = text.split(/[\s,]+/).filter(Boolean);
    return {
      users: names.filter((each) => !each.startsWith('@')),
      teams: names.filter((each) => each.startsWith('@')).map((each) => each.slice(1)),
    };
  }
  if (name === 'abort' || name === 'close') return { reasons: picked, ...(text ? { text } : {}) };
  return text ? { reason: text } : {};
}
