import { Box, Button, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown from 'react-markdown';
import { api, sent } from '@/api/client';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';
import { When } from '@/ui/When';
import { useCommand } from './hooks';
import type { Run } from './model';

/** What people wrote on the run and its steps, the newest first, and a place to write. */
export function RunNotes({ run }: { run: Run }) {
  const { t } = useTranslation();
  const notes = useQuery({
    queryKey: ['run', run.id, 'notes', run.seq],
    queryFn: () => sent(api.GET('/v1/runs/{run}/notes', { params: { path: { run: run.id } } })),
    placeholderData: (before) => before,
  });
  const title = (step: string) => run.steps.find((each) => each.id === step)?.title ?? step;
  return (
    <Stack gap="sm">
      {(run.can as string[]).includes('note') && <Write run={run} />}
      {notes.isError && <Failed error={notes.error} />}
      {notes.isPending && <Waiting size="sm" />}
      {notes.data?.items.length === 0 && <Text c="dimmed">{t('records.none')}</Text>}
      {notes.data?.items.toReversed().map((note) => (
        <Box key={note.id} className="markdown">
          <Text size="xs" c="dimmed">
            {note.by} · <When value={note.at} />
            {note.step && ` · ${title(note.step)}`}
          </Text>
          <Markdown>{note.text}</Markdown>
        </Box>
      ))}
    </Stack>
  );
}

function Write({ run }: { run: Run }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.mutate({ type: 'note', text }, { onSuccess: () => setText('') });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={6} align="flex-start">
        <Textarea
          w="100%"
          aria-label={t('notes.run')}
          placeholder={t('run.note_hint')}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {command.isError && <Said error={command.error} />}
        <Button type="submit" size="xs" variant="default" disabled={!text.trim()} loading={command.isPending}>
          {t('notes.add')}
        </Button>
      </Stack>
    </form>
  );
}
