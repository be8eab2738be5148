import { Box, Button, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown from 'react-markdown';
import type { Schemas } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { Said } from '@/ui/Said';
import { When } from '@/ui/When';
import { useCommand } from './hooks';
import type { Run, Step } from './model';

type Props = { run: Run; step: Step; notes: Schemas['StepDetail']['notes'] };

export function Notes({ run, step, notes }: Props) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const edit = useCallback(() => field.current?.focus(), []);
  useShortcut('e', t('command.note'), step.can.includes('note') ? edit : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.mutate({ type: 'note', step: step.id, text }, { onSuccess: () => setText('') });
  };
  if (notes.length === 0 && !step.can.includes('note')) return null;
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {t('run.notes')}
      </Text>
      {notes.map((note) => (
        <Box key={note.id}>
          <Text size="xs" c="dimmed">
            {note.by} · <When value={note.at} />
          </Text>
          <Markdown>{note.text}</Markdown>
        </Box>
      ))}
      {step.can.includes('note') && (
        <form onSubmit={submit}>
          <Stack gap={6} align="flex-start">
            <Textarea
              ref={field}
              w="100%"
              aria-label={t('command.note')}
              placeholder={t('run.note_hint')}
              autosize
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            {command.isError && <Said error={command.error} />}
            <Button
              type="submit"
              size="xs"
              variant="default"
              disabled={!text.trim()}
              loading={command.isPending}
            >
              {t('command.note')}
            </Button>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
