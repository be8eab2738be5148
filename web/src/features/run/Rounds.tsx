import { Group, Stack, Table, Text } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';

type Round = Schemas['StepDetail']['rounds'][number];
type Titles = Record<string, { title?: string } | undefined>;

/** A round's value as a person reads it: what is kept in parts is written out, without quotes and brackets. */
export function read(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(read).join('; ');
  if (typeof value !== 'object') return String(value);
  const { name, caption, at } = value as Record<string, unknown>;
  if (typeof (name ?? caption ?? at) === 'string')
    return [name, caption, at].filter(Boolean).map(String).join(', ');
  return Object.entries(value)
    .map(([key, each]) => `${key} ${read(each)}`)
    .join(', ');
}

/** Every name any round answered, with what each round said: rows that differ are marked. */
export function compared(rounds: Round[]): { name: string; values: string[]; differs: boolean }[] {
  const said: Record<string, unknown>[] = rounds.map((round) => ({
    ...(round.choice ? { choice: round.choice } : {}),
    ...((round.output ?? {}) as Record<string, unknown>),
  }));
  const names = [...new Set(said.flatMap((each) => Object.keys(each)))];
  // A round that has not been answered yet differs from nothing.
  const answered = said.map((each) => Object.keys(each).length > 0);
  return names.map((name) => {
    const values = said.map((each) => read(each[name]));
    return { name, values, differs: new Set(values.filter((_, place) => answered[place])).size > 1 };
  });
}

/** Rounds side by side: nothing that was answered once is gone. `titles` names the fields as the form does. */
export function Rounds({ rounds, titles = {} }: { rounds: Round[]; titles?: Titles }) {
  const { t } = useTranslation();
  const name = useId();
  if (rounds.length < 2) return null;
  return (
    <Stack gap={4}>
      <Text fw={600} size="sm" id={name}>
        {t('run.rounds')}
      </Text>
      <Table.ScrollContainer minWidth={140 + rounds.length * 130}>
        <Table withTableBorder withColumnBorders verticalSpacing={6} aria-labelledby={name}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('run.field')}</Table.Th>
              {rounds.map((round) => (
                <Table.Th key={round.execution}>
                  <Group gap={6}>
                    {t('run.round', { n: round.round })}
                    <Status value={round.status} />
                  </Group>
                  <Text size="xs" c="dimmed">
                    {round.ended_by} <When value={round.ended_at} />
                  </Text>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {compared(rounds).map((row) => (
              <Row key={row.name} row={row} title={titles[row.name]?.title ?? row.name} rounds={rounds} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

type RowProps = { row: ReturnType<typeof compared>[number]; title: string; rounds: Round[] };

/** A row that differs says so in words; the newest answer is the one that counts. */
function Row({ row, title, rounds }: RowProps) {
  const { t } = useTranslation();
  const last = row.values.findLastIndex((value) => value !== '');
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {title}
        {row.differs && (
          <Text size="xs" fw={600} c="var(--hf-words)">
            {t('run.changed')}
          </Text>
        )}
      </Table.Th>
      {row.values.map((value, place) => (
        <Table.Td
          key={rounds[place]?.execution}
          bg={row.differs && place === last ? 'var(--mantine-color-default-hover)' : undefined}
        >
          <Text
            size="sm"
            td={row.differs && place < last ? 'line-through' : undefined}
            fw={place === last ? 600 : 400}
          >
            {value}
          </Text>
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
