import { Box, Code, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Row } from './model';

/** Every field of a record with its value; what is nested is shown as it is kept. */
export function Fields({ row, names }: { row: Row; names: string[] }) {
  const { t } = useTranslation();
  return (
    <Table layout="fixed" verticalSpacing={6}>
      <Table.Tbody>
        {names.map((name) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="38%" fw={500} c="dimmed">
              {name.replaceAll('_', ' ')}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              <Value value={row[name]} nothing={t('record.empty')} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Value({ value, nothing }: { value: unknown; nothing: string }) {
  if (value === null || value === undefined || value === '')
    return (
      <Text size="sm" c="dimmed" fs="italic">
        {nothing}
      </Text>
    );
  if (typeof value === 'object')
    return (
      <Box mah={240} style={{ overflow: 'auto' }}>
        <Code block>{JSON.stringify(value, null, 2)}</Code>
      </Box>
    );
  return <Text size="sm">{String(value)}</Text>;
}
