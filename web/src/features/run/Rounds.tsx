import { Code, Group, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';

type Round = Schemas['StepDetail']['rounds'][number];

/** Every name any round answered, with what each round said: rows that differ are marked. */
export function compared(rounds: Round[]): { name: string; values: string[]; differs: boolean }[] {
  const said = rounds.map((round) => ({
    ...(round.choice ? { choice: round.choice } : {}),
    ...((round.output ?? {}) as Record<string, unknown>),
  }));
  const names = [...new Set(said.flatMap((each) => Object.keys(each)))];
  return names.map((name) => {
    const values = said.map((each) => {
      const value = (each as Record<string, unknown>)[name];
      return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    });
    return { name, values, differs: new Set(values).size > 1 };
  });
}

/** Rounds side by side: nothing that was answered once is gone. */
export function Rounds({ rounds }: { rounds: Round[] }) {
  const { t } = useTranslation();
  if (rounds.length < 2) return null;
  return (
    <Stack gap={4}>
      <Text fw={600} size="sm">
        {t('run.rounds')}
      </Text>
      <Table.ScrollContainer minWidth={400}>
        <Table withTableBorder verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('run.field')}</Table.Th>
              {rounds.map((round) => (
                <Table.Th key={round.execution}>
                  <Group gap={6}>
                    {round.execution}
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
              <Table.Tr key={row.name}>
                <Table.Th scope="row">
                  {row.name}
                  {row.differs && (
                    <Text size="xs" c="orange" span ml={6}>
                      {t('run.changed')}
                    </Text>
                  )}
                </Table.Th>
                {row.values.map((value, index) => (
                  <Table.Td key={rounds[index]?.execution}>{value && <Code>{value}</Code>}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
