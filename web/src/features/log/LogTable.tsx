import { Anchor, Badge, Code, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Exactly } from '@/ui/When';

type Entry = Schemas['LogEntry'];

/** One line for each interaction: when, who, what, about which run, and how it ended. */
export function LogTable({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table highlightOnHover verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('log.when')}</Table.Th>
            <Table.Th>{t('log.user')}</Table.Th>
            <Table.Th>{t('log.action')}</Table.Th>
            <Table.Th>{t('log.about')}</Table.Th>
            <Table.Th>{t('log.outcome')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>
                <Text size="sm" className="tabular">
                  <Exactly value={entry.at} />
                </Text>
              </Table.Td>
              <Table.Td>{entry.user ?? '–'}</Table.Td>
              <Table.Td>
                <Text size="sm">{entry.action}</Text>
                <Text size="xs" c="dimmed">
                  {t(`log.types.${entry.type}`)}
                  {entry.via !== 'api' && ` · ${entry.via}`}
                </Text>
              </Table.Td>
              <Table.Td>
                <About entry={entry} />
              </Table.Td>
              <Table.Td>
                <Outcome entry={entry} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function About({ entry }: { entry: Entry }) {
  const words = [entry.definition, entry.step, entry.record].filter(Boolean).join(' · ');
  return (
    <>
      {entry.run && (
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/runs/$run" params={{ run: entry.run ?? '' }} {...props} />}
        >
          {entry.run.slice(0, 12)}
        </Anchor>
      )}
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {words}
      </Text>
    </>
  );
}

function Outcome({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  if (entry.outcome === 'ok') return <Text size="sm">{t('log.ok')}</Text>;
  return (
    <>
      <Badge color="red" variant="light" tt="none">
        {t('log.refused')}
      </Badge>
      {entry.code && (
        <Text size="xs">
          <Code>{entry.code}</Code>
        </Text>
      )}
    </>
  );
}
