import { Accordion, Code, CopyButton, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from './model';

/** Everything earlier steps produced, the inputs and the record: what later steps are filled in from. */
export function Context({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { shows } = useSearch({ strict: false }) as { shows?: string };
  const asked = useRef<HTMLButtonElement>(null);
  // A link named a place: it is opened, and gone to as if it had been clicked.
  useEffect(() => asked.current?.focus(), [shows]);
  const outputs = run.steps.filter((step) => step.output || step.choice);
  const groups = [
    { id: 'record', title: t('run.record'), values: run.context.record },
    { id: 'inputs', title: t('run.inputs'), values: run.context.inputs },
    ...outputs.map((step) => ({
      id: step.id,
      title: step.title,
      values: { ...(step.choice ? { choice: step.choice } : {}), ...(step.output as object | null) },
    })),
  ].filter((group) => Object.keys(group.values ?? {}).length > 0);
  if (groups.length === 0) return <Text c="dimmed">{t('run.no_context')}</Text>;
  return (
    <Accordion
      key={shows ?? ''}
      multiple
      defaultValue={[...groups.slice(-2).map((group) => group.id), shows ?? '']}
      variant="contained"
    >
      {groups.map((group) => (
        <Accordion.Item key={group.id} value={group.id}>
          <Accordion.Control ref={group.id === shows ? asked : undefined}>{group.title}</Accordion.Control>
          <Accordion.Panel>
            <Values values={group.values as Record<string, unknown>} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

export function Values({ values }: { values: Record<string, unknown> }) {
  return (
    <Stack gap={4}>
      {Object.entries(values).map(([name, value]) => (
        <Group key={name} gap="xs" align="flex-start" wrap="nowrap">
          <Text size="sm" c="dimmed" w={110} style={{ flexShrink: 0, overflowWrap: 'anywhere' }}>
            {name.replaceAll('_', ' ')}
          </Text>
          <Value value={value} />
        </Group>
      ))}
    </Stack>
  );
}

function Value({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined || value === '')
    return (
      <Text size="sm" c="dimmed" fs="italic">
        {t('record.empty')}
      </Text>
    );
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const simple = typeof value !== 'object';
  return (
    <CopyButton value={text ?? ''}>
      {({ copied, copy }) => (
        <UnstyledButton
          onClick={copy}
          {...(simple
            ? { 'aria-label': t('run.copy', { text }) }
            : { title: t('run.copy', { text: t('run.value') }) })}
          style={{ overflowWrap: 'anywhere', minWidth: 0 }}
        >
          {simple ? (
            <Text size="sm" span>
              {text}
            </Text>
          ) : (
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {text}
            </Code>
          )}
          {copied && (
            <Text size="xs" c="teal" span ml={6}>
              {t('run.copied')}
            </Text>
          )}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
